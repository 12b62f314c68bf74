package main

import (
	"path/filepath"
	"slices"
)

var (
	waitDown = &figure{title: "command that stops and waits", unit: "ms", in: hundred}
	waitUp   = &figure{title: "command that starts and waits", unit: "ms", in: hundred}
)

// wait is the time of commands that return when the service is down, and when it
// is up again. A few tell enough: sv asks again every 420 ms.
func wait(t *tree) error {
	const few = 5
	names := t.share(2)
	names = names[:min(few, len(names))]
	if err := t.mature(slices.Values(names)); err != nil {
		return err
	}
	for _, name := range names {
		service := filepath.Join(t.scan, name)
		down, up := t.suite.down(service), t.suite.up(service)
		if down == nil || up == nil {
			return nil
		}
		if err := t.timed(waitDown, down); err != nil {
			return err
		}
		if err := t.timed(waitUp, up); err != nil {
			return err
		}
		old := t.lives[name].pid
		if err := t.await(patience, func() bool { return t.lives[name].pid != old }); err != nil {
			return err
		}
	}
	return nil
}

// timed notes how long a command takes.
func (t *tree) timed(f *figure, command []string) error {
	began := monotonic()
	if err := t.run(command[0], command[1:]...); err != nil {
		return err
	}
	t.note(f, milliseconds(monotonic()-began))
	return nil
}
