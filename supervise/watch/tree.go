package watch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/fsnotify/fsnotify"
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
)

// tree is what is watched: each directory by itself, since the kernel knows no
// trees.
type tree struct {
	rules    rules
	watcher  *fsnotify.Watcher
	contents *contents
	dirs     map[string]bool // that are watched with what is in them
	marked   map[string]bool // paths to be looked at
	all      bool            // there were too many to be marked
	reload   bool            // set/watch is to be read again
	tell     func(string)    // once for each text
}

// begin watches what the rules ask for, and remembers it as it is.
func (t *tree) begin(r rules) {
	for dir := range t.dirs {
		t.unwatch(dir)
	}
	t.rules, t.contents, t.dirs = r, newContents(), map[string]bool{}
	t.all, t.reload, t.marked = false, false, map[string]bool{}
	t.watch(servicedir.Watch)
	for _, root := range r.roots {
		if base := filepath.Base(root); base != "." && base != ".." && base != "/" {
			t.watch(filepath.Dir(root)) // for one that is replaced, or is to come
		}
		if _, err := os.Stat(root); err != nil {
			t.tell("unable to watch " + shown(root) + ": " + servicedir.Reason(err))
		}
		t.mark(root)
	}
	t.check()
}

// grow watches a directory and those below it, and marks the files there.
func (t *tree) grow(dir string) {
	if !t.watch(dir) { // before it is read, so that nothing comes between
		return
	}
	t.dirs[dir] = true
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.tell("unable to read " + shown(dir) + ": " + servicedir.Reason(err))
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.IsDir() && t.rules.inside(path) && !t.isOwn(path):
			t.grow(path)
		case !e.IsDir() && t.rules.counts(path) && !t.isOwn(path):
			t.mark(path)
		}
	}
}

// shrink forgets a directory that is not there any more, and those below it.
func (t *tree) shrink(root string) {
	for dir := range t.dirs {
		if isBelow(dir, root) {
			t.unwatch(dir)
		}
	}
	t.contents.each(func(path string) {
		if isBelow(path, root) {
			t.mark(path)
		}
	})
}

// ours are the names in the service directory that belong to supervision.
var ours = []string{servicedir.State, servicedir.Event, servicedir.Log, servicedir.Set, servicedir.Down}

// isOwn says that a path belongs to the supervision of this service, or is where a
// supervise has its state, and is not asked for by itself.
func (t *tree) isOwn(path string) bool {
	name := filepath.Base(path)
	switch {
	case t.rules.isRoot(path):
		return false
	case path == name && slices.Contains(ours, name):
		return true
	case servicedir.Exists(unix.AT_FDCWD, filepath.Join(path, servicedir.StatusEnv)):
		return true
	case !slices.Contains(ours, name):
		return false
	}
	st, err := os.Stat(path)
	own, err2 := os.Stat(name)
	return err == nil && err2 == nil && os.SameFile(st, own)
}

// watch has the kernel tell of a directory, and says whether it does. Where it
// cannot, the rest is watched all the same.
func (t *tree) watch(dir string) bool {
	err := t.watcher.Add(dir)
	switch {
	case errors.Is(err, unix.ENOSPC):
		t.tell("unable to watch all directories: the user has too many of them watched, raise the sysctl fs.inotify.max_user_watches (or narrow set/watch)")
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		t.tell("unable to watch " + shown(dir) + ": " + servicedir.Reason(err))
	}
	return err == nil
}

func (t *tree) unwatch(dir string) {
	delete(t.dirs, dir)
	_ = t.watcher.Remove(dir) // it may be gone already
}

// shown is a path as a message has it: whoever may make files in the tree is not to
// make lines.
func shown(path string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, path)
}
