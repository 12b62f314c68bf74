package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/graph"
)

// tree makes services of lines such as "web: db cache~ log<", where ~ is a want and
// < after, and "bundle all: web db".
func tree(text string) *graph.Graph {
	var all []graph.Service
	for line := range strings.Lines(strings.TrimSpace(text)) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		name, bundle := strings.CutPrefix(name, "bundle ")
		s := graph.Service{Name: name, Dir: "/sv/" + name, Bundle: bundle}
		for _, word := range strings.Fields(rest) {
			to := strings.TrimRight(word, "~<")
			switch {
			case bundle:
				s.Contents = append(s.Contents, to)
			case to+"~" == word:
				s.Edges = append(s.Edges, graph.Edge{To: to, Strength: needs.Soft})
			case to+"<" == word:
				s.Edges = append(s.Edges, graph.Edge{To: to, Strength: needs.Order})
			default:
				s.Edges = append(s.Edges, graph.Edge{To: to})
			}
		}
		all = append(all, s)
	}
	return graph.New(all)
}

var (
	off    = needs.Other{Supervised: true, Record: status.Record{State: status.Down}}
	up     = needs.Other{Supervised: true, Record: status.Record{State: status.Up, Want: status.WantUp, PID: 9}}
	coming = needs.Other{Supervised: true, Record: status.Record{State: status.Starting, Want: status.WantUp, PID: 9}}
	gaveUp = needs.Other{Supervised: true, Record: status.Record{State: status.Failed, Want: status.WantUp, Ended: true, Wait: 256}}
	ending = needs.Other{Supervised: true, Record: status.Record{State: status.Stopping, PID: 9}}
	ran    = needs.Other{Supervised: true, Success: true, Record: status.Record{State: status.Exited, Want: status.WantOnce, Ended: true}}
	undone = needs.Other{Supervised: true, Oneshot: true, Record: status.Record{State: status.Down}}
	worked = needs.Other{Supervised: true, Oneshot: true, Success: true, Record: status.Record{State: status.Up, Want: status.WantUp, Ended: true}}
	nobody = needs.Other{}
)

