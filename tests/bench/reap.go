package main

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

var errStuck = errors.New("processes were left over and had to be killed")

// adopt makes every orphan below us our child, so that reap sees the end of the
// last process of a tree, whoever started it.
func adopt() error { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// reap waits until no process of the tree is left. When limit has passed or ctx
// ends it kills them all, and says so.
func reap(ctx context.Context, limit time.Duration) error {
	deaths := make(chan struct{})
	go func() {
		for {
			_, err := syscall.Wait4(-1, nil, 0, nil)
			if err == syscall.ECHILD {
				close(deaths)
				return
			}
			if err == nil {
				deaths <- struct{}{}
			}
		}
	}()
	timeout := time.After(limit)
	interrupted := ctx.Done()
	var failed error
	for {
		select {
		case _, more := <-deaths:
			if !more {
				return failed
			}
		case <-timeout:
			failed = errStuck
		case <-interrupted:
			failed, interrupted = ctx.Err(), nil
		}
		if failed != nil {
			// Again after each death: somebody may have forked meanwhile.
			for _, pid := range descendants(os.Getpid()) {
				_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended by itself
			}
		}
	}
}
