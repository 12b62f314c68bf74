package chain

import (
	"errors"
	"strings"
	"syscall"

	"github.com/svdir/svdir/supervise/errstr"
)

// reason is why err happened, as daemontools and runit say it.
func reason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errstr.Of(errno)
	}
	return err.Error()
}

// systemReason is the same as s6 says it: in the words of libc, which are those
// of Go with a capital letter.
func systemReason(err error) string {
	text := err.Error()
	var errno syscall.Errno
	if errors.As(err, &errno) {
		text = errno.Error()
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
