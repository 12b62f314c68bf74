package supervise

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// subreap makes us the parent of orphans among our descendants, for good: a
// service asks for its tree. From then on we hear of every child that ends.
func (e *Engine) subreap() {
	if e.subreaper {
		return
	}
	if unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != nil {
		return // before Linux 3.4: then the marks in their environment must do
	}
	e.subreaper = true
	e.poll.Children()
}

// reapOrphans reaps what ended and is nobody's. Whoever is somebody's is left
// to that: it stands in the way of a peek at the others, so we come again.
func (e *Engine) reapOrphans() {
	for {
		pid, _, found, err := fifo.Peek(unix.P_ALL, 0)
		if e.orphans = err == nil && found; !e.orphans {
			return
		}
		if pid == e.reexec.trial.pid || e.owns(pid) {
			return
		}
		_, _ = fifo.Retry(func() (int, error) { return unix.Wait4(pid, nil, unix.WNOHANG, nil) }) // it has ended
	}
}
