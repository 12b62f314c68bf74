package compat

import (
	"errors"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/errstr"
	"github.com/svdir/svdir/supervise/status"
)

// reason is why err happened, as daemontools and runit say it.
func reason(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return cause(err)
	}
	return errstr.Of(errno)
}

// systemReason is the same as s6 says it: in the words of libc, which are
// those of Go with a capital letter.
func systemReason(err error) string {
	var errno syscall.Errno
	switch {
	case errors.Is(err, status.ErrFormat):
		errno = unix.EPIPE // so does s6 call a status that ends too soon
	case !errors.As(err, &errno):
		return cause(err)
	}
	text := errno.Error()
	return strings.ToUpper(text[:1]) + text[1:]
}

// cause is the innermost error: the sentence around it names the file.
func cause(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err.Error()
}
