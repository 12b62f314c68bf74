package supervise

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
)

// Helpers are programs of ours that do something beside the services: svwatch,
// who keeps sockets, the svlog of many, the trial of a reexec. They have no slot in
// supervise/child.

// isHelper says that this child of ours is one, or belongs to our Host: it is in the
// tree of no service.
func (e *Engine) isHelper(pid int) bool {
	x := &e.reexec
	return x.trial.fd >= 0 && pid == x.trial.pid || pid == e.shared.pid || e.bound.guardian.Is(pid) || e.host != nil && e.host.IsOwn(pid)
}

// startNext starts the helper that e.next is about.
func (e *Engine) startNext() (pid, fd int, err error) {
	for {
		if pid, fd, err = e.starter.Start(&e.next); err != unix.EINTR {
			return pid, fd, err
		}
	}
}

// awaitEnd waits so many milliseconds for the end of who is dying.
func awaitEnd(pidfd, most int) {
	set := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	_, _ = fifo.Retry(func() (int, error) { return unix.Poll(set, most) }) // the caller sees whether it has ended
}

// burial waits for the end of a helper that was killed, also when its service has
// left.
type burial struct {
	engine  *Engine
	process process
}

func (b *burial) Ready(int, int16) {
	if _, ended := bury(b.process.pid); ended {
		b.engine.poll.Remove(b.process.fd)
		_ = quiet.Close(b.process.fd) // nothing to flush
		delete(b.engine.owners, b.process.pid)
	}
}

// bury reaps a child of ours, and says how it ended if it has.
func bury(pid int) (how unix.WaitStatus, ended bool) {
	got, err := fifo.Retry(func() (int, error) { return unix.Wait4(pid, &how, unix.WNOHANG, nil) })
	return how, err != nil || got != 0
}
