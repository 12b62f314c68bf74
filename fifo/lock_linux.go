package fifo

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// Lock locks the file name below dir for as long as the descriptor is open:
// with flock, which daemontools and runit test, and with an OFD lock, which s6
// tests (a classic record lock would vanish when any other descriptor of the
// file is closed). It does not wait: unix.EAGAIN means that somebody has it.
func Lock(dir int, name string) (int, error) {
	fd, err := Retry(func() (int, error) {
		return unix.Openat(dir, name, unix.O_RDWR|unix.O_CREAT|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o600)
	})
	if err != nil {
		return -1, wrap("open", name, err)
	}
	err = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
	if err == nil {
		whole := unix.Flock_t{Type: unix.F_WRLCK}
		err = unix.FcntlFlock(uintptr(fd), unix.F_OFD_SETLK, &whole)
	}
	if err == unix.EACCES {
		err = unix.EAGAIN // the other name of a lock that is held
	}
	if err != nil {
		_ = unix.Close(fd) // no lock was taken with it
		return -1, wrap("lock", name, err)
	}
	return fd, nil
}

// TakeLock locks the open file fd as Lock does, and waits until it can. The lock
// belongs to what was opened: it is held until the last process that has
// inherited that ends, or closes it.
func TakeLock(fd int) error {
	_, err := Retry(func() (int, error) { return 0, unix.Flock(fd, unix.LOCK_EX) })
	if err != nil {
		return err
	}
	_, err = Retry(func() (int, error) {
		whole := unix.Flock_t{Type: unix.F_WRLCK}
		return 0, unix.FcntlFlock(uintptr(fd), unix.F_OFD_SETLKW, &whole)
	})
	return err
}

// LockWithin is Lock, but tries so long while somebody has the lock. Nothing tells
// of the end of a lock but a wait in the kernel, which cannot be ended: it would
// take the lock for nobody.
func LockWithin(dir int, name string, limit time.Duration) (int, error) {
	const pause = 5 * time.Millisecond
	for deadline := Now() + limit; ; <-time.After(pause) {
		if fd, err := Lock(dir, name); !errors.Is(err, unix.EAGAIN) || Now() >= deadline {
			return fd, err
		}
	}
}

// IsLocked says whether somebody holds a record or OFD lock on the open file
// fd: the test of s6's clients. flock alone does not show.
func IsLocked(fd int) (bool, error) {
	whole := unix.Flock_t{Type: unix.F_WRLCK}
	// F_OFD_GETLK wants pid 0 and reports every conflicting lock but our own.
	err := unix.FcntlFlock(uintptr(fd), unix.F_OFD_GETLK, &whole)
	return err == nil && whole.Type != unix.F_UNLCK, err
}
