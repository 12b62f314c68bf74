package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// bench is one run: what is measured, in whom, how often.
type bench struct {
	rows     []row
	suites   []suite
	n        int // services in a tree, at most
	rounds   int
	window   time.Duration // how long the row idle looks
	dir      string        // holds all trees, in memory where that is possible
	below    string        // the directory for trees on disk that was asked for, "" for one that is found
	disk     string        // holds those trees, "" if there is none
	out      string        // the file for the table, "" for standard output
	checks   bool          // tell what came of the goals
	language string        // that the service is written in
	failed   bool          // some row has no figures for some suite, or a goal is missed
}

// run prepares, measures, prints, and leaves nothing behind. If ctx ends it
// prints what there is.
func (b *bench) run(ctx context.Context) error {
	if err := adopt(); err != nil {
		return err
	}
	// Best effort: it is in a place for temporary files.
	defer func() { _, _ = os.RemoveAll(b.dir), os.RemoveAll(b.disk) }()
	if err := b.prepare(); err != nil {
		return err
	}
	began := time.Now()
	err := b.measure(ctx)
	beyond.samples = beyondService(kernelLogged, kernelPlain)
	return errors.Join(err, b.tell(time.Since(began)))
}

// tell writes the table to its file, and what came of the goals to standard
// output.
func (b *bench) tell(took time.Duration) (err error) {
	out := os.Stdout
	if b.out != "" {
		if out, err = os.Create(b.out); err != nil {
			return err
		}
	}
	b.print(out, took)
	if b.out != "" {
		err = out.Close()
	}
	if b.checks {
		fmt.Println()
		good := b.check(os.Stdout)
		b.failed = b.failed || !good
	}
	return err
}

// measure measures all rows in all suites. In each round every suite has its
// turn in every scene, and each round another suite is the first: what the
// machine does meanwhile happens to all of them alike.
func (b *bench) measure(ctx context.Context) error {
	for round := range b.rounds {
		for _, sc := range scenes {
			for i := range b.suites {
				b.visit(ctx, sc, b.suites[(round+i)%len(b.suites)], round)
				if ctx.Err() != nil {
					return context.Cause(ctx)
				}
			}
		}
	}
	return nil
}

// visit measures what is to be measured in one scene of one suite.
func (b *bench) visit(ctx context.Context, sc *scene, s suite, round int) {
	tasks := b.tasks(sc, round)
	if len(tasks) == 0 || !sc.has(s.name()) || sc.disk && b.disk == "" {
		return
	}
	t, err := b.plant(ctx, sc, s, round)
	for _, task := range tasks {
		if err != nil {
			break
		}
		if err = task.measure(t); err != nil {
			err = fmt.Errorf("row %s: %w", task.word, err)
		}
	}
	if err != nil {
		err = fmt.Errorf("%w%s", err, t.heard())
	}
	if err = errors.Join(err, t.fell()); err != nil && ctx.Err() == nil {
		b.failed = true
		warn(fmt.Sprintf("unable to measure %s, %s: %v", s.name(), sc.name, err))
	}
}

// prepare makes the directories of all trees, and the service in each, and the
// program that is the floor.
func (b *bench) prepare() (err error) {
	memory := "/dev/shm"
	if _, err := os.Stat(memory); err != nil {
		memory = "" // the usual place
	}
	if b.dir, err = os.MkdirTemp(memory, "svdir-bench-"); err != nil {
		return err
	}
	if below := diskFor(b.below); below == "" {
		warn("nothing is measured on disk: all is in memory here, see -disk")
	} else if b.disk, err = os.MkdirTemp(below, "svdir-bench-"); err != nil {
		return err
	}
	for _, dir := range []string{b.dir, b.disk} {
		if dir == "" {
			continue
		}
		if b.language, err = buildService(dir); err != nil {
			return err
		}
	}
	if missing(bare{}) == "" {
		err = buildC(filepath.Join(b.dir, floor), bareSource)
	}
	return err
}
