package fifo

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// Send writes letters to the control FIFO name below dir, all in one write. It
// waits at most wait for room in a full FIFO. ErrNotRunning means that nobody
// reads it.
func Send(dir int, name string, letters []byte, wait time.Duration) error {
	fd, err := Open(dir, name, unix.O_WRONLY)
	if errors.Is(err, unix.ENXIO) {
		return wrap("write", name, ErrNotRunning)
	}
	if err != nil {
		return err
	}
	defer quiet.Close(fd)
	deadline := time.Now().Add(wait)
	for {
		_, err = Retry(func() (int, error) { return quiet.Write(fd, letters) })
		if err == nil {
			return nil
		}
		left := time.Until(deadline)
		if err != unix.EAGAIN || left <= 0 {
			return wrap("write", name, err)
		}
		room := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
		ts := unix.NsecToTimespec(left.Nanoseconds())
		_, _ = unix.Ppoll(room, &ts, nil) // the next write tells what came of it
	}
}

// Alive asks whether a supervisor reads the FIFO name (ok or control) below
// dir: nil, ErrNotRunning, or why it cannot be told.
func Alive(dir int, name string) error {
	fd, err := Open(dir, name, unix.O_WRONLY)
	if errors.Is(err, unix.ENXIO) {
		return ErrNotRunning
	}
	if err == nil {
		_ = quiet.Close(fd) // nothing was written
	}
	return err
}
