package logs

import (
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"time"

	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/svctl"
)

// journal is the log of one service, read over all files of its directory.
type journal struct {
	name, dir string
	shared    bool // it has lines of several services
	follow    bool // it will be followed
	on        bool // it is followed now
	warn      func(error)
	watch     *watch // nil for those who do not follow

	// known are the archives that were read, or are older than what is read.
	known map[string]bool
	todo  []*file // what is read next, oldest first
	held  *file   // what is read now
	// past are the files that were read while they had no name yet that stays,
	// at most two. Open, so that their inodes are not used again.
	past []*file
	// newest is where the last lines end: the file that was current when the log
	// was opened, and its size then.
	newest *file
	size   int64

	last  time.Time // of the line before
	ahead bool      // line is the one to be taken next
	line  Line

	want   Selection
	chosen bool    // the line that was read last is wanted
	told   bool    // that of some lines the stream is not known
	read   bool    // there was a line
	place  int     // among all logs
	left   int     // how many lines may be taken in this turn
	window *window // what is wanted of the first part, nil if that is all

	dirty    bool     // something happened in the directory
	stirred  bool     // and it was about names
	removed  []string // stems of archives that went away unseen, oldest first
	confused bool     // of some events there is no news
	gone     bool     // the directory is no longer there
}

// open finds the last n lines.
func (l *journal) open(n int) error {
	archives, newest, err := l.snapshot()
	if err != nil {
		return err
	}
	l.known = map[string]bool{}
	for _, name := range archives {
		l.known[stemOf(name)] = true
	}
	l.removed, l.confused = nil, false // that was before
	newest = l.unread(newest)
	for i := len(newest) - 1; i >= 0; i-- {
		f := newest[i]
		size := f.info.Size()
		if f.live {
			l.newest, l.size = f, size
		}
		if n, err = f.last(n, size, !f.live || !l.follow); err != nil {
			return err
		}
	}
	l.todo = newest
	for i := len(archives) - 1; i >= 0 && n != 0 && !l.want.after(archives[i]); i-- {
		if n, err = l.before(archives[i], n); err != nil {
			return err
		}
	}
	return nil
}

// before puts an archive before what is read, as far as it has the last n
// lines, and says how many are still missing.
func (l *journal) before(name string, n int) (missing int, err error) {
	f, err := l.openArchive(name)
	if f == nil || err != nil {
		return n, err
	}
	defer f.close()
	missing, err = f.last(n, f.info.Size(), true)
	// It is opened again when its turn comes: there may be very many.
	l.todo = append([]*file{{name: f.name, off: f.off}}, l.todo...)
	return missing, err
}

// openArchive opens an archive, nil if it is to be passed over.
func (l *journal) openArchive(name string) (*file, error) {
	f, err := openFile(l.dir, name)
	if stem, _ := logdir.Stem(name); errors.Is(err, fs.ErrNotExist) && name != logdir.Safe(stem) {
		f, err = openFile(l.dir, logdir.Safe(stem)) // processed by now
	}
	if errors.Is(err, fs.ErrNotExist) {
		l.pass(name, "its logger has removed it")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if packer := f.packed(); packer != "" {
		f.close()
		l.pass(name, "compressed by "+packer)
		return nil, nil
	}
	return f, nil
}

// pass tells of an archive that is passed over.
func (l *journal) pass(name, why string) {
	l.warn(&svctl.Problem{Verb: "read", Object: filepath.Join(l.dir, name), Reason: why + ", passing over it"})
}

// next reads the next line into l.line, false if there is none for now.
func (l *journal) next() (bool, error) {
	for {
		if l.held == nil {
			if ok, err := l.advance(); !ok || err != nil {
				return false, err
			}
		}
		limit := int64(math.MaxInt64)
		if !l.on && l.held == l.newest {
			limit = l.size
		}
		line, ok, err := l.held.next(limit, !l.follow && l.held.live)
		if ok {
			l.set(line)
		}
		if ok || err != nil {
			return ok, err
		}
		switch {
		case l.held.live && !l.on, l.held.live && l.held.is(filepath.Join(l.dir, logdir.Current)):
			return false, nil
		case l.held.live:
			l.held.live = false // and what came until now is still to be read
		case l.held.from < len(l.held.buf) || l.held.part:
			l.held.finish()
		default:
			l.leave()
		}
	}
}

func (l *journal) set(line Line) {
	if line.understand(); line.Timed {
		l.last = line.Time
	}
	line.Name, line.Time, line.log = l.name, l.last, l.place
	switch {
	case l.want.Service != "":
		line.unlabel(l.want.Service)
	case l.shared && line.Service != "":
		line.Name, line.Foreign = line.Service, true
	}
	l.line, l.read = line, true
}

// leave leaves a file that was read to its end.
func (l *journal) leave() {
	if _, archive := logdir.Stem(l.held.name); archive {
		l.held.close()
	} else {
		l.past = append(l.past, l.held)
	}
	l.held = nil
	if len(l.past) > 2 {
		l.past[0].close()
		l.past = l.past[1:]
	}
}

func (l *journal) close() {
	l.held.close()
	for _, f := range append(l.todo, l.past...) {
		f.close()
	}
}
