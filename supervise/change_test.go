package supervise

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/restart"
	"github.com/svdir/svdir/supervise/status"
)

// actor is a machine whose scripts and signals are answered at once: run ends by
// its down signal.
type actor struct {
	m      Machine
	now    time.Duration
	rule   *restart.Rule
	starts int
	causes []string
}

func newActor(rule *restart.Rule) *actor {
	a := &actor{m: NewMachine(&ours, false), now: time.Minute, rule: rule}
	a.m.Want = status.WantUp
	a.step(Event{Kind: Boot})
	return a
}

func (a *actor) step(ev Event) {
	for queue := []Event{ev}; len(queue) > 0; queue = queue[1:] {
		ev := queue[0]
		ev.At = a.now
		for _, act := range slices.Clone(a.m.Step(ev)) {
			switch act.Do {
			case Weigh:
				queue = append(queue, Event{Kind: Met})
			case Ask:
				queue = append(queue, Event{Kind: Answered, Letter: act.Letter})
			case Start:
				a.starts++
				queue = append(queue, Event{Kind: Started})
			case SendDown:
				queue = append(queue, Event{Kind: RunEnded, Signal: syscall.SIGTERM, Rule: a.rule})
			case EndGroup:
				queue = append(queue, Event{Kind: GroupEnded})
			case Finish:
				queue = append(queue, Event{Kind: FinishEnded, Rule: a.rule, RunCode: ev.Code, RunSignal: ev.Signal})
			case NoteDeath:
				a.causes = append(a.causes, act.Cause)
			}
		}
	}
}

func (a *actor) pass(d time.Duration) {
	if a.now += d; a.m.Deadline != never && a.m.Deadline <= a.now {
		a.step(Event{Kind: Timeout})
	}
}

// A change restarts whatever the rule says, and spends nothing of the limit.
func TestChangedBudget(t *testing.T) {
	a := newActor(&restart.Rule{When: restart.Never, Limit: restart.Limit{Count: 1, Window: time.Hour}})
	for want := 2; want < 10; want++ {
		a.pass(2 * time.Second)
		if a.step(Event{Kind: Changed}); a.m.State != status.Up || a.starts != want || a.m.past != nil {
			t.Fatalf("%v after %d starts, past %v; want up after %d", a.m.State, a.starts, a.m.past, want)
		}
	}
	if a.causes[0] != "watch" {
		t.Errorf("causes are %v; want watch", a.causes)
	}
}

// Many changes start it once a second, at the end with the last one.
func TestChangedOften(t *testing.T) {
	a := newActor(nil)
	begin := a.now
	for a.now < begin+10*time.Second {
		a.step(Event{Kind: Changed})
		a.pass(100 * time.Millisecond)
	}
	a.pass(time.Second)
	if a.m.State != status.Up || a.starts > 12 {
		t.Errorf("%v after %d starts; want up after at most 12", a.m.State, a.starts)
	}
}

// Given up, it has a new budget by a change; not after a stop.
func TestChangedFailed(t *testing.T) {
	a := newActor(&restart.Rule{Limit: restart.Limit{Count: 1, Window: time.Hour}})
	crash := func() {
		a.pass(2 * time.Second)
		a.step(Event{Kind: RunEnded, Code: 1, Rule: a.rule})
	}
	for range 3 {
		crash()
		crash()
		if a.m.State != status.Failed || a.m.Want != status.WantDown {
			t.Fatalf("%v, want %v; want failed", a.m.State, a.m.Want)
		}
		a.pass(2 * time.Second)
		if a.step(Event{Kind: Changed}); a.m.State != status.Up || a.m.Want != status.WantUp {
			t.Fatalf("%v, want %v; want up", a.m.State, a.m.Want)
		}
	}
	crash()
	crash()
	a.step(Event{Kind: Down, Letter: command.Down})
	starts := a.starts
	if a.step(Event{Kind: Changed}); a.m.State != status.Down || a.starts != starts {
		t.Errorf("%v after a stop", a.m.State)
	}
}

// While finish of a stop gives up, nothing starts again.
func TestChangedStopped(t *testing.T) {
	m := NewMachine(&ours, false)
	m.State, m.Want = status.Finishing, status.WantDown
	m.Step(Event{Kind: FinishEnded, Code: permanentFailure, At: time.Minute})
	if m.Step(Event{Kind: Changed, At: 2 * time.Minute}); m.State != status.Failed || m.awaitsChange() {
		t.Errorf("%v, awaits a change: %v; want failed without", m.State, m.awaitsChange())
	}
}

// TestChangedLoses: in any order of what may happen, a stop beats a change.
func TestChangedLoses(t *testing.T) {
	for order := range 1024 {
		a := newActor(nil)
		for bits := order; bits > 0; bits >>= 1 {
			if bits&1 != 0 {
				a.step(Event{Kind: Changed})
			} else {
				a.pass(300 * time.Millisecond)
			}
		}
		a.step(Event{Kind: Down, Letter: command.Down})
		starts := a.starts
		a.step(Event{Kind: Changed})
		for range 5 {
			a.pass(time.Second)
			a.step(Event{Kind: Changed})
		}
		if a.m.State != status.Down || a.starts != starts {
			t.Fatalf("order %b: %v, %d starts after the stop", order, a.m.State, a.starts-starts)
		}
	}
}

// A oneshot whose work was done already has more of it after a change; one whose
// condition is false waits for somebody to ask.
func TestChangedAlreadyDone(t *testing.T) {
	for _, already := range []bool{true, false} {
		m := NewMachine(&ours, false)
		m.Want = status.WantUp
		now := time.Minute
		starts := 0
		step := func(kinds ...Event) {
			for _, ev := range kinds {
				ev.At = now
				for _, act := range m.Step(ev) {
					if act.Do == Start {
						starts++
					}
				}
			}
		}
		step(Event{Kind: Boot}, Event{Kind: Met}, Event{Kind: Answered, Letter: command.Up}, Event{Kind: Launched, Oneshot: true},
			Event{Kind: Skip, Already: already}, Event{Kind: RunEnded, Code: notExecuted})
		if m.State != status.Skipped || m.awaitsChange() != already {
			t.Errorf("already %v: %v, awaits a change: %v", already, m.State, m.awaitsChange())
		}
		now += time.Minute
		step(Event{Kind: Changed}, Event{Kind: Met}, Event{Kind: Answered, Letter: command.Up})
		if want := map[bool]int{true: 2, false: 1}[already]; starts != want {
			t.Errorf("already %v: %d starts; want %d", already, starts, want)
		}
		step(Event{Kind: Down, Letter: command.Down})
		step(Event{Kind: Changed})
		if m.awaitsChange() || m.State == status.Starting {
			t.Errorf("already %v: a change starts it against a stop", already)
		}
	}
}
