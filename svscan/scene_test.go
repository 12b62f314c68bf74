package svscan

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// tooLate is what a scene panics with that has seen nothing of what it is about.
type tooLate struct{}

// scene goes through play with a tree as it grows. svscan acts some time after
// what it sees, and on a busy machine what is to follow within that time may
// come too late: then it did right to act, and another tree goes through the
// whole.
func scene(t *testing.T, play func(tr *tree)) {
	t.Parallel()
	for deadline := time.Now().Add(patient); !inTime(t, play); {
		if time.Now().After(deadline) {
			t.Fatal("this machine is too busy, or svscan too slow")
		}
	}
}

// inTime says whether play came to its end.
func inTime(t *testing.T, play func(tr *tree)) (done bool) {
	defer func() {
		if fault := recover(); fault != nil && fault != (tooLate{}) {
			panic(fault)
		}
	}()
	tr := plant(t)
	play(tr.boot("svscan", tr.scan))
	return true
}

// soon does what is to be done less than limit after since, and returns when
// it began.
func soon(since time.Time, limit time.Duration, do func()) time.Time {
	began := time.Now()
	do()
	if time.Since(since) >= limit {
		panic(tooLate{})
	}
	return began
}

// lieStill is what a program does between two system calls.
func lieStill(d time.Duration) { _, _ = unix.Poll(nil, int(d.Milliseconds())) }
