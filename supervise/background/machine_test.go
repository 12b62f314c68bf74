package background

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// exited and killed are wait statuses.
func exited(code int) syscall.WaitStatus           { return syscall.WaitStatus(code << 8) }
func killed(sig syscall.Signal) syscall.WaitStatus { return syscall.WaitStatus(sig) }

func TestMachine(t *testing.T) {
	const limit = 10 * time.Second
	well, badly := event{kind: programEnded}, event{kind: programEnded, status: exited(3)}
	late, none, child := event{kind: timeout, why: "x.pid does not exist"}, event{kind: noneLeft}, event{kind: childEnded}
	term, hup := event{kind: asked, signal: syscall.SIGTERM}, event{kind: asked, signal: syscall.SIGHUP}
	here := event{kind: found}
	for name, c := range map[string]struct {
		events []event
		acts   string
		end    End
	}{
		"a daemon that exits":      {[]event{well, here, {kind: daemonEnded, status: exited(7)}}, "ready", End{Code: 7}},
		"a daemon that is killed":  {[]event{well, here, {kind: daemonEnded, status: killed(syscall.SIGSEGV)}}, "ready", End{Signal: syscall.SIGSEGV}},
		"others end":               {[]event{child, well, child, here, child, none, {kind: daemonEnded}}, "ready", End{}},
		"signals are passed on":    {[]event{well, here, hup, term, {kind: daemonEnded}}, "ready forward-1 forward-15", End{}},
		"early signals are held":   {[]event{hup, well, hup, here, {kind: daemonEnded}}, "ready forward-1 forward-1", End{}},
		"the program fails":        {[]event{badly, none}, "end", End{3, 0, "unable to start daemon: the program exited 3"}},
		"the program is killed":    {[]event{{kind: programEnded, status: killed(syscall.SIGKILL)}, none}, "end", End{0, syscall.SIGKILL, "unable to start daemon: the program was ended by signal 9"}},
		"no daemon":                {[]event{well, late, none}, "end", End{111, 0, "unable to find daemon within 10s: x.pid does not exist"}},
		"it is found too late":     {[]event{well, late, here, child, none}, "end", End{111, 0, "unable to find daemon within 10s: x.pid does not exist"}},
		"TERM before all":          {[]event{term, well, none}, "end", End{Signal: syscall.SIGTERM}},
		"TERM before it is found":  {[]event{well, term, term, none}, "end", End{Signal: syscall.SIGTERM}},
		"what ignores TERM":        {[]event{well, term, child, late, child, hup, well, none}, "end kill kill kill", End{Signal: syscall.SIGTERM}},
		"none left is not the end": {[]event{none, well, none, here, none, {kind: daemonEnded}}, "ready", End{}},
	} {
		m := newMachine(limit)
		var acts []string
		for i, ev := range c.events {
			if m.phase == over {
				t.Errorf("%s: over after %d events", name, i)
			}
			for _, a := range m.step(ev) {
				acts = append(acts, shown(a))
			}
		}
		if got := strings.Join(acts, " "); m.phase != over || got != c.acts || m.end != c.end {
			t.Errorf("%s: got phase %d, %q, %+v; want over, %q, %+v", name, m.phase, got, m.end, c.acts, c.end)
		}
	}
}

func shown(a action) string {
	word := [...]string{"ready", "forward", "end", "kill"}[a.do]
	if a.signal != 0 {
		word += fmt.Sprintf("-%d", int(a.signal))
	}
	return word
}

// The limit counts from the end of the program, and nothing is due but that and
// the KILL.
func TestDeadlines(t *testing.T) {
	m := newMachine(time.Minute)
	for _, c := range []struct {
		ev   event
		want time.Duration
	}{
		{event{kind: childEnded, at: 1 * time.Second}, never},
		{event{kind: programEnded, at: 2 * time.Second}, 62 * time.Second},
		{event{kind: asked, signal: syscall.SIGHUP, at: 3 * time.Second}, 62 * time.Second},
		{event{kind: timeout, at: 62 * time.Second}, 67 * time.Second},
		{event{kind: childEnded, at: 63 * time.Second}, 67 * time.Second},
		{event{kind: timeout, at: 67 * time.Second}, never},
		{event{kind: childEnded, at: 68 * time.Second}, never},
	} {
		if m.step(c.ev); m.deadline != c.want {
			t.Errorf("after event %d at %v: got deadline %v; want %v", c.ev.kind, c.ev.at, m.deadline, c.want)
		}
	}
	m = newMachine(time.Minute)
	m.step(event{kind: programEnded})
	if m.step(event{kind: found}); m.deadline != never {
		t.Errorf("the daemon is there: got deadline %v; want none", m.deadline)
	}
}
