package supervise

import (
	"slices"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// What follows the end of run, by scope and style, with and without a stop.
func TestScopes(t *testing.T) {
	for _, c := range []struct {
		style       *Style
		scope       servicedir.Scope
		stop, crash string
	}{
		{&ours, servicedir.ScopeUsual, "end group", "finish"},
		{&s6, servicedir.ScopeUsual, "end group", "finish"},
		{&runit, servicedir.ScopeUsual, "finish", "finish"},
		{&daemontools, servicedir.ScopeUsual, "finish", "finish"},
		{&daemontools, servicedir.ScopeGroup, "end group", "finish"},
		{&ours, servicedir.ScopeProcess, "finish", "finish"},
		{&ours, servicedir.ScopeSession, "end session", "finish"},
		{&ours, servicedir.ScopeTree, "end tree", "end tree"},
		{&runit, servicedir.ScopeTree, "end tree", "end tree"},
	} {
		for _, s := range []status.State{status.Up, status.Stopping} {
			m := usual(s)
			m.style = c.style
			acts := m.Step(Event{Kind: RunEnded, At: 10 * time.Second, Scope: c.scope})
			want := c.crash
			if s == status.Stopping {
				want = c.stop
			}
			if got := acts[len(acts)-1].String(); got != want {
				t.Errorf("%s, %v, run ended while %v: got %q; want %q", c.style.Name, c.scope, s, got, want)
			}
		}
	}
}

// With a tree comes KILL in any case, and it is not given up.
func TestTreeIsNotGivenUp(t *testing.T) {
	m := usual(status.Up)
	m.Step(Event{Kind: RunEnded, At: 10 * time.Second, Scope: servicedir.ScopeTree})
	for _, after := range []time.Duration{groupGrace, killAgain, killAgain} {
		if got := m.Deadline - m.now; got != after {
			t.Fatalf("got a deadline in %v; want %v", got, after)
		}
		acts := slices.Clone(m.Step(Event{Kind: Timeout, At: m.Deadline}))
		if len(acts) != 1 || acts[0].String() != "kill tree" {
			t.Fatalf("got %v; want kill tree", acts)
		}
	}
	if m.Step(Event{Kind: GroupEnded, At: m.now}); m.State != status.Finishing || m.Want != status.WantUp {
		t.Errorf("got %v, want %v; want finishing, and up", m.State, m.Want)
	}
}

// T widens a stop that has come as far as the group.
func TestTreeWidens(t *testing.T) {
	m := usual(status.Stopping)
	m.Step(Event{Kind: RunEnded, At: 10 * time.Second})
	acts := m.Step(Event{Kind: DownTree, Letter: command.DownTree, At: 11 * time.Second})
	if len(acts) != 1 || acts[0].String() != "end tree" || m.Deadline != 11*time.Second+groupGrace {
		t.Errorf("got %v, deadline %v; want end tree and the grace of a group", acts, m.Deadline)
	}
}
