package s6log

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// Ready is what the wait calls.
func (l *logger) Ready(tag int, revents int16) {
	switch tag {
	case tagSignal:
		l.signal(syscall.Signal(revents))
	case tagInput:
		l.heard = true
	case tagOutput:
		l.stuck = false
		l.poll.Remove(standardOutput)
	default:
		l.reap(l.dirs[tag])
	}
}

// signal does what a signal asks for. TERM and HUP end us behind the line that
// has begun.
func (l *logger) signal(sig syscall.Signal) {
	switch {
	case sig == syscall.SIGALRM && l.exiting: // all is ended anyway
	case sig == syscall.SIGALRM:
		for _, d := range l.dirs {
			if d.bytes > 0 {
				d.turn()
			}
		}
	case sig == syscall.SIGTERM && l.protect:
	default:
		l.leaving = true
		if !l.stream.begun() {
			l.exiting = true
		}
	}
}

// follow has the wait tell when the processor of a directory ends, if that has
// one since it had the process was.
func (l *logger) follow(i, was int) {
	d := l.dirs[i]
	switch {
	case d.child.pid == was || d.child.pid == 0:
	case d.child.fd >= 0:
		l.poll.Add(d.child.fd, unix.POLLIN, l, i)
	default:
		d.ended() // no other way to wait for it
	}
}

// reap is for the end of a processor.
func (l *logger) reap(d *directory) {
	fd := d.child.fd
	if d.child.pid != 0 && d.ended() {
		l.poll.Remove(fd)
		_ = unix.Close(fd) // nothing was written
	}
}

// wait waits until there is something to do, and hears signals. Where standard
// input is a file, which is always ready, it does not wait for it.
func (l *logger) wait(reading bool) error {
	if l.patient && reading != l.listening {
		l.listening = reading
		if reading {
			l.poll.Add(standardInput, unix.POLLIN, l, tagInput)
		} else {
			l.poll.Remove(standardInput)
		}
	}
	until := time.Duration(-1)
	for _, d := range l.dirs {
		if at, ok := d.due(); ok && (until < 0 || at < until) {
			until = at
		}
	}
	if reading && !l.patient {
		until = fifo.Now()
	}
	if err := l.poll.Wait(until); err != nil {
		return unable("iopause" + because(err))
	}
	return nil
}
