package svscan

import (
	"os/signal"
	"syscall"
	"time"

	"github.com/svdir/svdir/fifo"

	"golang.org/x/sys/unix"
)

// terminal is the terminal at which svscan was started, if any. When it goes,
// the kernel sends HUP, which people send to ask for a scan: os/signal does not
// say who sent it, so the terminal is asked.
type terminal struct {
	fd     int           // -1: there is none, or it does not matter
	goneAt time.Duration // 0: it is there
}

// hangupWithin is how long after the end of the terminal a HUP is its own.
const hangupWithin = time.Second

// openTerminal opens the controlling terminal, unless somebody said nohup.
func openTerminal(nohup bool) terminal {
	if nohup {
		return terminal{fd: -1}
	}
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Open("/dev/tty", unix.O_RDONLY|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return terminal{fd: -1} // ENXIO: no terminal, no hang-up
	}
	return terminal{fd: fd}
}

// ask finds out whether the terminal has gone.
func (t *terminal) ask() {
	if t.fd < 0 || t.goneAt != 0 {
		return
	}
	fds := []unix.PollFd{{Fd: int32(t.fd)}}
	if n, err := unix.Poll(fds, 0); err == nil && n == 1 && fds[0].Revents&unix.POLLHUP != 0 {
		t.goneAt = fifo.Now()
	}
}

// hungUp says that a HUP which comes now is that of the kernel.
func (t *terminal) hungUp() bool {
	t.ask()
	return t.goneAt != 0 && fifo.Now()-t.goneAt <= hangupWithin
}

func (s *scanner) openTerminal() {
	s.nohup = s.nohup || s.reexecs == 0 && signal.Ignored(syscall.SIGHUP)
	s.terminal = openTerminal(s.nohup)
	if s.terminal.fd >= 0 {
		s.poll.Add(s.terminal.fd, 0, s, tagTerminal) // poll tells of POLLHUP unasked
	}
}
