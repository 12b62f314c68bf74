package supervise

import (
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/supervise/stopping"
)

// does is what the machine says to an event, in words.
func does(m *Machine, ev Event) (words []string) {
	for _, a := range m.Step(ev) {
		words = append(words, a.String())
	}
	return words
}

func expectDoes(t *testing.T, m *Machine, ev Event, want ...string) {
	t.Helper()
	if got := does(m, ev); !slices.Equal(got, want) {
		t.Fatalf("%v at %v: got %q; want %q", ev.Kind, ev.At, got, want)
	}
}

// TestCourse: a plan from its begin to its end, on a run that ignores it; then what
// is left of it goes on with the plan.
func TestCourse(t *testing.T) {
	const s = time.Second
	plan := stopping.Plan{{Signal: syscall.SIGTERM, Pause: 5 * s}, {Signal: syscall.SIGINT, Pause: 7 * s}, {Signal: syscall.SIGKILL}}
	m := usual(status.Up)
	expectDoes(t, &m, Event{Kind: Down, At: 10 * s, Way: &Way{Plan: plan, Drain: true, DrainTime: 3 * s, Stop: true}}, "ask set/drain")
	expectDoes(t, &m, Event{Kind: Down, At: 11 * s, Way: &Way{Plan: plan[2:]}})
	expectDoes(t, &m, Event{Kind: Timeout, At: m.Deadline}, "kill hook set/drain", "ask set/stop")
	expectDoes(t, &m, Event{Kind: Answered, Letter: stopHook, At: 14 * s}, "send 15", "send 18", "ask d")
	for _, c := range []struct {
		at   time.Duration
		does []string
	}{
		{18 * s, []string{"send 2", "send 18"}},
		{25 * s, []string{"kill run"}},
		{30 * s, []string{"kill run"}},
	} {
		if m.Deadline != c.at {
			t.Fatalf("due at %v; want %v", m.Deadline, c.at)
		}
		expectDoes(t, &m, Event{Kind: Timeout, At: c.at}, c.does...)
	}

	m = usual(status.Up)
	m.Step(Event{Kind: Down, At: 10 * s, Way: &Way{Plan: plan}})
	m.Step(Event{Kind: Answered, Letter: command.Term, At: 10 * s})
	expectDoes(t, &m, Event{Kind: RunEnded, At: 11 * s}, "note death stop", "announce d", "end group")
	if m.Deadline != 15*s {
		t.Fatalf("what is left has until %v; want 15s", m.Deadline)
	}
	expectDoes(t, &m, Event{Kind: Timeout, At: 15 * s}, "end group")
	if m.course.signal() != syscall.SIGINT || m.Deadline != 22*s {
		t.Fatalf("what is left gets %v until %v; want INT, 22s", m.course.signal(), m.Deadline)
	}
	expectDoes(t, &m, Event{Kind: Timeout, At: 22 * s}, "kill group")
}

// TestTimed: a start that waits for its time, which comes, is replaced, and is taken
// back.
func TestTimed(t *testing.T) {
	const s = time.Second
	m := usual(status.Down)
	expectDoes(t, &m, Event{Kind: At, Handled: true, At: 10 * s}, "weigh")
	expectDoes(t, &m, Event{Kind: Met, At: 10 * s}, "ask u")
	expectDoes(t, &m, Event{Kind: Answered, Letter: command.Up, At: 10 * s}, "start")
	expectDoes(t, &m, Event{Kind: Later, At: 10 * s}, "arm")
	expectDoes(t, &m, Event{Kind: Look, At: 11 * s})
	expectDoes(t, &m, Event{Kind: Due, At: 20 * s}, "weigh")
	if !m.due || m.timed || m.State != status.Starting {
		t.Fatalf("due %v, timed %v, %v; want that its time has come", m.due, m.timed, m.State)
	}
	m.Step(Event{Kind: Started, At: 20 * s})
	expectDoes(t, &m, Event{Kind: Due, At: 30 * s}, "ask t")
	if m.Want != status.WantUp || !m.due || m.State != status.Stopping {
		t.Fatalf("want %v, due %v, %v; want that it makes way", m.Want, m.due, m.State)
	}
	m = usual(status.Waiting)
	m.timed = true
	expectDoes(t, &m, Event{Kind: At, At: 10 * s})
	if m.State != status.Down || m.Want != status.WantDown {
		t.Fatalf("%v, want %v; want that it was taken back", m.State, m.Want)
	}
}
