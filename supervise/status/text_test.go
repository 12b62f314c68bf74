package status

import "testing"

// The words and their order are runit's; sv shows them in another.
func TestAppendStat(t *testing.T) {
	for _, c := range []struct {
		r    Record
		want string
	}{
		{Record{State: Down}, "down\n"},
		{Record{State: Down, Leaving: true}, "down\n"},
		{Record{State: Backoff, Want: WantUp}, "down\n"},
		{Record{State: Up, Want: WantUp, PID: 7}, "run\n"},
		{Record{State: Up, Want: WantOnce, PID: 7}, "run, want down\n"},
		{Record{State: Starting, Want: WantUp, PID: 7}, "run\n"},
		{Record{State: Paused, Want: WantUp, PID: 7, Paused: true}, "run, paused\n"},
		{Record{State: Stopping, PID: 7, GotTerm: true}, "run, got TERM, want down\n"},
		{Record{State: Stopping, PID: 7, Paused: true, GotTerm: true, Leaving: true}, "run, paused, got TERM, want exit\n"},
		{Record{State: Finishing, Want: WantUp, PID: 8}, "finish\n"},
		{Record{State: Finishing, PID: 8, Paused: true, GotTerm: true}, "finish, want down\n"},
		{Record{State: Finishing}, "finish, want down\n"},
	} {
		if got := string(AppendStat(nil, &c.r)); got != c.want {
			t.Errorf("AppendStat(%+v) is %q; want %q", c.r, got, c.want)
		}
	}
}

func TestAppendPID(t *testing.T) {
	for pid, want := range map[int]string{0: "", 1: "1\n", 4194304: "4194304\n"} {
		if got := string(AppendPID(nil, &Record{PID: pid})); got != want {
			t.Errorf("AppendPID of %d is %q; want %q", pid, got, want)
		}
	}
}

func TestWords(t *testing.T) {
	for s := range States {
		if got, ok := ParseState(s.String()); !ok || got != s {
			t.Errorf("ParseState(%q) is %d, %v; want %d", s, got, ok, s)
		}
	}
	for w := range Wants {
		if got, ok := ParseWant(w.String()); !ok || got != w {
			t.Errorf("ParseWant(%q) is %d, %v; want %d", w, got, ok, w)
		}
	}
	for _, word := range []string{"", "Up", "up ", "unknown"} {
		if s, ok := ParseState(word); ok {
			t.Errorf("ParseState(%q) is %d; want none", word, s)
		}
		if w, ok := ParseWant(word); ok {
			t.Errorf("ParseWant(%q) is %d; want none", word, w)
		}
	}
	if got := States.String() + " " + Wants.String(); got != "unknown unknown" {
		t.Errorf("past the end it says %q; want unknown", got)
	}
}

func TestExit(t *testing.T) {
	for _, c := range []struct {
		r            Record
		code, signal int
	}{
		{Record{}, -1, 0},
		{Record{Ended: true}, 0, 0},
		{Record{Ended: true, Wait: 125 << 8}, 125, 0},
		{Record{Ended: true, Wait: 9}, -1, 9},
		{Record{Ended: true, Wait: 11 | 0x80}, -1, 11}, // with a core dump
	} {
		if code, signal := c.r.ExitCode(), c.r.ExitSignal(); code != c.code || signal != c.signal {
			t.Errorf("wait status %#x ended with code %d, signal %d; want %d, %d", c.r.Wait, code, signal, c.code, c.signal)
		}
	}
}
