package svscan

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/svdir/svdir/supervise"
	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/graph"
)

// member is one service of a simulated tree: what it is drawn to be, the machine of
// its supervise, and when it did what.
type member struct {
	graph.Service
	oneshot      bool
	takes, stays time.Duration // until it is ready, and until it has ended
	needs        []needs.Need
	m            supervise.Machine
	started      time.Duration
	ready        time.Duration
	told, ended  time.Duration
}

// never is a moment that has not come.
const never = time.Duration(math.MaxInt64)

// troupe is a tree of members, and a clock that is moved by hand.
type troupe struct {
	t     *rapid.T
	all   []*member // each after all that it waits for
	named map[string]*member
	graph *graph.Graph
	now   time.Duration
}

// drawTroupe is a tree of up to 50 services, whose names say nothing of their order.
func drawTroupe(t *rapid.T) *troupe {
	tr := &troupe{t: t, named: map[string]*member{}}
	var names []string
	for i := range rapid.IntRange(1, 50).Draw(t, "services") {
		names = append(names, fmt.Sprintf("s%02d", i))
	}
	names = rapid.Permutation(names).Draw(t, "names")
	var services []graph.Service
	for i, name := range names {
		one := &member{Service: graph.Service{Name: name, Dir: "/sv/" + name}, started: never, ready: never, told: never, ended: never}
		for range rapid.IntRange(0, min(i, 4)).Draw(t, "edges") {
			e := graph.Edge{To: rapid.SampledFrom(names[:i]).Draw(t, "to"), Strength: needs.Strength(rapid.IntRange(0, int(needs.Strengths)-1).Draw(t, "strength"))}
			e.Kind = rapid.SampledFrom([]needs.Kind{needs.Usual, needs.Ready, needs.Started}).Draw(t, "kind")
			one.Edges = append(one.Edges, e)
		}
		one.oneshot = rapid.Bool().Draw(t, "oneshot")
		one.takes = time.Duration(rapid.IntRange(0, 1000).Draw(t, "takes")) * ms
		one.stays = time.Duration(rapid.IntRange(0, 1000).Draw(t, "stays")) * ms
		one.m = supervise.NewMachine(&supervise.Style{}, false)
		one.m.Want = status.WantUp
		tr.all, tr.named[name] = append(tr.all, one), one
		services = append(services, one.Service)
	}
	tr.graph = graph.New(services)
	for _, one := range tr.all {
		one.needs = tr.graph.Needs(one.Name)
	}
	return tr
}

// look is what others read in the status of one.
func (one *member) look() *needs.Other {
	r := status.Record{State: one.m.State, Want: one.m.Want, Ready: one.m.Ready}
	if one.m.Running {
		r.PID = 9
	}
	return &needs.Other{Supervised: true, Oneshot: one.oneshot, Record: r, Success: true}
}

// weigh is what the needs of one come to.
func (tr *troupe) weigh(one *member) supervise.Event {
	verdict := supervise.Met
	for i := range one.needs {
		switch answer, why := needs.Judge(&one.needs[i], tr.named[one.needs[i].Name].look()); answer {
		case needs.NotYet:
			verdict = supervise.Lacks
		case needs.Never:
			tr.t.Fatalf("%s never starts: %s", one.Name, why)
		}
	}
	return supervise.Event{Kind: verdict}
}

// step has the machine of one do what follows from an event.
func (tr *troupe) step(one *member, ev supervise.Event) {
	for queue := []supervise.Event{ev}; len(queue) > 0; queue = queue[1:] {
		queue[0].At = tr.now
		for _, a := range one.m.Step(queue[0]) {
			switch a.Do {
			case supervise.Weigh:
				queue = append(queue, tr.weigh(one))
			case supervise.Ask:
				queue = append(queue, supervise.Event{Kind: supervise.Answered, Letter: a.Letter})
			case supervise.Start:
				if one.started != never {
					tr.t.Fatalf("%s starts twice", one.Name)
				}
				one.started = tr.now
				queue = append(queue, supervise.Event{Kind: supervise.Started, Notifies: true, Oneshot: one.oneshot})
			}
		}
	}
}

// start brings all up. Whenever something has changed, each that waits weighs anew.
func (tr *troupe) start() {
	for _, one := range tr.all {
		tr.step(one, supervise.Event{Kind: supervise.Boot})
	}
	see := func() {
		for changed := true; changed; {
			changed = false
			for _, one := range tr.all {
				if one.started == never {
					tr.step(one, tr.weigh(one))
					changed = changed || one.started != never
				}
			}
		}
	}
	see()
	for one := tr.first((*member).readyAt); one != nil; one = tr.first((*member).readyAt) {
		tr.now = one.readyAt()
		one.ready = tr.now
		kind := supervise.Ready
		if one.oneshot {
			kind = supervise.RunEnded
		}
		tr.step(one, supervise.Event{Kind: kind})
		see()
	}
}

// stop ends all, as the loop does with a table of services that run.
func (tr *troupe) stop() {
	tab, users := newTable(), tr.graph.Users()
	for i, one := range tr.all {
		tab.services[inode(i)] = &service{name: one.Name, state: running, wanted: true, last: tr.now - pace, users: users[one.Name]}
	}
	tab.close()
	see := func() {
		for _, a := range tab.actions(tr.now) {
			switch a.verb {
			case stop:
				tr.named[a.name].told = tr.now
			case forget:
			default:
				tr.t.Fatalf("%v at the end", a)
			}
		}
	}
	see()
	for one := tr.first((*member).endedAt); one != nil; one = tr.first((*member).endedAt) {
		tr.now = one.endedAt()
		one.ended = tr.now
		tab.died(inode(slices.Index(tr.all, one)), left, tr.now)
		see()
	}
	if !tab.hasEnded() {
		tr.t.Fatalf("%v are left", tab.unended())
	}
}

// readyAt is when one will be ready, never if it is, or has not started.
func (one *member) readyAt() time.Duration { return due(one.started, one.takes, one.ready) }

// endedAt is when one will have ended, likewise.
func (one *member) endedAt() time.Duration { return due(one.told, one.stays, one.ended) }

func due(since, takes, done time.Duration) time.Duration {
	if since == never || done != never {
		return never
	}
	return since + takes
}

// first is to whom something happens first, nil if nothing does.
func (tr *troupe) first(due func(*member) time.Duration) *member {
	one := slices.MinFunc(tr.all, func(a, b *member) int { return cmp.Compare(due(a), due(b)) })
	if due(one) == never {
		return nil
	}
	return one
}

// TestParallel: each starts in the very moment when the last that it waits for is as
// it must be, and is told to end when the last that waits for it has ended: neither
// before, nor any later.
func TestParallel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := drawTroupe(t)
		tr.start()
		for _, one := range tr.all {
			var want time.Duration
			for _, e := range one.Edges {
				to := tr.named[e.To]
				if e.Kind == needs.Started {
					want = max(want, to.started)
				} else {
					want = max(want, to.ready)
				}
			}
			if one.started != want {
				t.Fatalf("%s starts at %v; want %v", one.Name, one.started, want)
			}
		}
		began := tr.now
		tr.stop()
		want := map[string]time.Duration{}
		for _, one := range tr.all {
			for _, e := range one.Edges {
				want[e.To] = max(want[e.To], one.ended)
			}
		}
		for _, one := range tr.all {
			if at := max(began, want[one.Name]); one.told != at {
				t.Fatalf("%s is told to end at %v; want %v", one.Name, one.told, at)
			}
		}
	})
}
