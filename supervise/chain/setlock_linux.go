package chain

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// lockFile locks a file, which is made if need be, for as long as somebody has
// it open: the program inherits the descriptor.
func lockFile(file string, wait bool) (opened bool, err error) {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Open(file, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_APPEND|unix.O_CREAT, 0o600)
	})
	if err != nil {
		return false, err
	}
	how := unix.LOCK_EX
	if !wait {
		how |= unix.LOCK_NB
	}
	_, err = fifo.Retry(func() (int, error) { return 0, unix.Flock(fd, how) })
	return true, err
}

func setlock(c *call) int {
	wait, silent := true, false
	args, ok := options(c.args, "nNxX", func(letter byte, value string) bool {
		switch letter {
		case 'n', 'N':
			wait = letter == 'N'
		case 'x', 'X':
			silent = letter == 'x'
		default:
			c.badOption(letter, value)
			return false
		}
		return true
	})
	if !ok || len(args) < 2 {
		return c.usage(exitUsage, "[ -nNxX ] file program [ arg ... ]")
	}
	opened, err := lockFile(args[0], wait)
	switch {
	case err != nil && silent:
		return 0
	case err != nil && !opened:
		return c.failed("unable to open "+args[0], err)
	case err != nil:
		return c.failed("unable to lock "+args[0], err)
	}
	return c.run(args[1:])
}
