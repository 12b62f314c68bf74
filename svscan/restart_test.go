package svscan

import (
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/proc"
)

func TestRestart(t *testing.T) {
	scene(t, func(tr *tree) {
		began := time.Now()
		tr.link("a")
		tr.expect("supervise a")
		first := proc.StartTicks(tr.pids["a"])
		tr.killed(began, "a", "trying again in 1 second")
		tr.expect("supervise a")
		if took := ticks(proc.StartTicks(tr.pids["a"]) - first); took < 500*time.Millisecond {
			t.Errorf("started again after %v, want a second after its last start", took)
		}
		tr.quiet(pace)
		before := bootTime(t)
		tr.kill("a")
		tr.warned("supervise for a was killed by SIGKILL, starting it again\n")
		tr.expect("supervise a")
		if took := ticks(proc.StartTicks(tr.pids["a"])) - before; took >= 500*time.Millisecond { // want at once
			panic(tooLate{})
		}
	})
}

// killed kills a supervise within a second of when its start began, at the
// earliest, and waits until svscan has told that, and what it does then.
func (tr *tree) killed(began time.Time, name, then string) {
	tr.t.Helper()
	warning := ""
	soon(began, pace, func() {
		tr.kill(name)
		warning = tr.warning()
	})
	if want := "svscan: warning: supervise for " + name + " was killed by SIGKILL, " + then + "\n"; warning != want {
		tr.t.Fatalf("got %q, want %q", warning, want)
	}
}

// ticks is a time in what /proc counts in.
func ticks(n uint64) time.Duration { return time.Duration(n) * 10 * time.Millisecond }

// bootTime is the time since boot, as /proc says when a process was started.
func bootTime(t *testing.T) time.Duration {
	t.Helper()
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts); err != nil {
		t.Fatal(err)
	}
	return time.Duration(ts.Nano())
}

// TestFailsAtOnce: the same complaint is not repeated, and others do not wait.
func TestFailsAtOnce(t *testing.T) {
	scene(t, func(tr *tree) {
		warning := ""
		soon(time.Now(), pace, func() {
			tr.link("bad", "exit111")
			warning = tr.warning()
		})
		if want := "svscan: warning: supervise for bad exited 111, trying again in 1 second\n"; warning != want {
			t.Fatalf("got %q, want %q", warning, want)
		}
		tr.link("good")
		tr.expect("supervise good")
		tr.quiet(2 * pace)
		tr.must(os.Remove(tr.top + "/sv/bad/exit111"))
		tr.expect("supervise bad")
		tr.signal(syscall.SIGTERM)
		tr.exits(0)
		text := tr.complaints()
		if strings.Contains(text, "starting it again") { // it took more than a second to fail
			panic(tooLate{})
		}
		if text != "" {
			t.Errorf("complained: %s", text)
		}
	})
}
