package main

import (
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/status"
)

var (
	toDown = &figure{title: "d to status down", unit: "ms", in: hundred}
	toUp   = &figure{title: "u to status up", unit: "ms", in: hundred}
	toRun  = &figure{title: "u to run executed", unit: "ms", in: hundred}
)

// control is from a letter to the status that tells that it is done, for
// services that have been up for more than a second.
func control(t *tree) error {
	names := t.share(1)
	if err := t.mature(slices.Values(names)); err != nil {
		return err
	}
	for _, name := range names {
		if err := t.downAndUp(name); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) downAndUp(name string) error {
	w, err := t.watch(name)
	if err != nil {
		return err
	}
	defer w.close()
	began, seen, err := t.order(w, name, "d", func(r status.Record) bool { return r.PID == 0 })
	if err != nil {
		return err
	}
	t.note(toDown, milliseconds(seen-began))
	began, seen, err = t.order(w, name, "u", func(r status.Record) bool { return r.PID != 0 })
	if err != nil {
		return err
	}
	t.note(toUp, milliseconds(seen-began))
	old := t.lives[name].pid
	if err := t.await(patience, func() bool { return t.lives[name].pid != old }); err != nil {
		return err
	}
	t.note(toRun, milliseconds(t.lives[name].at-began))
	return nil
}

// order sends a letter and tells when it was sent and when the status showed
// what was wanted.
func (t *tree) order(w *watch, name, letter string, wanted func(status.Record) bool) (began, seen time.Duration, err error) {
	if began, err = t.send(name, letter); err != nil {
		return
	}
	seen, err = w.until(wanted)
	return
}

// send writes letters to the control FIFO of a service, and tells when.
func (t *tree) send(name, letters string) (time.Duration, error) {
	dir, err := unix.Open(filepath.Join(t.scan, name, "supervise"), unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(dir)
	at := monotonic()
	return at, fifo.Send(dir, "control", []byte(letters), patience)
}
