package svlogd

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// The tags of what the loop waits for.
const (
	tagSignal = iota
	tagInput
)

// Ready is what the wait calls.
func (l *logger) Ready(tag int, revents int16) {
	if tag == tagInput {
		l.heard = true
		return
	}
	switch syscall.Signal(revents) {
	case syscall.SIGTERM:
		l.info("sigterm received.")
		l.leaving = true
	case syscall.SIGALRM:
		l.info("sigalarm received.")
		l.turning = true
	case syscall.SIGHUP:
		l.info("sighangup received.")
		l.reopening = true
	case syscall.SIGCHLD:
		l.info("sigchild received.")
		l.died = true
	}
}

// listen waits for standard input, or does not: where it is not read now, the
// wait would never wait.
func (l *logger) listen(on bool) {
	if l.in == nil || !l.in.patient || on == l.listening {
		return
	}
	if l.listening = on; on {
		l.expect()
	} else {
		l.poll.Remove(standardInput)
	}
}

// expect waits for what is in standard input; where that begins with a part of a line,
// for what comes to it.
func (l *logger) expect() {
	events := int16(unix.POLLIN)
	if l.in.part {
		events |= fifo.Edge
	}
	l.poll.Add(standardInput, events, l, tagInput)
}

// setPart says whether standard input begins with a part of a line.
func (l *logger) setPart(part bool) {
	if l.in.part == part {
		return
	}
	l.in.part = part
	if l.listening {
		l.poll.Remove(standardInput)
		l.expect()
	}
}

const never time.Duration = -1

// deadline is when a processor is tried again.
func (l *logger) deadline() time.Duration {
	at := never
	for _, d := range l.dirs {
		if d.run != nil && d.run.pid == 0 {
			at = sooner(at, d.run.again)
		}
	}
	return at
}

// inputDeadline is when the loop has something to do without any input.
func (l *logger) inputDeadline() time.Duration {
	if !l.in.patient {
		return fifo.Now()
	}
	at := l.deadline()
	for _, d := range l.dirs {
		if d.fd >= 0 && d.age > 0 && d.size > 0 {
			at = sooner(at, d.due)
		}
	}
	return at
}

func sooner(a, b time.Duration) time.Duration {
	if a < 0 || b < a {
		return b
	}
	return a
}

// mustWait waits until there is something to do, and looks after processors. One
// may have ended during a pause, which leaves it alone: then it does not wait.
func (l *logger) mustWait(deadline time.Duration) {
	if l.died {
		deadline = fifo.Now()
	}
	l.wait(deadline)
	l.died = false
	l.reap()
}

func (l *logger) wait(deadline time.Duration) {
	if err := l.poll.Wait(deadline); err != nil {
		panic("svlogd: unable to wait: " + err.Error()) // it was set up
	}
}

// insist makes a step, however long that takes.
func (l *logger) insist(what string, d *directory, step func() error) {
	for err := step(); err != nil; err = step() {
		l.pause(what, d, err)
	}
}

// pause says what could not be done, and waits until it is tried again.
func (l *logger) pause(what string, d *directory, err error) {
	l.pausing(what + ": " + d.path + ": " + reason(err))
	l.listen(false)
	for until := fifo.Now() + retry; fifo.Now() < until; {
		l.wait(until)
	}
}
