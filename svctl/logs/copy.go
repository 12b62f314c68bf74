package logs

import (
	"errors"
	"io/fs"
	"slices"

	"github.com/svdir/svdir/svctl"
)

// turn is how many lines of one log are taken while others may have some too.
const turn = 1000

// Copy writes the last lines of all logs, merged by their times, then, if that
// is asked for, follows them as they come. It ends when nobody reads any more
// what it writes, or when no log is left.
//
// A line without a time comes after the line before it of the same log.
func (r *Reader) Copy(p *Printer) error {
	if err := r.merge(p); err != nil || !r.Follow {
		return errors.Join(err, p.flush())
	}
	for _, l := range r.logs {
		l.on, l.dirty = true, true
	}
	for {
		if err := r.drain(p); err != nil {
			return err
		}
		if err := p.flush(); err != nil {
			return err
		}
		r.logs = slices.DeleteFunc(r.logs, func(l *journal) bool { return l.gone })
		if len(r.logs) == 0 {
			return &svctl.Problem{Verb: "follow", Object: "the logs", Reason: "no directory is left", Kind: svctl.ErrNo}
		}
		if unread, err := r.watch.wait(p.out); unread || err != nil {
			return err
		}
	}
}

// merge writes what was there when the logs were opened.
func (r *Reader) merge(p *Printer) error {
	for _, l := range r.logs {
		if err := r.take(l); err != nil {
			return err
		}
	}
	for {
		var first *journal
		for _, l := range r.logs {
			if l.ahead && (first == nil || l.line.Time.Before(first.line.Time)) {
				first = l
			}
		}
		if first == nil {
			return nil
		}
		for once := true; first.ahead && (once || first.line.Stamp.Size == 0); once = false {
			if err := p.put(first.line); err != nil {
				return err
			}
			if err := r.take(first); err != nil {
				return err
			}
		}
	}
}

// take takes the next line of the first part of a log.
func (r *Reader) take(l *journal) (err error) {
	l.ahead, err = r.next(l)
	return err
}

// next reads the next line of a log, if there is one now. One whose directory
// was removed has none any more.
func (r *Reader) next(l *journal) (bool, error) {
	if l.gone {
		return false, nil
	}
	ok, err := l.next()
	if errors.Is(err, fs.ErrNotExist) && l.on {
		l.gone = true
		l.close()
		r.Warn(&svctl.Problem{Verb: "follow the log of", Object: l.name, Reason: l.dir + " is gone"})
		return false, nil
	}
	if err != nil {
		return false, l.problem("read", err)
	}
	return ok, nil
}

// drain writes what has come, in turns. To read one log may bring news of
// others.
func (r *Reader) drain(p *Printer) error {
	for {
		i := slices.IndexFunc(r.logs, func(l *journal) bool { return l.dirty })
		if i < 0 {
			return nil
		}
		for _, l := range r.logs[i:] {
			if !l.dirty {
				continue
			}
			l.dirty = false
			more, err := r.someLines(l, p)
			if err != nil {
				return err
			}
			l.dirty = l.dirty || more
		}
	}
}

// someLines writes a turn of lines, and says whether there may be more.
func (r *Reader) someLines(l *journal, p *Printer) (more bool, err error) {
	for range turn {
		ok, err := r.next(l)
		if !ok || err != nil {
			return false, err
		}
		if err := p.put(l.line); err != nil {
			return false, err
		}
	}
	return true, nil
}
