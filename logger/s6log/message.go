package s6log

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

const prog = "s6-log"

// Exit codes of s6.
const (
	wrongCall = 100
	system    = 111
)

const usage = "s6-log [ -d notif ] [ -q | -v ] [ -b ] [ -p ] [ -l linelimit ] [ -- ] logging_script"

// failure is why it does not begin, as it is said, and the exit code.
type failure struct {
	code int
	text string
}

func (f *failure) Error() string { return f.text }

func badUsage() error            { return &failure{wrongCall, "usage: " + usage} }
func refuse(text string) error   { return &failure{wrongCall, "fatal: " + text} }
func unable(text string) error   { return &failure{system, "fatal: unable to " + text} }
func because(err error) string   { return ": " + reason(err) }
func path(d, name string) string { return d + "/" + name }

// reason is why err happened, in the words of libc, which are those of Go with
// a capital letter.
func reason(err error) string {
	var errno unix.Errno
	if errors.As(err, &errno) {
		err = errno
	}
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}
