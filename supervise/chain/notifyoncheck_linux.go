package chain

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

const (
	checkerName      = "s6-notifyoncheck (child)"
	notifyUsage      = "[ -d ] [ -3 fd ] [ -s initialsleep ] [ -T globaltimeout ] [ -t localtimeout ] [ -w waitingtime ] [ -n tries ] [ -c \"checkprog...\" ] prog..."
	notificationFD   = "notification-fd"
	superviseControl = "supervise/control"
	debianExecline   = "/usr/lib/execline/bin/execlineb" // as s6 has it built in
)

// checking is how the checks are made. Times are in milliseconds, 0 for never.
type checking struct {
	initial, global, local, waiting, tries uint64
	command                                []string
}

// s6notifyoncheck starts a checker and becomes the daemon.
func s6notifyoncheck(c *call) int {
	k := checking{initial: 10, waiting: 1000, tries: 7, command: []string{"./data/check"}}
	fd, detected, twice := uint64(0), true, false
	numbers := map[byte]*uint64{'3': &fd, 's': &k.initial, 'T': &k.global, 't': &k.local, 'w': &k.waiting, 'n': &k.tries}
	argv, ok := options(c.args, "d3:s:T:t:w:n:c:", func(letter byte, value string) (ok bool) {
		switch n := numbers[letter]; {
		case n != nil:
			*n, ok = whole(value, 32)
			detected = detected && letter != '3'
			return ok
		case letter == 'c':
			k.command = []string{execlineb(), "-Pc", value}
		case letter == 'd':
			twice = true
		default:
			return false
		}
		return true
	})
	if !ok || len(argv) == 0 {
		return c.usage(exitUsage, notifyUsage)
	}
	switch err := fifo.Alive(unix.AT_FDCWD, superviseControl); {
	case errors.Is(err, fifo.ErrNotRunning), errors.Is(err, unix.ENOENT):
		return c.fatal(exitUsage, "s6-supervise not running.")
	case err != nil:
		return c.fatal(exitSystem, "unable to sanity-check current service directory: "+systemReason(err))
	}
	if detected {
		var code int
		if fd, code = c.detectFD(); code != 0 {
			return code
		}
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err != nil {
		return c.fatal(exitSystem, notificationFD+" sanity check failed: "+systemReason(err))
	}
	if err := k.start(int(fd), twice); err != nil {
		return c.fatal(exitSystem, "unable to fork: "+systemReason(err))
	}
	_ = unix.Close(int(fd)) // the checker has it
	return c.execS6(argv)
}

// execlineb is that of Debian, or one in PATH where that is not: Debian has another one
// there, a script that changes PATH.
func execlineb() string {
	if unix.Access(debianExecline, unix.X_OK) == nil {
		return debianExecline
	}
	return filepath.Base(debianExecline)
}

// detectFD reads the number that the supervisor reads.
func (c *call) detectFD() (fd uint64, code int) {
	text, err := readAt(unix.AT_FDCWD, notificationFD)
	if err != nil {
		return 0, c.fatal(exitSystem, "unable to read ./"+notificationFD+": "+systemReason(err))
	}
	n, tail := leading(text)
	if tail == text || tail != "" && tail[0] != '\n' {
		return 0, c.fatal(exitUsage, "invalid ./"+notificationFD)
	}
	return n, 0
}

// start starts the checker, and returns when that watches us: this process is
// the daemon soon, so its end is seen by a pidfd.
func (k checking) start(fd int, twice bool) error {
	watched, err := unix.PidfdOpen(os.Getpid(), 0)
	if err != nil {
		return err
	}
	defer unix.Close(watched)
	if _, err := unix.FcntlInt(uintptr(watched), unix.F_SETFD, 0); err != nil {
		return err
	}
	argv := []string{checkerName, strconv.Itoa(fd), strconv.Itoa(watched)}
	for _, n := range []uint64{k.initial, k.global, k.local, k.waiting, k.tries} {
		argv = append(argv, strconv.FormatUint(n, 10))
	}
	argv = append(argv, k.command...)
	if twice {
		argv = append([]string{checkerName, "-d"}, argv[1:]...)
	}
	pid, err := again(argv)
	if err != nil || !twice {
		return err
	}
	_, err = fifo.Retry(func() (int, error) { return unix.Wait4(pid, nil, 0, nil) })
	return err
}

// again starts this program anew, as argv.
func again(argv []string) (pid int, err error) {
	return syscall.ForkExec("/proc/self/exe", argv, &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}})
}
