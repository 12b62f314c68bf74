//go:build amd64 || arm64

package fifo

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// CHLD wakes nobody who has not asked for it.
func TestPollerHushesChildren(t *testing.T) {
	var p Poller
	must(t, p.Signals(waiterFunc(func(int, int16) {}), 0, syscall.SIGUSR1))
	if caught := caughtSignals(t); caught>>(syscall.SIGCHLD-1)&1 != 0 {
		t.Errorf("got %#x of signals that are caught; want them without CHLD", caught)
	}
	p.Children()
	if caught := caughtSignals(t); caught>>(syscall.SIGCHLD-1)&1 == 0 {
		t.Errorf("got %#x of signals that are caught; want them with CHLD", caught)
	}
}

// caughtSignals are those for which this process has handlers.
func caughtSignals(t *testing.T) (set uint64) {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	must(t, err)
	_, rest, _ := strings.Cut(string(text), "\nSigCgt:\t")
	digits, _, _ := strings.Cut(rest, "\n")
	set, err = strconv.ParseUint(digits, 16, 64)
	must(t, err)
	return set
}
