package drawing

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/svscan/graph"
	"github.com/svdir/svdir/tests/golden"
)

// village is a tree with one of everything.
func village() *graph.Graph {
	edge := func(to string, s needs.Strength, text string) graph.Edge {
		e, err := needs.ParseEdge(text)
		if err != nil {
			panic(err)
		}
		return graph.Edge{To: to, Strength: s, Edge: e}
	}
	return graph.New([]graph.Service{
		{Name: "web", Edges: []graph.Edge{edge("db", needs.Hard, "ready,restart"), edge("cache", needs.Soft, ""), edge("log", needs.Order, "started"), edge("nobody", needs.Hard, "")}},
		{Name: "api", Dir: "/api", Edges: []graph.Edge{edge("db", needs.Hard, ""), edge("cache", needs.Hard, "reload")}},
		{Name: "db", Dir: "/db", Edges: []graph.Edge{edge("disk", needs.Hard, "")}},
		{Name: "disk", Dir: "/disk"}, {Name: "cache", Dir: "/cache"}, {Name: "log", Dir: "/log"},
		{Name: "a", Dir: "/a", Edges: []graph.Edge{edge("b", needs.Hard, "")}},
		{Name: "b", Dir: "/b", Edges: []graph.Edge{edge("a", needs.Hard, "")}},
		{Name: "site", Bundle: true, Contents: []string{"web", "api"}},
		{Name: "store", Bundle: true, Contents: []string{"db", "api", "ghost"}},
		{Name: "empty", Bundle: true},
		{Name: "loop", Bundle: true, Contents: []string{"loop"}},
	})
}

func states(name string) string {
	return map[string]string{"db": "starting", "web": "waiting", "disk": "up", "log": "up", "a": "failed", "b": "failed", "cache": "none"}[name]
}

func TestGolden(t *testing.T) {
	g := village()
	all, named := Of(g, nil, graph.Before), Of(g, []string{"db", "store"}, graph.Before)
	var got strings.Builder
	say := func(head, text string) { fmt.Fprintf(&got, "-- %s --\n%s", head, text) }
	say("all", all.Text())
	say("db store", named.Text())
	say("all.dot", all.DOT())
	all.State, named.State = states, states
	say("all, states", all.Text())
	say("db store, states.dot", named.DOT())
	golden.Equal(t, "testdata/golden", got.String())
}

// The language of dot is kept, whatever the names are, and each node and edge is
// there once.
func TestDOT(t *testing.T) {
	check := func(t interface{ Fatalf(string, ...any) }, d *Drawing) {
		p := &dot{text: d.DOT()}
		if err := p.parse(); err != nil {
			t.Fatalf("%v\n%s", err, d.DOT())
		}
		edges := 0
		for _, name := range d.Services {
			edges += len(d.Graph.Needs(name))
			if p.nodes[quote(name)] != 1 {
				t.Fatalf("%q is drawn %d times\n%s", name, p.nodes[quote(name)], d.DOT())
			}
		}
		if p.edges != edges || p.clusters != len(d.Bundles) {
			t.Fatalf("%d edges and %d clusters, want %d and %d\n%s", p.edges, p.clusters, edges, len(d.Bundles), d.DOT())
		}
	}
	for _, names := range [][]string{nil, {"web"}, {"store"}, {"loop"}} {
		check(t, Of(village(), names, graph.Before))
	}
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringN(1, 5, -1), 1, 8, rapid.ID[string]).Draw(t, "names")
		var all []graph.Service
		for _, name := range names {
			s := graph.Service{Name: name, Dir: "/", Bundle: rapid.IntRange(0, 4).Draw(t, "bundle") == 0}
			for range rapid.IntRange(0, 3).Draw(t, "edges") {
				to := rapid.SampledFrom(append(names, `"] -> \`)).Draw(t, "to")
				s.Contents = append(s.Contents, to)
				s.Edges = append(s.Edges, graph.Edge{To: to, Strength: needs.Strength(rapid.IntRange(0, 2).Draw(t, "strength"))})
			}
			all = append(all, s)
		}
		d := Of(graph.New(all), nil, graph.Before)
		if rapid.Bool().Draw(t, "state") {
			d.State = func(string) string { return "up" }
		}
		check(t, d)
	})
}
