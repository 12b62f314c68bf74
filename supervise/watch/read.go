package watch

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// read reads set/watch of the service directory in which we are. What cannot be
// used is as in old, and told of.
func read(old rules, tell func(string)) rules {
	r := usual
	use(&r.roots, old.roots, servicedir.WatchPaths, setting.ParseWatchPaths, tell)
	use(&r.extensions, old.extensions, servicedir.WatchExtensions, setting.ParseExtensions, tell)
	use(&r.ignore, old.ignore, servicedir.WatchIgnore, parsePatterns, tell)
	use(&r.quiet, old.quiet, servicedir.WatchDebounce, parseDebounce, tell)
	r.roots = clean(r.roots)
	return r
}

// use reads a setting that may not be there.
func use[T any](v *T, old T, name string, parse func(text string) (T, error), tell func(string)) {
	text, err := readText(name)
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	var got T
	if err == nil {
		got, err = parse(text)
	}
	if err != nil {
		tell("unable to use " + name + ": " + servicedir.Reason(err) + ", keeping the value before")
		got = old
	}
	*v = got
}

var errTooLong = errors.New("too long")

func readText(name string) (string, error) {
	const most = 64 << 10
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return "", err
	}
	defer f.Close() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(text) > most {
		err = errTooLong
	}
	return string(text), err
}

func parseDebounce(text string) (d time.Duration, err error) {
	line, err := setting.Line(text)
	if err == nil {
		d, err = setting.ParseDebounce(line)
	}
	return d, err
}

// parsePatterns are the patterns of a text. One that ends in a slash is for
// directories, which here are not told from files.
func parsePatterns(text string) ([]string, error) {
	patterns, err := setting.ParseWatchIgnore(text)
	for i, pattern := range patterns {
		if patterns[i] = strings.TrimRight(pattern, "/"); !doublestar.ValidatePattern(patterns[i]) || patterns[i] == "" {
			return nil, errors.New("not a pattern: " + shown(pattern))
		}
	}
	return patterns, err
}

// clean are the roots, each in one form only: relative where they are in or below
// the service directory.
func clean(roots []string) []string {
	here, err := os.Getwd()
	all := make([]string, len(roots))
	for i, root := range roots {
		all[i] = filepath.Clean(root)
		if err == nil && isBelow(all[i], here) {
			all[i] = relative(all[i], here)
		}
	}
	return all
}
