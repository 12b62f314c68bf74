package graph

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/svdir/svdir/supervise/needs"
)

// parse makes services of lines such as "web: db cache~ log< [bundle a b]", where
// ~ is a want, < after, and > before.
func parse(text string) []Service {
	var all []Service
	for line := range strings.Lines(strings.TrimSpace(text)) {
		name, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		name, bundle := strings.CutPrefix(name, "bundle ")
		s := Service{Name: name, Dir: "/sv/" + name, Bundle: bundle}
		for _, word := range strings.Fields(rest) {
			to, mark := word[:len(word)-1], word[len(word)-1]
			switch {
			case bundle:
				s.Contents = append(s.Contents, word)
			case mark == '~':
				s.Edges = append(s.Edges, Edge{To: to, Strength: needs.Soft})
			case mark == '<':
				s.Edges = append(s.Edges, Edge{To: to, Strength: needs.Order})
			case mark == '>':
				s.Before = append(s.Before, to)
			default:
				s.Edges = append(s.Edges, Edge{To: word})
			}
		}
		all = append(all, s)
	}
	return all
}

// show is what a service waits for, in a line.
func show(g *Graph, name string) string {
	var words []string
	for _, n := range g.Needs(name) {
		word := n.Strength.String() + " " + n.Name
		if n.Trouble != "" {
			word += " (" + n.Trouble + ")"
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

func TestNeeds(t *testing.T) {
	g := New(parse(`
		web: db cache~ log< db nosuch ghost~
		db: disk
		disk:
		cache: all
		log: web>
		bundle all: disk more
		bundle more: log disk
		bundle loop: loop2
		bundle loop2: loop
		a: b
		b: c
		c: a
		soft: hard~
		hard: soft
		self: self
		lost: loop
	`))
	for name, want := range map[string]string{
		"web":   "needs db, needs nosuch (is no service here), wants cache, wants ghost (is no service here), after log",
		"db":    "needs disk",
		"cache": "needs disk, needs log",
		"log":   "",
		"all":   "",
		"a":     "needs b (is in a circle: b -> c -> a -> b)",
		"b":     "needs c (is in a circle: c -> a -> b -> c)",
		"soft":  "wants hard (is in a circle: hard -> soft -> hard)",
		"hard":  "needs soft",
		"self":  "needs self (is in a circle: self -> self)",
		"lost":  "needs loop (is a bundle that contains itself)",
	} {
		if got := show(g, name); got != want {
			t.Errorf("%s: %s; want %s", name, got, want)
		}
	}
	if got := g.Members("all"); !reflect.DeepEqual(got, []string{"disk", "log"}) {
		t.Errorf("members of all: %v", got)
	}
	if dir := g.Needs("db")[0].Dir; dir != "/sv/disk" {
		t.Errorf("the directory of disk is %q", dir)
	}
}

// The four modes on a diamond, whose bottom somebody wants.
func TestModes(t *testing.T) {
	g := New(parse(`
		top: left right
		left: bottom
		right: bottom
		bottom:
		fan: bottom~
		late: top<
	`))
	for mode, want := range map[Mode]string{
		Single: "left", Before: "bottom left", After: "left top", All: "bottom left top",
	} {
		if got := strings.Join(g.Up([]string{"left"}, mode), " "); got != want {
			t.Errorf("%s: %s, want %s", mode, got, want)
		}
	}
	if got := strings.Join(g.Down([]string{"bottom"}, After), " "); got != "top right left bottom" {
		t.Errorf("down: %s", got)
	}
	if got := strings.Join(g.Up(g.Names(), Single), " "); got != "bottom fan left right top late" {
		t.Errorf("all: %s", got)
	}
}

// draw is a random tree of up to 50 services.
func draw(t *rapid.T) []Service {
	n := rapid.IntRange(1, 50).Draw(t, "services")
	name := func(i int) string { return fmt.Sprintf("s%02d", i) }
	all := make([]Service, n)
	for i := range all {
		all[i] = Service{Name: name(i), Dir: "/sv/" + name(i)}
		for range rapid.IntRange(0, 3).Draw(t, "edges") {
			all[i].Edges = append(all[i].Edges, Edge{To: name(rapid.IntRange(0, n).Draw(t, "to")), Strength: needs.Strength(rapid.IntRange(0, 2).Draw(t, "strength"))})
		}
	}
	return all
}

// reach says who reaches whom over edges at least as strong.
func reach(all []Service, most needs.Strength) map[string]map[string]bool {
	to := map[string]map[string]bool{}
	for _, s := range all {
		to[s.Name] = map[string]bool{}
		for _, e := range s.Edges {
			if e.Strength <= most {
				to[s.Name][e.To] = true
			}
		}
	}
	for _, k := range all { // Warshall
		for _, i := range all {
			for _, j := range all {
				if to[i.Name][k.Name] && to[k.Name][j.Name] {
					to[i.Name][j.Name] = true
				}
			}
		}
	}
	return to
}

// Every circle of hard needs is named, and nothing else among them; no circle is
// left of any kind.
func TestCircles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := draw(t)
		g, hard := New(all), reach(all, needs.Hard)
		var left []Service
		for _, s := range all {
			free := Service{Name: s.Name}
			for _, n := range g.Needs(s.Name) {
				circle := strings.HasPrefix(n.Trouble, inACircle)
				if n.Strength == needs.Hard && n.Trouble != unknown && circle != hard[n.Name][s.Name] {
					t.Fatalf("%s needs %s: %q", s.Name, n.Name, n.Trouble)
				}
				if n.Trouble == "" {
					free.Edges = append(free.Edges, Edge{To: n.Name, Strength: n.Strength})
				}
			}
			left = append(left, free)
		}
		for name, to := range reach(left, needs.Order) {
			if to[name] {
				t.Fatalf("%s is in a circle that nobody has named", name)
			}
		}
	})
}

