package logger

import (
	"errors"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// turning is a rotation on its way. Lines go on to be written as soon as there
// is a new current; the rest of the steps is made beside that. The next rotation
// waits for it.
type turning struct {
	rest  []step        // to be made
	child child         // the processor
	runs  bool          // it was started
	late  bool          // and killed, since its time was over
	again time.Duration // when it is killed, or what failed is tried again; 0 is never
	said  string        // of what failed
}

// turn rotates every file that is not empty: ALRM asks for it.
func (l *logger) turn() {
	l.turning = false
	for i := range l.stream.sinks {
		if d := l.stream.sinks[i].dir; d != nil && d.bytes > 0 && !d.stuck {
			d.full = true
		}
	}
	l.rotateFull()
}

// rotateFull gives each file that is full a successor, however long that takes.
// Only for want of space there may be none: then lines are dropped.
func (l *logger) rotateFull() {
	for i := range l.stream.sinks {
		k := &l.stream.sinks[i]
		for k.dir != nil && k.dir.full {
			d := k.dir
			if l.restore(d) {
				continue
			}
			if len(d.rest) == 0 {
				l.reread(k)
				l.openAgain()
				d.rest = rotation(d.bounds.processor != "")
			}
			l.tend(d)
			switch {
			case !d.full || len(d.rest) == 0: // the rotation before has just come to its end
			case d.cramped:
				d.full, d.stuck = false, true
				l.stream.interrupt(k, true)
				l.note()
			default:
				l.hold()
			}
		}
	}
}

// tend makes the steps of a rotation that can be made now.
func (l *logger) tend(d *directory) {
	for len(d.rest) > 0 && (d.again == 0 || d.runs || fifo.Now() >= d.again) {
		s, err := d.rest[0], error(nil)
		switch {
		case s.do == process && !d.runs:
			if err = l.launch(d); err == nil {
				continue
			}
			l.later(d, &Trouble{Verb: StartProcessor, Dir: d.path, Err: err})
			return
		case s.do == process:
			var ended bool
			if err, ended = l.ended(d); !ended {
				return
			}
		default:
			err = d.perform(s)
		}
		if err != nil {
			l.later(d, d.trouble(s, err))
			return
		}
		d.rest, d.again, d.said, d.cramped = d.rest[1:], 0, "", false
		d.stuck = d.stuck && len(d.rest) > 0 && s.do != create && s.do != appendTo
	}
}

// tendAll is tend for all directories.
func (l *logger) tendAll() {
	for i := range l.stream.sinks {
		if d := l.stream.sinks[i].dir; d != nil && len(d.rest) > 0 {
			l.tend(d)
		}
	}
}

// later says what could not be done, unless it has said so before, and when it
// is tried again.
func (l *logger) later(d *directory, t *Trouble) {
	d.again = fifo.Now() + retry
	d.cramped = d.bounds.drops && (spaceless(t.Err) || d.rest[0].do == process && d.narrow())
	if l.script.pausing != nil {
		l.warn(l.script.pausing(t))
		return
	}
	text := t.Error()
	if d.said == text {
		return
	}
	d.said = text
	if d.cramped {
		text += ", dropping lines"
	}
	l.warn(text + ", trying again in 5 seconds")
}

// spaceless says that err is a disk without room.
func spaceless(err error) bool { return err == unix.ENOSPC || err == unix.EDQUOT }

// launch starts the processor of d.
func (l *logger) launch(d *directory) (err error) {
	if d.child, err = d.processor(slices.Concat(l.env, l.own)); err != nil {
		return err
	}
	d.runs, d.late, d.again = true, false, 0
	if d.bounds.limit > 0 {
		d.again = fifo.Now() + d.bounds.limit
	}
	if d.child.fd >= 0 {
		l.poll.Add(d.child.fd, unix.POLLIN, l, tagChild)
	}
	return nil
}

// ended says whether the processor of d has ended, and how it failed, if it did.
// One whose time is over is killed.
func (l *logger) ended(d *directory) (failed error, ended bool) {
	if d.again > 0 && fifo.Now() >= d.again {
		d.again, d.late = 0, true
		d.child.kill()
	}
	how, ended := d.child.reap()
	if !ended {
		return nil, false
	}
	l.forget(d)
	if how != nil && d.late {
		how = errors.New("killed after " + d.bounds.limit.String())
	}
	return how, true
}

// forget is for a processor that has ended.
func (l *logger) forget(d *directory) {
	d.runs = false
	if d.child.fd >= 0 {
		l.poll.Remove(d.child.fd)
		_ = unix.Close(d.child.fd) // a pidfd has nothing to flush
	}
}

// insist makes a step, however long that takes.
func (l *logger) insist(d *directory, s step) {
	for err := d.perform(s); err != nil; err = d.perform(s) {
		l.pause(d.trouble(s, err))
	}
	l.trouble = ""
}

// end leaves everything in order. Lines that have begun get their newline.
func (l *logger) end() {
	for i := range l.inputs {
		l.complete(&l.inputs[i])
	}
	l.confess()
	for i := range l.stream.sinks {
		d := l.stream.sinks[i].dir
		if d == nil {
			continue
		}
		for l.tend(d); len(d.rest) > 0 && !d.cramped; l.tend(d) {
			l.hold()
		}
		if len(d.rest) > 0 {
			continue // there is no room, nor is it waited for: the next logger goes on from here
		}
		for _, s := range ending() {
			l.insist(d, s)
		}
	}
}
