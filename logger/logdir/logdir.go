// Package logdir knows a log directory, as multilog made the first and svlogd,
// s6-log and svlog make them since: the names in it, and the stamps that lines
// begin with. See logdir(5).
//
// The newest lines are in current. A file that is large enough becomes
// previous, is processed if there is a processor, and gets the name of an
// archive then: the moment as a TAI64N label, and .s, or .u if the logger or
// the machine died before all was done.
package logdir

import (
	"slices"
	"strings"

	"github.com/svdir/svdir/logger/tai64n"
)

// Files beside the archives.
const (
	Current   = "current"   // being written
	Previous  = "previous"  // full, and not yet an archive
	Processed = "processed" // what a processor makes of it
	Lock      = "lock"      // locked by the logger that writes here
)

const (
	safe       = ".s"
	unfinished = ".u"
)

// Stem is the name of an archive without its ending, false for any other file:
// svlogd renames one from .u to .s when it is processed.
func Stem(name string) (string, bool) {
	if len(name) != tai64n.TextSize+len(safe) {
		return "", false
	}
	stem, end := name[:tai64n.TextSize], name[tai64n.TextSize:]
	if _, err := tai64n.Parse([]byte(stem)); err != nil || end != safe && end != unfinished {
		return "", false
	}
	return stem, true
}

// Safe is the name of the archive with this stem when all is done.
func Safe(stem string) string { return stem + safe }

// Archives are the archives among the names, oldest first. Of one that is there
// twice, since svlogd processes it, the original is taken.
func Archives(names []string) []string {
	var all []string
	for _, name := range names {
		if _, ok := Stem(name); ok {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	last := 0
	for _, name := range all {
		if last > 0 && strings.HasPrefix(name, all[last-1][:tai64n.TextSize]) {
			last-- // .u comes after .s
		}
		all[last] = name
		last++
	}
	return all[:last]
}
