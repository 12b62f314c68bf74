package main

import (
	"errors"
	"os"
	"slices"
	"syscall"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

var (
	restarted  = &figure{title: "restart after kill -9", unit: "ms", in: hundred}
	restartCPU = &figure{title: "supervisor CPU per restart", unit: "us", in: hundred}
)

// slow is when restart goes on to the next service and comes back later: s6
// starts a service that announced no readiness a second after its death.
const slow = 50 * time.Millisecond

// restart is from kill -9 to the next start, service after service, each up for
// more than a second before.
func restart(t *tree) error {
	names := t.share(0)
	if err := t.mature(slices.Values(names)); err != nil {
		return err
	}
	own := supervisors()
	before := total(own, cpu)
	killed := map[string]start{} // the life that was ended, and when
	reborn := func(name string) bool { return t.lives[name].pid != killed[name].pid }
	for _, name := range names {
		life := t.lives[name]
		killed[name] = start{name, life.pid, monotonic()}
		if err := syscall.Kill(life.pid, syscall.SIGKILL); err != nil {
			return err
		}
		err := t.await(slow, func() bool { return reborn(name) })
		if err == nil {
			err = t.settled(name)
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	late := func(name string) bool { return !reborn(name) }
	if err := t.await(patience, func() bool { return !slices.ContainsFunc(names, late) }); err != nil {
		return err
	}
	for _, name := range names {
		if err := t.settled(name); err != nil {
			return err
		}
		t.note(restarted, milliseconds(t.lives[name].at-killed[name].at))
	}
	spent := total(own, cpu) - before
	t.note(restartCPU, float64(spent.Microseconds())/float64(len(names)))
	return nil
}

// settled waits until the status tells of the running process.
func (t *tree) settled(name string) error {
	w, err := t.watch(name)
	if err != nil {
		return err
	}
	defer w.close()
	_, err = w.until(func(r status.Record) bool { return r.PID == t.lives[name].pid })
	return err
}

// share is a part of the services for a row that ends them, so that no two rows
// touch the same: at most 20, at least one. There are three.
func (t *tree) share(part int) []string {
	size := min(20, len(t.names)/3)
	return t.names[part*size : (part+1)*size]
}
