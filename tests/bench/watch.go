package main

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

// watch sees the changes of one status file. All suites replace it by renaming.
type watch struct {
	path   string
	events *os.File
	leave  func() bool
}

// watch begins to see the changes of the status of a service.
func (t *tree) watch(name string) (*watch, error) {
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return nil, err
	}
	events := os.NewFile(uintptr(fd), "inotify")
	dir := filepath.Join(t.scan, name, "supervise")
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_MOVED_TO); err != nil {
		_ = events.Close() // nothing was written
		return nil, &os.PathError{Op: "watch", Path: dir, Err: err}
	}
	leave := context.AfterFunc(t.ctx, func() { _ = events.Close() }) // nothing was written
	return &watch{filepath.Join(dir, "status"), events, leave}, nil
}

// until waits for a status that is as wanted, and tells when it was seen.
func (w *watch) until(wanted func(status.Record) bool) (time.Duration, error) {
	if err := w.events.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	var buf [4096]byte
	for {
		text, err := os.ReadFile(w.path)
		if err != nil {
			return 0, err
		}
		if record, _, err := status.Unpack(text); err == nil && wanted(record) {
			return monotonic(), nil
		}
		if _, err := w.events.Read(buf[:]); err != nil {
			return 0, &os.PathError{Op: "wait for", Path: w.path, Err: err}
		}
	}
}

func (w *watch) close() {
	if w.leave() {
		_ = w.events.Close() // nothing was written
	}
}
