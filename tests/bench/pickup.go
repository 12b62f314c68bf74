package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
)

var (
	byLink   = &figure{title: "pickup by link", unit: "ms", bars: []bar{{20, "", nil}}}
	byRename = &figure{title: "pickup by rename", unit: "ms", bars: []bar{{20, "", nil}}}
)

// pickup is from the moment in which a service directory appears in the scan
// directory to the start of its service, with the command that says so where
// the suite needs one.
func pickup(t *tree) error {
	if err := t.appear("linked", os.Symlink, byLink); err != nil {
		return err
	}
	return t.appear("renamed", os.Rename, byRename)
}

// appear makes a service directory elsewhere, and lets it appear by place.
func (t *tree) appear(name string, place func(from, to string) error, f *figure) error {
	elsewhere := filepath.Join(t.home, name)
	if err := t.prepare(elsewhere); err != nil {
		return err
	}
	if period := t.suite.period(); period > 0 {
		// Who polls is asked at any instant of its period.
		if err := t.quiet(rand.N(period)); err != nil {
			return err
		}
	}
	began := monotonic()
	if err := place(elsewhere, filepath.Join(t.scan, name)); err != nil {
		return err
	}
	if rescan := t.suite.rescan(t.scan); rescan != nil {
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
