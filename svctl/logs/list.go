package logs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/svdir/svdir/logger/logdir"
)

// listing is what a log directory has that is not known yet. A file goes from
// current to previous to an archive, and a list that is made meanwhile may
// show it under none of these names. So nothing is concluded from one alone.
type listing struct {
	archives                     []string // oldest first
	last                         string   // of all archives, also of those that are known
	previous, processed, current bool
}

// list lists the directory. Whether it stayed as it is, quiet tells later.
func (l *journal) list() (listing, error) {
	l.watch.drain()
	l.stirred = false
	dir, err := os.Open(l.dir)
	if err != nil {
		return listing{}, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return listing{}, err
	}
	has := func(name string) bool { return slices.Contains(names, name) }
	now := listing{previous: has(logdir.Previous), processed: has(logdir.Processed), current: has(logdir.Current)}
	left := map[string]bool{}
	for _, name := range logdir.Archives(names) {
		now.last = name
		if stem := stemOf(name); l.known[stem] {
			left[stem] = true
		} else {
			now.archives = append(now.archives, name)
		}
	}
	if l.confused {
		l.known = left
	}
	return now, nil
}

// quiet says that no file got, or lost, a name since the last list was begun.
func (l *journal) quiet() bool {
	l.watch.drain()
	return !l.stirred
}

// stemOf is the stem of an archive.
func stemOf(name string) string {
	stem, _ := logdir.Stem(name)
	return stem
}

func (a listing) equal(b listing) bool {
	return slices.Equal(a.archives, b.archives) &&
		a.previous == b.previous && a.processed == b.processed && a.current == b.current
}

// empty says that there is no log at all.
func (a listing) empty() bool { return a.last == "" && len(a.newest()) == 0 }

// agreed are the archives up to which two lists agree. Whatever came before the
// last of them had its name before the second list was begun, so it is there.
func agreed(before, now listing) []string {
	n := 0
	for n < len(before.archives) && n < len(now.archives) && before.archives[n] == now.archives[n] {
		n++
	}
	return now.archives[:n]
}

// newest are the files that are newer than all archives, oldest first. For the
// moment between the end of previous and its new name, processed has its lines.
func (a listing) newest() []string {
	var names []string
	if a.previous {
		names = append(names, logdir.Previous)
	} else if a.processed {
		names = append(names, logdir.Processed)
	}
	if a.current {
		names = append(names, logdir.Current)
	}
	return names
}

// snapshot gives all archives, and opens what is newer.
func (l *journal) snapshot() (archives []string, newest []*file, err error) {
	before, err := l.list()
	for err == nil {
		if newest, err = l.openNewest(before); err != nil {
			break
		}
		// Without a watch two equal lists have to do.
		sure := l.watch != nil && l.quiet()
		now := before
		if !sure {
			now, err = l.list()
			sure = l.watch == nil && now.equal(before)
		}
		if err == nil && sure {
			return now.archives, newest, nil
		}
		closeAll(newest)
		before = now
	}
	return nil, nil, err
}

func (l *journal) openNewest(now listing) ([]*file, error) {
	var all []*file
	for _, name := range now.newest() {
		f, err := openFile(l.dir, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the list is no longer true, which is found out
		}
		if err != nil {
			closeAll(all)
			return nil, err
		}
		// For a moment a file has both its old name and its new one: previous,
		// and also current, where the logger before was killed.
		if now.last != "" && f.is(filepath.Join(l.dir, now.last)) {
			f.close()
			continue
		}
		all = append(all, f)
	}
	return all, nil
}

func closeAll(files []*file) {
	for _, f := range files {
		f.close()
	}
}
