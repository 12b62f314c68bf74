package logger

import (
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
)

// The tags of what the loop waits for.
const (
	tagSignal = iota
	tagInput
	tagChild
)

// Ready is what the wait calls.
func (l *logger) Ready(tag int, revents int16) {
	switch {
	case tag == tagInput:
		l.heard = true
	case tag == tagSignal && syscall.Signal(revents) == syscall.SIGTERM:
		l.leaving = true
	case tag == tagSignal && syscall.Signal(revents) == syscall.SIGALRM:
		l.turning = true
	}
}

// listen waits for standard input, or does not: where it is not read now, the
// wait would never wait.
func (l *logger) listen(on bool) {
	switch {
	case l.in == nil || !l.in.patient:
	case on:
		l.poll.Add(standardInput, unix.POLLIN, l, tagInput)
	default:
		l.poll.Remove(standardInput)
	}
}

// wait waits until there is something to do, and hears signals.
func (l *logger) wait() error {
	const never = -1
	if l.in.patient {
		return l.poll.Wait(never)
	}
	return l.poll.Wait(fifo.Now())
}

// pause says what could not be done, and waits until it is tried again.
func (l *logger) pause(t *Trouble) {
	l.complain(t)
	l.listen(false)
	defer l.listen(true)
	for until := fifo.Now() + retry; fifo.Now() < until; {
		l.mustWait(until)
	}
}

// await waits for the end of a processor; the error is how it failed.
func (l *logger) await(c child) error {
	if c.fd >= 0 {
		l.listen(false)
		defer l.listen(true)
		l.poll.Add(c.fd, unix.POLLIN, l, tagChild)
		defer unix.Close(c.fd)
		defer l.poll.Remove(c.fd)
	}
	for {
		if how, ended := c.reap(); ended {
			return how
		}
		l.mustWait(-1)
	}
}

// mustWait is for waits within a step, which cannot be left.
func (l *logger) mustWait(deadline time.Duration) {
	if err := l.poll.Wait(deadline); err != nil {
		panic("logger: unable to wait: " + err.Error()) // it has waited before
	}
}

// reason is why err happened, in the words of the system.
func reason(err error) string {
	if errors.Is(err, unix.EAGAIN) {
		return unix.EAGAIN.Error() // no process to be had: not the word for a lock
	}
	return servicedir.Reason(err)
}
