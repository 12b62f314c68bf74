package main

import (
	"slices"
	"strings"
	"testing"
)

func TestJudge(t *testing.T) {
	measured := map[string][]float64{floor: {1}, ours: {11}, dense: {4}, "runit": {10}, "s6": {5}}
	less := &figure{samples: measured, unit: "ms"}
	more := &figure{samples: measured, more: true}
	for _, test := range []struct {
		promise promise
		bound   string
		got     string
		want    verdict
	}{
		{promise{goal{of: less, against: best}, ours, 2.2}, "at most 2.2 x best", "2.2 x s6", met},
		{promise{goal{of: less, against: best}, ours, 2}, "at most 2 x best", "2.2 x s6", missed},
		{promise{goal{of: less, against: best}, ours, 1.8}, "at most 1.8 x best", "2.2 x s6", failed},
		{promise{goal{of: less, against: best}, dense, 0.8}, "at most 0.8 x best", "0.8 x s6", met},
		{promise{goal{of: less, against: "runit"}, ours, 1}, "at most 1 x runit", "1.1 x runit", missed},
		{promise{goal{of: less, against: "daemontools"}, ours, 1}, "at most 1 x daemontools", "-", unknown},
		{promise{goal{of: less}, ours, 11}, "at most 11 ms", "11", met},
		{promise{goal{of: less}, ours, 9}, "at most 9 ms", "11", failed},
		{promise{goal{of: more, against: best}, ours, 1.1}, "at least 1.1 x best", "1.1 x runit", met},
		{promise{goal{of: more, against: best}, ours, 1.3}, "at least 1.3 x best", "1.1 x runit", missed},
		{promise{goal{of: more, against: best}, ours, 1.4}, "at least 1.4 x best", "1.1 x runit", failed},
		{promise{goal{of: &figure{}}, ours, 1}, "at most 1", "-", unknown},
	} {
		p := test.promise
		if bound, got, came := p.bound(), p.measured(), p.judge(); bound != test.bound || got != test.got || came != test.want {
			t.Errorf("got %q, %q, %v, want %q, %q, %v", bound, got, came, test.bound, test.got, test.want)
		}
	}
}

// TestGoals: each goal is of a figure that some row prints, and promises
// something; one that compares names a suite that is there.
func TestGoals(t *testing.T) {
	all := &bench{rows: rows}
	for _, g := range goals {
		if !all.shows(g.of) || len(g.promises()) == 0 {
			t.Errorf("goal of %q: no row shows it, or it promises nothing", g.of.title)
		}
		if g.against != "" && g.against != best && !isPeer(g.against) {
			t.Errorf("goal of %q is against %q, which is no peer", g.of.title, g.against)
		}
	}
}

func TestCheck(t *testing.T) {
	defer func() { restarted.samples, toDown.samples = nil, nil }()
	chosen, _ := choose(rows, "restart,control")
	b := &bench{n: 1000, rows: chosen}
	restarted.samples = map[string][]float64{ours: {1.1}, dense: {0.5}, "runit": {1}}
	var out strings.Builder
	if !b.check(&out) {
		t.Errorf("got a failure though no goal is missed by more than a fifth:\n%s", &out)
	}
	for _, want := range []string{
		"| restart after kill -9, N=100, ms | svdir | at most 1 x best | 1.1 x runit | missed |\n",
		"| restart after kill -9, N=100, ms | dense | at most 0.9 x best | 0.5 x runit | met |\n",
		"| d to status down, N=100, ms | svdir | at most 1 x best | - | not measured |\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "boot") {
		t.Errorf("got a goal of a row that was not asked for:\n%s", &out)
	}
	toDown.samples = map[string][]float64{dense: {1.3}, "runit": {1}}
	if b.check(&strings.Builder{}) {
		t.Error("got no failure though a goal is missed by more than a fifth")
	}
}

func TestBeyondService(t *testing.T) {
	service := &figure{samples: map[string][]float64{floor: {60, 80}, "runit": {100}}}
	tree := &figure{samples: map[string][]float64{"runit": {200, 270}, ours: {670}}}
	got := beyondService(tree, service)
	if !slices.Equal(got["runit"], []float64{130, 200}) || !slices.Equal(got[ours], []float64{600}) {
		t.Errorf("got %v", got)
	}
	if got := beyondService(tree, &figure{}); got != nil {
		t.Errorf("got %v without the floor", got)
	}
}
