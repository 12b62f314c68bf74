package svctl

import (
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svctl/inotify"
)

// What is watched in supervise/: files that arrive by rename, and the end of a
// supervisor, which closes its reading ends. Our own looks at the FIFOs close
// writing ends only, so they wake nobody.
const (
	changes = unix.IN_MOVED_TO | unix.IN_CREATE | unix.IN_DELETE_SELF | unix.IN_CLOSE_NOWRITE
	// The beginning of a supervisor shows when it opens a FIFO that was left
	// over. Asked for only while nobody is there: our look at the FIFO of a
	// living one opens it too.
	beginning = unix.IN_OPEN
	coming    = unix.IN_CREATE | unix.IN_MOVED_TO
)

// watches are the services by what is watched of them.
type watches struct {
	inotify.Instance
	by map[int][]*Waiting
}

// watch watches supervise/ of a service, or the place where it will appear.
func (w *watches) watch(one *Waiting) error {
	state := filepath.Join(one.Dir, servicedir.State)
	mask := uint32(changes)
	if ok, _ := supervised(one.Target); !ok {
		mask |= beginning
	}
	err := w.follow(state, mask, one)
	if err == unix.ENOENT {
		if err := w.follow(stateParent(one.Target), coming, one); err != nil && err != unix.ENOENT {
			return problem("watch", one.Name, one.Dir, err)
		}
		err = w.follow(state, mask, one) // it may have come in between
	}
	if err != nil && err != unix.ENOENT {
		return problem("watch", one.Name, state, err)
	}
	return nil
}

func (w *watches) follow(path string, mask uint32, one *Waiting) error {
	wd, err := w.Add(path, mask|unix.IN_ONLYDIR)
	if err != nil {
		return err
	}
	for _, known := range w.by[wd] {
		if known == one {
			return nil
		}
	}
	w.by[wd] = append(w.by[wd], one)
	return nil
}

// wait waits for an event that matters, or for the deadline, and marks whom it
// concerns. The zero deadline is none.
func (w *watches) wait(deadline time.Time) error { return hear(w.Instance, deadline, w.mark) }

// hear waits for events, or for the deadline, with the error of that in words.
func hear(in inotify.Instance, deadline time.Time, tell func(wd int, mask uint32, name string)) error {
	if err := in.Wait(deadline, tell); err != nil {
		return &Problem{"wait for", "events", reason(err), err}
	}
	return nil
}

// mark marks whom an event concerns.
func (w *watches) mark(wd int, mask uint32, name string) {
	if mask&unix.IN_Q_OVERFLOW != 0 {
		for _, all := range w.by {
			for _, one := range all {
				one.dirty = true
			}
		}
		return
	}
	fifoOnly := mask&(unix.IN_OPEN|unix.IN_CLOSE_NOWRITE) != 0
	if fifoOnly && name != servicedir.OK && name != servicedir.ControlIn {
		return // somebody reads a file
	}
	for _, one := range w.by[wd] {
		one.dirty = true
		one.changed = one.changed || mask&unix.IN_MOVED_TO != 0 && name == one.lastWritten()
		one.left = one.left || mask&unix.IN_CLOSE_NOWRITE != 0
	}
	if mask&unix.IN_IGNORED != 0 {
		delete(w.by, wd)
	}
}

// lastWritten is the file with which a change of the status is whole.
func (one *Waiting) lastWritten() string {
	if one.Now.Layout == status.Hybrid {
		return servicedir.StatusEnv
	}
	return servicedir.Status
}
