package svscan

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"syscall"

	"github.com/svdir/svdir/svscan/scandir"
)

// warn says what went wrong, and never waits for whoever reads it.
func (s *scanner) warn(text string) {
	s.notice.Say(s.config.prog + ": warning: " + text + "\n")
}

// once warns of what, unless that was the last warning kept in said.
func (s *scanner) once(said *string, what string) {
	if *said != what {
		*said = what
		s.warn(what)
	}
}

// reason is why err happened, without the names that the sentence around it
// says already.
func reason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// listed is at most a dozen names in words.
func listed(names []string) string {
	const most = 12
	more := ""
	if len(names) > most {
		more = " and " + strconv.Itoa(len(names)-most) + " more"
		names = names[:most]
	}
	words := make([]string, len(names))
	for i, name := range names {
		words[i] = scandir.Shown(name)
	}
	return strings.Join(words, ", ") + more
}
