package chain

import (
	"errors"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// reasons are the words of daemontools and runit, where they are not those of
// the system.
var reasons = map[syscall.Errno]string{
	unix.ENOMEM:    "out of memory",
	unix.ENOENT:    "file does not exist",
	unix.ETXTBSY:   "text busy",
	unix.EEXIST:    "file already exists",
	unix.ETIMEDOUT: "timed out",
	unix.EAGAIN:    "temporary failure",
	unix.EPERM:     "permission denied",
	unix.EACCES:    "access denied",
	unix.ENXIO:     "device not configured",
	unix.EBADF:     "file descriptor not open",
	unix.EBUSY:     "device busy",
	unix.EXDEV:     "cross-device link",
	unix.ENODEV:    "device does not support operation",
	unix.ENFILE:    "system cannot open more files",
	unix.EMFILE:    "process cannot open more files",
	unix.EFBIG:     "file too big",
	unix.ENOSPC:    "out of disk space",
	unix.ELOOP:     "symbolic link loop",
}

// reason is why err happened, as daemontools and runit say it.
func reason(err error) string {
	var errno syscall.Errno
	switch {
	case !errors.As(err, &errno):
		return err.Error()
	case reasons[errno] != "":
		return reasons[errno]
	}
	return errno.Error()
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
