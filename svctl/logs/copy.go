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
func (r *Reader) Copy(p *Printer) error {
	const nolimit = -1
	if err := r.merge(p, r.logs, nolimit); err != nil || !r.Follow {
		return errors.Join(err, p.flush())
	}
	for _, l := range r.logs {
		l.on, l.dirty = true, true
		l.window = nil // they were written
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

// next reads the next line of a log that is wanted, if there is one now. One whose directory
// was removed has none any more.
func (r *Reader) next(l *journal) (bool, error) {
	if l.gone {
		return false, nil
	}
	ok, err := l.next()
	for ok && err == nil && !l.selects() {
		ok, err = l.next()
	}
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
		var dirty []*journal
		for _, l := range r.logs {
			if l.dirty {
				l.dirty = false
				dirty = append(dirty, l)
			}
		}
		if len(dirty) == 0 {
			return nil
		}
		if err := r.merge(p, dirty, turn); err != nil {
			return err
		}
	}
}
