package chain

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// s6setlock locks as s6 does: by a record lock, which belongs to the process,
// and goes with it.
func s6setlock(c *call) int {
	const waits, atOnce, timed = 0, 1, 2
	how, kind, limit := waits, unix.F_WRLCK, uint64(0)
	args, ok := options(c.args, "nNrwt:", func(letter byte, value string) bool {
		switch letter {
		case 'n':
			how = atOnce
		case 'N':
			how = waits
		case 'r':
			kind = unix.F_RDLCK
		case 'w':
			kind = unix.F_WRLCK
		case 't':
			var ok bool
			limit, ok = whole(value, 32)
			how = timed
			return ok
		default:
			return false
		}
		return true
	})
	if !ok || len(args) < 2 {
		return c.usage(exitUsage, "[ -r | -w ] [ -n | -N | -t timeout ] lockfile prog...")
	}
	fd, err := openRecord(args[0], kind)
	if err != nil {
		doing := "open " + args[0] + " for writing"
		switch {
		case kind == unix.F_RDLCK && err == unix.ENOENT:
			doing = "create " + args[0]
		case kind == unix.F_RDLCK:
			doing = "open " + args[0] + " for reading"
		}
		return c.fatal(exitSystem, "unable to "+doing+": "+systemReason(err))
	}
	if how == timed {
		if err := recordWithin(fd, kind, time.Duration(limit)*time.Millisecond); err != nil {
			return c.fatal(exitNo, "unable to acquire lock: "+systemReason(err))
		}
	} else if err := record(fd, kind, how == waits); err != nil {
		return c.fatal(exitNo, "unable to lock "+args[0]+": "+systemReason(err))
	}
	return c.execS6(args[1:])
}

// openRecord opens what is to be locked: to read, also what nobody may write.
func openRecord(file string, kind int) (int, error) {
	const mode = 0o666
	if kind == unix.F_WRLCK {
		return fifo.Retry(func() (int, error) { return unix.Open(file, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CREAT, mode) })
	}
	fd, err := fifo.Retry(func() (int, error) { return unix.Open(file, unix.O_RDONLY|unix.O_NONBLOCK, 0) })
	if err == unix.ENOENT {
		return fifo.Retry(func() (int, error) { return unix.Open(file, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CREAT, mode) })
	}
	return fd, err
}

func record(fd, kind int, wait bool) error {
	command := unix.F_SETLK
	if wait {
		command = unix.F_SETLKW
	}
	_, err := fifo.Retry(func() (int, error) {
		return 0, unix.FcntlFlock(uintptr(fd), command, &unix.Flock_t{Type: int16(kind)})
	})
	if err == unix.EAGAIN || err == unix.EACCES {
		return unix.EBUSY
	}
	return err
}

// recordWithin waits so long on another thread, which is of the same process.
func recordWithin(fd, kind int, limit time.Duration) error {
	if record(fd, kind, false) == nil {
		return nil
	}
	got := make(chan error, 1)
	go func() { got <- record(fd, kind, true) }()
	select {
	case err := <-got:
		return err
	case <-time.After(limit):
		return unix.ETIMEDOUT
	}
}
