package svlogd

import (
	"errors"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

const prog = "svlogd"

// voice says on standard error what svlogd says, and never waits for whoever
// reads it.
type voice struct {
	notice  *fifo.Notice
	verbose bool
}

func (v *voice) fatal(text string) { v.notice.Say(prog + ": fatal: " + text + "\n") }
func (v *voice) warn(text string)  { v.notice.Say(prog + ": warning: " + text + "\n") }
func (v *voice) pausing(text string) {
	v.notice.Say(prog + ": pausing: " + text + "\n")
}

func (v *voice) info(text string) {
	if v.verbose {
		v.notice.Say(prog + ": info: " + text + "\n")
	}
}

// reasons are the words of daemontools and runit for what can happen to a file.
var reasons = [...]string{
	unix.EACCES:       "access denied",
	unix.EAGAIN:       "temporary failure",
	unix.EBADF:        "file descriptor not open",
	unix.EDQUOT:       "disk quota exceeded",
	unix.EEXIST:       "file already exists",
	unix.EFBIG:        "file too big",
	unix.EINVAL:       "invalid argument",
	unix.EIO:          "input/output error",
	unix.EISDIR:       "is a directory",
	unix.ELOOP:        "symbolic link loop",
	unix.EMFILE:       "process cannot open more files",
	unix.ENAMETOOLONG: "file name too long",
	unix.ENFILE:       "system cannot open more files",
	unix.ENODEV:       "device does not support operation",
	unix.ENOENT:       "file does not exist",
	unix.ENOMEM:       "out of memory",
	unix.ENOSPC:       "out of disk space",
	unix.ENOTDIR:      "not a directory",
	unix.ENXIO:        "device not configured",
	unix.EPERM:        "permission denied",
	unix.EROFS:        "read-only file system",
	unix.ESTALE:       "stale NFS file handle",
	unix.ETXTBSY:      "text busy",
}

// reason is why err happened.
func reason(err error) string {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err.Error()
	}
	if int(errno) < len(reasons) && reasons[errno] != "" {
		return reasons[errno]
	}
	return errno.Error()
}