// say is a plan in a line.
func say(steps []Step) string {
	var words []string
	for _, s := range steps {
		word := s.Name
		if len(s.After) > 0 {
			word += " after " + strings.Join(s.After, "+")
		}
		if s.Why != "" {
			word += " (" + s.Why + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

func TestUp(t *testing.T) {
	g := tree(`
		web: db cache~ log<
		db: disk
		disk:
		cache:
		log:
		api: web
		bundle site: web api
		lone: nosuch
	`)
	now := map[string]needs.Other{}
	for _, tt := range []struct {
		names string
		mode  graph.Mode
		now   map[string]needs.Other
		want  string
	}{
		{"web", graph.Before, now, "cache (web wants it), disk (db needs it), db after disk (web needs it), web after cache+db"},
		{"web", graph.Single, now, "web"},
		{"web", graph.After, now, "web, api after web (it needs web)"},
		{"db", graph.All, now, "disk (db needs it), db after disk, web after db (it needs db), api after web (it needs web)"},
		{"log web", graph.Single, now, "log, web after log"},
		{"site", graph.Single, now, "web, api after web"},
		{"web", graph.Before, map[string]needs.Other{"db": up, "cache": coming, "disk": up}, "web"},
		{"web", graph.Before, map[string]needs.Other{"db": up, "cache": up}, "disk (db needs it), web after disk"},
		{"web", graph.Before, map[string]needs.Other{"db": gaveUp, "cache": ran, "disk": ending}, "cache (web wants it), disk (db needs it), db after disk (web needs it), web after cache+db"},
		{"web", graph.Before, map[string]needs.Other{"db": undone, "cache": worked, "disk": worked}, "db (web needs it), web after db"},
		{"web", graph.Before, map[string]needs.Other{"db": nobody, "cache": up, "disk": up}, "db (web needs it), web after db"},
		{"lone", graph.Before, now, "lone"},
	} {
		got := say(Up(g, strings.Fields(tt.names), tt.mode, func(name string) *needs.Other {
			o, known := tt.now[name]
			if !known {
				o = off
			}
			return &o
		}))
		if got != tt.want {
			t.Errorf("%s, %s:\n got %s\nwant %s", tt.names, tt.mode, got, tt.want)
		}
	}
}

func TestDown(t *testing.T) {
	g := tree(`
		top: left right
		left: bottom
		right: bottom
		bottom:
		fan: bottom~
	`)
	for _, tt := range []struct {
		names string
		mode  graph.Mode
		off   string
		want  string
	}{
		{"bottom", graph.After, "", "top (it needs left), right after top (it needs bottom), left after top (it needs bottom), bottom after left+right"},
		{"bottom", graph.Single, "", "bottom"},
		{"left", graph.Before, "", "left, bottom after left (left needs it)"},
		{"left", graph.All, "", "top (it needs left), left after top, bottom after left (left needs it)"},
		{"bottom", graph.After, "left", "top (it needs left), right after top (it needs bottom), bottom after right+top"},
		{"bottom", graph.After, "top left right bottom", "bottom"},
		{"fan bottom", graph.Single, "", "fan, bottom after fan"},
	} {
		got := say(Down(g, strings.Fields(tt.names), tt.mode, func(name string) *needs.Other {
			if slices.Contains(strings.Fields(tt.off), name) {
				return &off
			}
			return &up
		}))
		if got != tt.want {
			t.Errorf("%s, %s:\n got %s\nwant %s", tt.names, tt.mode, got, tt.want)
		}
	}
}

// Whoever is told comes after all those that are to be done before, and says exactly
// who these are, in every tree:
// to start and to stop are the same plan read from its two ends.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "services")
		var lines []string
		for i := range n {
			line := fmt.Sprintf("s%d:", i)
			for range rapid.IntRange(0, 3).Draw(t, "edges") {
				line += fmt.Sprintf(" s%d%s", rapid.IntRange(0, n).Draw(t, "to"), rapid.SampledFrom([]string{"", "~", "<"}).Draw(t, "strength"))
			}
			lines = append(lines, line)
		}
		g := tree(strings.Join(lines, "\n"))
		mode := graph.Mode(rapid.IntRange(0, int(graph.Modes)-1).Draw(t, "mode"))
		states := map[string]*needs.Other{}
		for _, name := range g.Names() {
			states[name] = rapid.SampledFrom([]*needs.Other{&off, &up, &coming, &gaveUp, &ending, &nobody}).Draw(t, name)
		}
		look := func(name string) *needs.Other { return states[name] }
		ups, downs := waits(g), map[string][]string{}
		for from, all := range ups {
			for _, to := range all {
				downs[to] = append(downs[to], from)
			}
		}
		for _, p := range []struct {
			steps []Step
			about []string
			next  map[string][]string
		}{
			{Up(g, []string{"s0"}, mode, look), g.Up([]string{"s0"}, mode), ups},
			{Down(g, []string{"s0"}, mode, look), g.Down([]string{"s0"}, mode), downs},
		} {
			steps := p.steps
			done := map[string]bool{}
			for _, s := range steps {
				for _, before := range s.After {
					if !done[before] {
						t.Fatalf("%s is before %s: %s", s.Name, before, say(steps))
					}
				}
				if want := ahead(s.Name, p.about, p.next, steps); !slices.Equal(s.After, want) {
					t.Fatalf("%s is after %v, want %v: %s", s.Name, s.After, want, say(steps))
				}
				if done[s.Name] || (s.Why == "") != (s.Name == "s0") {
					t.Fatalf("%s: %s", s.Name, say(steps))
				}
				done[s.Name] = true
			}
			if !done["s0"] {
				t.Fatalf("s0 is told nothing: %s", say(steps))
			}
		}
	})
}

// waits are, for each service, those that it waits for.
func waits(g *graph.Graph) map[string][]string {
	all := map[string][]string{}
	for _, name := range g.Names() {
		for _, n := range g.Needs(name) {
			if n.Trouble == "" {
				all[name] = append(all[name], n.Name)
			}
		}
	}
	return all
}

// ahead are the steps that name has to wait for, sorted: whom it leads to, or whom those
// lead to that the plan is about and tells nothing.
func ahead(name string, about []string, next map[string][]string, steps []Step) []string {
	var all []string
	for _, to := range next[name] {
		switch {
		case slices.ContainsFunc(steps, func(s Step) bool { return s.Name == to }):
			all = append(all, to)
		case slices.Contains(about, to):
			all = append(all, ahead(to, about, next, steps)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
