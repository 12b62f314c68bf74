package supervise

import (
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/status"
)

// A deadline that passed before the next supervise began is due at once: less
// than nothing would be none.
func TestRecallPastDeadline(t *testing.T) {
	const began, later = 100 * time.Second, 102 * time.Second
	for _, c := range []struct{ at, want time.Duration }{
		{500 * time.Millisecond, 0},
		{2500 * time.Millisecond, 500 * time.Millisecond},
		{never, never},
	} {
		old := Machine{State: status.Backoff, Deadline: c.at}
		r := status.Record{State: status.Backoff, Machine: old.remember(nil, began)}
		m := Machine{Deadline: never}
		if m.recall(&r, later); m.Deadline != c.want {
			t.Errorf("recalled from %q: got deadline %v; want %v", r.Machine, m.Deadline, c.want)
		}
	}
}

// TestRecallVersions: a state that another version wrote is gone on with. The
// files are recorded: an older one lacks what this version has, the next one has
// more and says some of it otherwise.
func TestRecallVersions(t *testing.T) {
	const epoch = 1000 * time.Second
	whole := Machine{State: status.Stopping, Want: status.WantUp, Running: true, GotTerm: true, Ready: true,
		eager: true, waits: true, letter: command.Down, tries: 1, limit: 5 * time.Second,
		started: 506199 * time.Millisecond, Deadline: 511199 * time.Millisecond}
	for name, want := range map[string]Machine{
		"status-0.1.env":  {State: status.Up, Want: status.WantUp, Running: true, Ready: true, Deadline: never, started: -startPause},
		"status-0.2.env":  whole,
		"status-next.env": whole,
	} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := status.ParseEnv(text)
		if err != nil {
			t.Fatal(err)
		}
		m := NewMachine(&ours, false)
		m.recall(&r, epoch)
		want.style = &ours
		if !reflect.DeepEqual(m, want) {
			t.Errorf("%s: got %+v; want %+v", name, m, want)
		}
		if r.PID != 5918 || r.StartTicks != 150619 || r.Starts != 2 || r.Deaths != 1 {
			t.Errorf("%s: got %+v", name, r)
		}
	}
}

// FuzzRecall: whatever the words say, what the machine remembers of them it
// remembers again.
func FuzzRecall(f *testing.F) {
	f.Add([]byte("running eager letter=d tries=3 limit=5000 started=1506199 deadline=1511199"), uint8(5))
	f.Add([]byte("young patience=700 ended=1500300 fault=timeout-up bad=3 pause=4000 restarts=1500000,1501000"), uint8(7))
	f.Add([]byte("running letter=d limit=5000 deadline=1511199 signals=15:5000,2:5000,9 next-signal=2 easing stop-program"), uint8(5))
	f.Add([]byte("deadline=99999999999999 tries=-1 letter= letter=\x00 started=0 final final"), uint8(0))
	f.Fuzz(func(t *testing.T, words []byte, state uint8) {
		const epoch = 1000 * time.Second
		r := status.Record{State: status.State(state) % status.States, Machine: words}
		m := NewMachine(&ours, false)
		m.recall(&r, epoch)
		r.Machine = m.remember(nil, epoch)
		again := NewMachine(&ours, false)
		again.recall(&r, epoch)
		if again.started < 0 && m.started < 0 {
			again.started, m.started = 0, 0 // none, or one before our clock
		}
		if !reflect.DeepEqual(m, again) {
			t.Errorf("%q: got %+v; then %+v", words, m, again)
		}
	})
}
