package watch

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/svdir/svdir/supervise/setting"
)

// rules are what set/watch says.
type rules struct {
	roots      []string // clean, relative to the service directory or absolute
	extensions []string // with their dots; none: all count
	ignore     []string // patterns
	quiet      time.Duration
}

// usual are the rules of an empty set/watch.
var usual = rules{roots: []string{"."}, quiet: setting.DefaultDebounce}

// never are patterns of what version control and editors make.
var never = []string{".git", ".hg", ".svn", ".bzr", ".jj", "CVS", "*~", "*.swp", "*.swo", "*.swx", ".#*", "#*#", "4913", ".goutputstream-*", "___jb_*", ".DS_Store"}

// inside says that a path is one of the roots or below it, and not ignored there.
func (r *rules) inside(path string) bool {
	for _, root := range r.roots {
		if isBelow(path, root) && !r.ignores(relative(path, root)) {
			return true
		}
	}
	return false
}

// counts says that a change of the file at path would count. One that is named
// itself always does.
func (r *rules) counts(path string) bool {
	if !r.inside(path) {
		return false
	}
	if len(r.extensions) == 0 {
		return true
	}
	for _, ext := range r.extensions {
		if strings.HasSuffix(path, ext) && filepath.Base(path) != ext {
			return true
		}
	}
	return r.isRoot(path)
}

func (r *rules) isRoot(path string) bool { return slices.Contains(r.roots, path) }

// ignores says that a pattern matches a path below a root, or a directory on the
// way to it.
func (r *rules) ignores(path string) bool {
	for at := path; at != "."; at = filepath.Dir(at) {
		name := filepath.Base(at)
		for _, pattern := range never {
			if doublestar.MatchUnvalidated(pattern, name) {
				return true
			}
		}
		for _, pattern := range r.ignore {
			matched := at
			if !strings.Contains(pattern, "/") {
				matched = name
			}
			if doublestar.MatchUnvalidated(strings.TrimPrefix(pattern, "/"), matched) {
				return true
			}
		}
	}
	return false
}

// isBelow says that a clean path is root, or below it.
func isBelow(path, root string) bool {
	switch {
	case root == ".":
		return !filepath.IsAbs(path) && path != ".." && !strings.HasPrefix(path, "../")
	case path == root, root == "/":
		return true
	}
	return strings.HasPrefix(path, root) && path[len(root)] == '/'
}

// relative is a path that is below root, seen from there.
func relative(path, root string) string {
	if root == "." {
		return path
	}
	if path = strings.TrimPrefix(strings.TrimPrefix(path, root), "/"); path == "" {
		return "."
	}
	return path
}
