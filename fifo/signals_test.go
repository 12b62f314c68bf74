package fifo

import (
	"runtime"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestPollerTellsOfSignals(t *testing.T) {
	var p Poller
	var told []syscall.Signal
	must(t, p.Signals(waiterFunc(func(tag int, sig int16) {
		if tag != 7 {
			t.Errorf("got tag %d; want 7", tag)
		}
		told = append(told, syscall.Signal(sig))
	}), 7, syscall.SIGUSR1, syscall.SIGHUP, syscall.SIGCHLD))
	// wait waits until n signals were told of.
	wait := func(n int) {
		t.Helper()
		give := Now() + patience
		for len(told) < n && Now() < give {
			must(t, p.Wait(give))
		}
	}
	var want []syscall.Signal
	for i, sig := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGHUP, syscall.SIGCHLD, syscall.SIGUSR1} {
		want = append(want, sig)
		must(t, unix.Kill(unix.Getpid(), sig))
		wait(i + 1)
		if !slices.Equal(told, want) {
			t.Fatalf("told of %v; want %v", told, want)
		}
	}
	before := Now()
	must(t, p.Wait(before+time.Millisecond))
	if took := Now() - before; took < time.Millisecond || len(told) != len(want) {
		t.Errorf("nothing came, and Wait ended after %v, told of %v", took, told)
	}
}

// Who is never idle lets the goroutines that bring signals run, with one
// processor. Now and then the runtime has another turn of ours come first.
func TestPollerLetsOthersRun(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var p Poller
	p.Add(readyPipe(t), unix.POLLIN, waiterFunc(func(int, int16) {}), 0)
	var ran atomic.Bool
	go ran.Store(true)
	for range 3 {
		must(t, p.Wait(-1))
	}
	if !ran.Load() {
		t.Error("no other goroutine ran")
	}
}

// A signal that comes while nobody waits ends the next wait, once, and hides
// nothing else.
func TestPollerTellsOfSignalsLater(t *testing.T) {
	var p Poller
	told := 0
	must(t, p.Signals(waiterFunc(func(int, int16) { told++ }), 0, syscall.SIGUSR2))
	p.wake(syscall.SIGUSR2)
	p.wake(syscall.SIGUSR2)
	must(t, p.Wait(-1))
	if told != 1 {
		t.Errorf("told %d times; want 1", told)
	}
	ready := 0
	p.Add(readyPipe(t), unix.POLLIN, waiterFunc(func(int, int16) { ready++ }), 0)
	must(t, p.Wait(-1))
	if ready != 1 || told != 1 {
		t.Errorf("told of %d descriptors, %d signals; want 1, 1", ready, told)
	}
}
