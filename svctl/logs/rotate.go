package logs

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/svctl"
)

// advance begins to read the file after the last one, false if there is none
// yet.
func (l *journal) advance() (bool, error) {
	for {
		if len(l.todo) == 0 && l.on {
			if err := l.look(); err != nil {
				return false, err
			}
		}
		if len(l.todo) == 0 {
			return false, nil
		}
		next := l.todo[0]
		l.todo = l.todo[1:]
		if next.File == nil {
			f, err := l.openArchive(next.name)
			if err != nil {
				return false, err
			}
			if f == nil {
				continue
			}
			if err := f.seek(next.off); err != nil {
				return false, err
			}
			next = f
		}
		l.held = next
		return true, nil
	}
}

// look finds what is to be read after what was read: archives, else previous,
// else current.
func (l *journal) look() error {
	before, err := l.list()
	for err == nil {
		var next []*file
		if next, err = l.openNewest(before); err != nil {
			return err
		}
		now, sure := before, before.archives
		quiet := l.quiet()
		if !quiet {
			if now, err = l.list(); err == nil {
				sure = agreed(before, now)
			}
		}
		if err == nil {
			l.resolve(sure)
		}
		if err == nil && quiet && len(sure) == 0 {
			l.todo = l.unread(next)
			if before.empty() {
				// The kernel tells of the end of a directory when the last of
				// its files is closed.
				closeAll(l.past)
				l.past = nil
			}
			return nil
		}
		closeAll(next)
		if len(l.todo) > 0 {
			return err
		}
		if before = now; err == nil && len(sure) > 0 {
			before, err = l.list()
		}
	}
	return err
}

// unread are those of the files that were not read; it closes the others. What
// was processed of a file that was read is that file.
func (l *journal) unread(newest []*file) []*file {
	return slices.DeleteFunc(newest, func(f *file) bool {
		if slices.ContainsFunc(l.past, func(p *file) bool { return os.SameFile(p.info, f.info) }) ||
			f.name == logdir.Processed && len(l.past) > 0 {
			f.close()
			return true
		}
		packer := ""
		if f.name == logdir.Processed {
			packer = f.packed()
		}
		if packer != "" {
			l.pass(f.name, "compressed by "+packer)
			l.past = append(l.past, f)
		}
		return packer != ""
	})
}

// resolve puts those of the new archives on the list of what is to be read that
// were not read under another name. All of them are known from now on.
func (l *journal) resolve(archives []string) {
	var left []string
	for _, name := range archives {
		l.known[stemOf(name)] = true
		path := filepath.Join(l.dir, name)
		if i := slices.IndexFunc(l.past, func(p *file) bool { return p.is(path) }); i >= 0 {
			l.forget(i)
		} else {
			left = append(left, name)
		}
	}
	l.removed = slices.DeleteFunc(l.removed, func(stem string) bool { return l.known[stem] })
	// A file that is under none of its names was processed, and the oldest that
	// is left was made of it; or it was removed, as the oldest.
	for len(l.past) > 0 && !l.past[0].is(filepath.Join(l.dir, logdir.Previous)) {
		switch {
		case len(l.removed) > 0 && (len(left) == 0 || l.removed[0] < left[0]):
			l.removed = l.removed[1:]
		case len(left) == 0:
			return // it has no name at the moment
		case l.confused && l.later(left[0]):
		default:
			left = left[1:]
		}
		l.forget(0)
	}
	if len(l.removed) > 0 || l.confused && len(left) > 0 {
		l.warn(&svctl.Problem{Verb: "read", Object: l.dir, Reason: "its logger removed files before they could be read, lines are missing"})
	}
	l.removed, l.confused = nil, false
	for _, name := range left {
		l.todo = append(l.todo, &file{name: name})
	}
}

func (l *journal) forget(i int) {
	l.past[i].close()
	l.past = slices.Delete(l.past, i, i+1)
}

// later says that an archive begins after the last line that was read.
func (l *journal) later(name string) bool {
	f, err := openFile(l.dir, name)
	if err != nil {
		return false
	}
	defer f.close()
	line, ok, err := f.next(block, true)
	return ok && err == nil && line.Stamp.Time.After(l.last)
}
