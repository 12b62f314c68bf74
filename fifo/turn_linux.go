package fifo

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// TakeTurn locks one of the first so many bytes of the file name below dir, for as
// long as the descriptor is open: the kernel gives it back when its holder dies. It
// does not wait: unix.EAGAIN means that all are taken.
func TakeTurn(dir int, name string, turns int) (int, error) {
	fd, err := Retry(func() (int, error) {
		return unix.Openat(dir, name, unix.O_RDWR|unix.O_CREAT|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o600)
	})
	if err != nil {
		return -1, wrap("open", name, err)
	}
	for i := range turns {
		turn := unix.Flock_t{Type: unix.F_WRLCK, Start: int64(i), Len: 1}
		if err = unix.FcntlFlock(uintptr(fd), unix.F_OFD_SETLK, &turn); err == nil {
			return fd, nil
		}
	}
	_ = quiet.Close(fd) // nothing was written
	return -1, unix.EAGAIN
}
