package main

import (
	"errors"
	"os"
	"time"
)

var (
	crashCPU  = &figure{title: "crash loop: own CPU per restart", unit: "us", in: dying}
	crashDisk = &figure{title: "crash loop on disk: own CPU per restart", unit: "us", in: dyingDisk}
	crashRun  = &figure{title: "crash loop on disk, -run in memory: own CPU per restart", unit: "us", in: dyingRun, base: crashDisk}
)

// crash is what the supervisors use of the processor for each restart of
// services that end at once. All suites start them once a second.
func crash(f *figure) func(t *tree) error {
	const (
		settling = time.Second // what the boot left to do
		window   = 5 * time.Second
	)
	return func(t *tree) error {
		if _, err := t.count(settling); err != nil {
			return err
		}
		own := supervisors()
		before := total(own, cpu)
		starts, err := t.count(window)
		if err != nil {
			return err
		}
		if starts == 0 {
			return errors.New("no restart in the crash loop")
		}
		t.note(f, float64((total(own, cpu)-before).Nanoseconds())/1e3/float64(starts))
		return nil
	}
}

// count is how many services start in a time.
func (t *tree) count(d time.Duration) (int, error) {
	n := -1
	err := t.await(d, func() bool { n++; return false })
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return n, err
}
