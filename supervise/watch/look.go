package watch

import (
	"os"
	"path/filepath"

	"github.com/fsnotify/fsnotify"

	"github.com/svdir/svdir/supervise/servicedir"
)

// heard marks what an event is about, and says whether it is about something that
// may count. What is told of attributes is not.
func (t *tree) heard(ev fsnotify.Event) bool {
	path := filepath.Clean(ev.Name)
	switch {
	case ev.Op == fsnotify.Chmod || ev.Name == "":
		return false
	case isBelow(path, servicedir.Watch):
		t.reload = true
		return true
	case !t.rules.inside(path) || t.isOwn(path):
		return false
	}
	wasDir := ev.Has(fsnotify.Remove|fsnotify.Rename) && t.dirs[path]
	if wasDir {
		t.shrink(path)
	}
	switch isDir := t.isDir(path); {
	case isDir && ev.Has(fsnotify.Create):
		t.grow(path)
		t.mark(path)
	case !isDir && t.rules.counts(path):
		t.mark(path)
	default:
		return wasDir
	}
	return true
}

// isDir says that a path is a directory; what is asked for by itself may be a link
// to one.
func (t *tree) isDir(path string) bool {
	stat := os.Lstat
	if t.rules.isRoot(path) {
		stat = os.Stat
	}
	st, err := stat(path)
	return err == nil && st.IsDir()
}

// mark has a path be looked at.
func (t *tree) mark(path string) {
	if len(t.marked) < maxFiles {
		t.marked[path] = true
	} else {
		t.all = true
	}
}

// check looks at what is marked, and says whether something of it has changed. A
// directory is watched once more: one that was moved may have been forgotten.
func (t *tree) check() (changed bool) {
	if t.all {
		t.all = false
		t.contents.each(func(path string) { t.marked[path] = true })
		for _, root := range t.rules.roots {
			t.marked[root] = true
		}
	}
	for len(t.marked) > 0 {
		paths := t.marked
		t.marked = map[string]bool{}
		for path := range paths {
			changed = t.contents.look(path) || changed
			if t.isDir(path) {
				t.grow(path)
			}
		}
	}
	return changed
}
