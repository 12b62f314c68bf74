package main

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"time"
)

// patience is how long anything may take before its row is given up.
const patience = 20 * time.Second

// await takes starts until done says that it has seen enough.
func (t *tree) await(limit time.Duration, done func() bool) error {
	deadline := time.Now().Add(limit)
	for !done() {
		got, err := t.starts.next(deadline)
		if err != nil {
			return err
		}
		t.lives[got.name] = got
	}
	return nil
}

// quiet lets time pass, in which nothing may start.
func (t *tree) quiet(d time.Duration) error {
	got, err := t.starts.next(time.Now().Add(d))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("%s started unasked", got.name)
	}
	return err
}

// mature waits until these services have been up for more than the second in
// which the suites take a death for a failed start, and daemontools is deaf.
func (t *tree) mature(names iter.Seq[string]) error {
	youngest := t.began + t.booted // of the loggers
	for name := range names {
		youngest = max(youngest, t.lives[name].at)
	}
	return t.quiet(youngest + 1200*time.Millisecond - monotonic())
}