// Whatever is started or stopped, each comes after all that it waits for, or
// before, and exactly those whom the mode names come.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := draw(t)
		g := New(all)
		name := all[rapid.IntRange(0, len(all)-1).Draw(t, "name")].Name
		mode := Mode(rapid.IntRange(0, int(Modes)-1).Draw(t, "mode"))
		order, back := g.Up([]string{name}, mode), g.Down([]string{name}, mode)
		slices.Reverse(back)
		if !slices.Equal(order, back) {
			t.Fatalf("up is %v, down is not its reverse: %v", order, back)
		}
		at := map[string]int{}
		for i, s := range order {
			at[s] = i + 1
		}
		if len(at) != len(order) || at[name] == 0 {
			t.Fatalf("%s: %v", name, order)
		}
		brings, users := map[string][]string{}, map[string][]string{}
		for _, s := range all {
			for _, n := range g.Needs(s.Name) {
				if n.Trouble != "" {
					continue
				}
				if at[s.Name] > 0 && at[n.Name] > at[s.Name] {
					t.Fatalf("%s is before %s: %v", s.Name, n.Name, order)
				}
				if n.Strength != needs.Order {
					brings[s.Name] = append(brings[s.Name], n.Name)
				}
				if n.Strength == needs.Hard {
					users[n.Name] = append(users[n.Name], s.Name)
				}
			}
		}
		want := map[string]bool{name: true}
		if mode == Before || mode == All {
			closure(brings, name, want)
		}
		if mode == After || mode == All {
			closure(users, name, want)
		}
		if got := slices.Sorted(slices.Values(order)); !slices.Equal(got, keys(want)) {
			t.Fatalf("%s of %s: %v, want %v", mode, name, got, keys(want))
		}
	})
}

// closure adds all that name leads to.
func closure(edges map[string][]string, name string, to map[string]bool) {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(name string) {
		if !seen[name] {
			seen[name], to[name] = true, true
			for _, next := range edges[name] {
				visit(next)
			}
		}
	}
	visit(name)
}
