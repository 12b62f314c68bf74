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
	tagChild
	tagInput // of the first; the others follow
)

// Ready is what the wait calls.
func (l *logger) Ready(tag int, revents int16) {
	switch {
	case tag >= tagInput:
		l.inputs[tag-tagInput].heard = true
	case tag == tagSignal && syscall.Signal(revents) == syscall.SIGTERM:
		l.leave()
	case tag == tagSignal && syscall.Signal(revents) == syscall.SIGALRM:
		l.turning = true
	}
}

// waits is a wait for descriptors and signals, with a deadline: a fifo.Poller, or
// the place of one log among many.
type waits interface {
	Add(fd int, events int16, w fifo.Waiter, tag int)
	Remove(fd int)
	Wait(deadline time.Duration) error
}

// claimPause is when a pipe that another logger reads is tried again.
const claimPause = 100 * time.Millisecond

// wait waits until there is something to do, and hears signals.
func (l *logger) wait() error {
	if l.patient() {
		return l.poll.Wait(l.deadline())
	}
	return l.poll.Wait(fifo.Now())
}

// deadline is when something is to be done whatever comes: negative is never.
func (l *logger) deadline() time.Duration {
	const never = time.Duration(-1)
	first := never
	if !l.claimed() {
		first = fifo.Now() + claimPause // nothing tells of the end of a lock
	}
	for i := range l.stream.sinks {
		k := &l.stream.sinks[i]
		if k.dir == nil {
			continue
		}
		for _, at := range [...]time.Duration{k.dir.again, l.tellAt(k)} {
			if at > 0 && (first == never || at < first) {
				first = at
			}
		}
	}
	return first
}

// tellAt is when k tells what it owes, 0 if it owes nothing or must wait for the
// end of a line.
func (l *logger) tellAt(k *sink) time.Duration {
	switch {
	case !l.stream.quiet(k):
		return 0
	case k.dir.account.owed.space > 0:
		return max(1, k.dir.next)
	}
	return fifo.Now() + max(1, time.Until(k.dir.window.began.Add(k.dir.bounds.rate.Window)))
}

// due says that there is something to tell now.
func (l *logger) due() bool {
	for i := range l.stream.sinks {
		if at := l.tellAt(&l.stream.sinks[i]); at > 0 && at <= fifo.Now()+1 {
			return true
		}
	}
	return false
}

// pause says what could not be done, and waits until it is tried again.
func (l *logger) pause(t *Trouble) {
	l.complain(t)
	l.listen(false)
	defer l.listen(true)
	for until := fifo.Now() + retry; fifo.Now() < until; {
		l.mustWait(until)
		l.tendAll() // else the end of a processor would end each wait
	}
}

// hold waits until a rotation may have come further.
func (l *logger) hold() {
	l.listen(false)
	defer l.listen(true)
	first := time.Duration(-1)
	for i := range l.stream.sinks {
		if d := l.stream.sinks[i].dir; d != nil && d.again > 0 && (first < 0 || d.again < first) {
			first = d.again
		}
	}
	l.mustWait(first)
	l.tendAll()
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
