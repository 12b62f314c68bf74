// Package fifo is the ground floor: named pipes as the suites of the field use
// them, and one wait on many descriptors.
//
// A supervisor holds both ends of supervise/control for life, and the reading
// end of supervise/ok; nobody inherits them. So opening either for writing,
// without blocking, tells whether the supervisor lives: ENXIO means that nobody
// reads. The logger's FIFO has its own rules, see supervise(8).
package fifo

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// ErrNotRunning says that a FIFO has no reader: no supervisor is there.
var ErrNotRunning = errors.New("supervise not running")

// ErrNotFIFO says that something else has the name of a FIFO.
var ErrNotFIFO = errors.New("not a FIFO (remove it)")

// Make makes the FIFO name below the directory dir with exactly this mode. One
// that is there already stays as it is: owner and mode may have been widened.
func Make(dir int, name string, mode uint32) error {
	err := unix.Mknodat(dir, name, unix.S_IFIFO|mode, 0)
	if err == nil {
		// The umask took bits away. Best effort: only other users miss them.
		_ = unix.Fchmodat(dir, name, mode, 0)
		return nil
	}
	if err != unix.EEXIST {
		return wrap("mkfifo", name, err)
	}
	return nil
}

// Open opens the FIFO name below dir, without waiting for the other end, and
// refuses anything that is no FIFO. The descriptor is non-blocking and
// close-on-exec.
func Open(dir int, name string, flags int) (int, error) {
	fd, err := Retry(func() (int, error) {
		return quiet.Openat(dir, name, flags|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return -1, wrap("open", name, err)
	}
	var st unix.Stat_t
	if err := quiet.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFIFO {
		_ = quiet.Close(fd) // nothing was written
		return -1, wrap("open", name, ErrNotFIFO)
	}
	return fd, nil
}

// Shrink makes the pipe behind fd one page: a FIFO of letters needs no more,
// and what all pipes of a user may hold is limited.
func Shrink(fd int) {
	_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETPIPE_SZ, 4096) // best effort: a larger one works too
}

// Pending is how many bytes wait in the pipe behind fd.
func Pending(fd int) (int, error) { return unix.IoctlGetInt(fd, unix.TIOCINQ) }

// Retry calls f until no signal interrupts it.
func Retry(f func() (int, error)) (int, error) {
	for {
		n, err := f()
		if err != unix.EINTR {
			return n, err
		}
	}
}

func wrap(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: err}
}
