// Package errstr has the words of daemontools and runit for the errors of the
// system: those that files, FIFOs, locks and processes give. They are older than
// those of libc, and scripts look for them.
package errstr

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Of is what they say of an error.
func Of(errno syscall.Errno) string {
	if int(errno) < len(reasons) && reasons[errno] != "" {
		return reasons[errno]
	}
	return "unknown error"
}

var reasons = [...]string{
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
	unix.EDEADLK:      "operation would cause deadlock",
	unix.ENAMETOOLONG: "file name too long",
	unix.ENOLCK:       "no locks available",
	unix.EDQUOT:       "disk quota exceeded",
	unix.ESTALE:       "stale NFS file handle",
}
