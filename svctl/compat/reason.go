package compat

import (
	"errors"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

// reasons are the words of daemontools and runit for errors that files, FIFOs
// and processes give.
var reasons = map[syscall.Errno]string{
	unix.EINTR:        "interrupted system call",
	unix.ENOMEM:       "out of memory",
	unix.ENOENT:       "file does not exist",
	unix.ETXTBSY:      "text busy",
	unix.EIO:          "input/output error",
	unix.EEXIST:       "file already exists",
	unix.ETIMEDOUT:    "timed out",
	unix.EAGAIN:       "temporary failure",
	unix.EPIPE:        "broken pipe",
	unix.EPERM:        "permission denied",
	unix.EACCES:       "access denied",
	unix.ENXIO:        "device not configured",
	unix.EISDIR:       "is a directory",
	unix.ENOTDIR:      "not a directory",
	unix.ESRCH:        "no such process",
	unix.E2BIG:        "argument list too long",
	unix.ENOEXEC:      "exec format error",
	unix.EBADF:        "file descriptor not open",
	unix.ECHILD:       "no child processes",
	unix.EFAULT:       "bad address",
	unix.EBUSY:        "device busy",
	unix.EXDEV:        "cross-device link",
	unix.ENODEV:       "device does not support operation",
	unix.EINVAL:       "invalid argument",
	unix.ENFILE:       "system cannot open more files",
	unix.EMFILE:       "process cannot open more files",
	unix.EFBIG:        "file too big",
	unix.ENOSPC:       "out of disk space",
	unix.EROFS:        "read-only file system",
	unix.EMLINK:       "too many links",
	unix.ELOOP:        "symbolic link loop",
	unix.ENAMETOOLONG: "file name too long",
	unix.EDQUOT:       "disk quota exceeded",
	unix.ESTALE:       "stale NFS file handle",
}

// reason is why err happened, as daemontools and runit say it.
func reason(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return cause(err)
	}
	if text, ok := reasons[errno]; ok {
		return text
	}
	return "unknown error"
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
