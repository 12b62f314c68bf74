package logs

import (
	"io"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/inotify"
)

// What is watched in a log directory: what is written, the names that files
// get and lose, and the end of the directory.
const (
	gains   = unix.IN_CREATE | unix.IN_MOVED_TO
	losses  = unix.IN_DELETE | unix.IN_MOVED_FROM
	endings = unix.IN_DELETE_SELF | unix.IN_MOVE_SELF
	all     = unix.IN_MODIFY | gains | losses | endings | unix.IN_ONLYDIR
)

// watch is one inotify instance for all logs: the kernel grants a user 128. A
// nil watch sees nothing.
type watch struct {
	inotify.Instance
	by map[int][]*journal
}

func newWatch() (*watch, error) {
	in, err := inotify.New()
	if err != nil {
		return nil, err
	}
	return &watch{in, map[int][]*journal{}}, nil
}

func (w *watch) add(l *journal) error {
	wd, err := w.Add(l.dir, all)
	if err != nil {
		return &os.PathError{Op: "watch", Path: l.dir, Err: err}
	}
	if !slices.Contains(w.by[wd], l) {
		w.by[wd] = append(w.by[wd], l)
	}
	return nil
}

// wait waits until something happens in a directory, or until nobody reads out
// any more, if it is a pipe or a terminal.
func (w *watch) wait(out io.Writer) (unread bool, err error) {
	fds := []unix.PollFd{{Fd: int32(w.FD()), Events: unix.POLLIN}}
	if f, ok := out.(*os.File); ok {
		fds = append(fds, unix.PollFd{Fd: int32(f.Fd())}) // errors only
	}
	_, err = fifo.Retry(func() (int, error) { return unix.Ppoll(fds, nil, nil) })
	if err != nil {
		return false, &svctl.Problem{Verb: "wait for", Object: "the logs", Reason: reason(err), Kind: err}
	}
	w.drain()
	return len(fds) > 1 && fds[1].Revents != 0, nil
}

// drain takes the events that have come by now.
func (w *watch) drain() {
	if w != nil {
		_ = w.Take(w.mark) // nothing can fail here
	}
}

// mark tells the logs that an event concerns.
func (w *watch) mark(wd int, mask uint32, name string) {
	if mask&unix.IN_Q_OVERFLOW != 0 {
		for _, some := range w.by {
			for _, l := range some {
				l.dirty, l.stirred, l.confused = true, true, true
			}
		}
		return
	}
	for _, l := range w.by[wd] {
		l.dirty = true
		l.stirred = l.stirred || mask&(gains|losses) != 0
		if mask&losses != 0 {
			l.lost(name)
		}
		if mask&endings != 0 {
			_ = w.add(l) // another may have its name by now; else next tells
		}
	}
	if mask&unix.IN_IGNORED != 0 {
		delete(w.by, wd)
	}
}

// lost notes that a file was removed: an archive that was never seen was
// perhaps never read.
func (l *journal) lost(name string) {
	stem, archive := logdir.Stem(name)
	if !archive || name != logdir.Safe(stem) && isFile(l.dir, logdir.Safe(stem)) {
		return // the original of a processed one
	}
	if !l.known[stem] && !slices.Contains(l.removed, stem) {
		l.removed = append(l.removed, stem)
	}
	delete(l.known, stem)
}
