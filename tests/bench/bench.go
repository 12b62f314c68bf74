package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// bench is one run: what is measured, in whom, how often.
type bench struct {
	rows     []row
	suites   []suite
	n        int // services in a tree
	rounds   int
	window   time.Duration // how long the row idle looks
	dir      string        // holds all trees
	service  string        // the program of every service
	language string        // that it is written in
	failed   bool          // some row has no figures for some suite
}

// run prepares, measures, prints, and leaves nothing behind.
func (b *bench) run(ctx context.Context) error {
	if err := adopt(); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(b.dir) }() // best effort: it is in a place for temporary files
	if err := b.prepare(); err != nil {
		return err
	}
	began := time.Now()
	if err := b.measure(ctx); err != nil {
		return err
	}
	fmt.Printf("%d services, %d rounds, %d CPUs, service in %s, below %s, took %.0f s\n\n",
		b.n, b.rounds, runtime.NumCPU(), b.language, filepath.Dir(b.dir), time.Since(began).Seconds())
	b.print(os.Stdout)
	return nil
}

// measure measures all rows in all suites. In each round every suite has its
// turn in every scene, and each round another suite is the first: what the
// machine does meanwhile happens to all of them alike.
func (b *bench) measure(ctx context.Context) error {
	for round := range b.rounds {
		for _, sc := range scenes {
			rows := b.rowsOf(sc, round)
			for i := range b.suites {
				s := b.suites[(round+i)%len(b.suites)]
				if len(rows) == 0 {
					continue
				}
				err := b.visit(ctx, sc, s, rows)
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
				if err != nil {
					b.failed = true
					warn(fmt.Sprintf("unable to measure %s, %s: %v", s.name(), sc.name, err))
				}
			}
		}
	}
	return nil
}

// visit measures rows in one tree of its own.
func (b *bench) visit(ctx context.Context, sc *scene, s suite, rows []row) (err error) {
	t, err := b.plant(ctx, sc, s)
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w%s", err, t.heard())
		}
		err = errors.Join(err, t.fell())
	}()
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := r.measure(t); err != nil {
			return fmt.Errorf("row %s: %w", r.word, err)
		}
	}
	return nil
}

// prepare makes the directory of all trees, in memory where that is possible,
// and the service in it.
func (b *bench) prepare() (err error) {
	memory := "/dev/shm"
	if _, err := os.Stat(memory); err != nil {
		memory = "" // the usual place
	}
	if b.dir, err = os.MkdirTemp(memory, "svdir-bench-"); err != nil {
		return err
	}
	b.service, b.language, err = buildService(b.dir)
	return err
}
