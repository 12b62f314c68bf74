package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

var (
	byLink    = &figure{title: "pickup by link, no command", unit: "ms"}
	byRename  = &figure{title: "pickup by rename, no command", unit: "ms"}
	byCommand = &figure{title: "pickup by a command", unit: "ms"}
)

// pickupRounds are enough for who polls: what that costs is known.
const pickupRounds = 2

// pickup is from the moment in which a service directory appears in the scan
// directory to the start of its service, with the command that says so where
// the suite needs one.
func pickup(t *tree) error {
	times := 5
	if t.suite.period() > 0 {
		times = 1
	}
	for i := range times {
		if err := t.appear(fmt.Sprint("linked", i), os.Symlink, byLink); err != nil {
			return err
		}
		if err := t.appear(fmt.Sprint("renamed", i), os.Rename, byRename); err != nil {
			return err
		}
	}
	return nil
}

// appear makes a service directory elsewhere, and lets it appear by place.
func (t *tree) appear(name string, place func(from, to string) error, f *figure) error {
	elsewhere := filepath.Join(t.home, name)
	if err := t.prepare(elsewhere); err != nil {
		return err
	}
	if err := t.quiet(t.phase()); err != nil {
		return err
	}
	began := monotonic()
	if err := place(elsewhere, filepath.Join(t.scan, name)); err != nil {
		return err
	}
	rescan := t.suite.rescan(t.scan)
	if rescan != nil {
		f = byCommand
		if err := t.run(rescan[0], rescan[1:]...); err != nil {
			return err
		}
	}
	runs := func() bool { return t.lives[name].pid != 0 }
	if err := t.await(patience, runs); err != nil {
		return err
	}
	t.names = append(t.names, name)
	t.note(f, milliseconds(t.lives[name].at-began))
	return nil
}

// phase is a part of the period of who polls, which has just done so: a quarter
// and then three, so that their median is that of all instants.
func (t *tree) phase() time.Duration {
	rounds := min(pickupRounds, t.bench.rounds)
	return t.suite.period() * time.Duration(2*t.round+1) / time.Duration(2*rounds)
}
