package chain

import (
	"os"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// Exit codes of the checker, which nobody but a shell for -d may see.
const (
	exitGone    = 2 // the daemon has gone
	exitTooLong = 3
)

// checker runs the check until it succeeds, and tells the supervisor. It ends
// with the daemon.
func checker(c *call) int {
	if len(c.args) > 0 && c.args[0] == "-d" {
		if _, err := again(append([]string{checkerName}, c.args[1:]...)); err != nil {
			return c.fatal(exitSystem, "unable to fork: "+systemReason(err))
		}
		return 0
	}
	const numbers = 7
	if len(c.args) <= numbers {
		return exitUsage
	}
	var n [numbers]uint64
	for i, word := range c.args[:numbers] {
		n[i], _ = strconv.ParseUint(word, 10, 32) // written by s6notifyoncheck
	}
	k := checking{n[2], n[3], n[4], n[5], n[6], c.args[numbers:]}
	fd, daemon := int(n[0]), int(n[1])
	unix.CloseOnExec(fd)
	unix.CloseOnExec(daemon)
	end := after(k.global)
	for due := time.Now().Add(milliseconds(k.initial)); ; due = after(k.waiting) {
		switch gone := waitFor(earlier(end, due), daemon); {
		case gone >= 0:
			return exitGone
		case passed(end):
			return exitTooLong
		}
		if code, done := k.check(c, fd, daemon, end); done {
			return code
		}
		if k.tries == 1 {
			return exitNo
		}
		k.tries -= min(k.tries, 1) // 0 is for ever
	}
}

// check runs the check once. done says that there is nothing left to do.
func (k checking) check(c *call, fd, daemon int, end time.Time) (code int, done bool) {
	pid := 0
	err := s6.find(k.command[0], func(file string) (err error) {
		pid, err = syscall.ForkExec(file, k.command, &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}})
		return err
	})
	if err != nil {
		say(c.name + ": warning: unable to spawn " + k.command[0] + ": " + systemReason(err) + "\n")
		return 0, false
	}
	child, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return c.fatal(exitSystem, "unable to watch the check: "+systemReason(err)), true
	}
	defer unix.Close(child)
	switch waitFor(earlier(end, after(k.local)), child, daemon) {
	case child:
		var ws unix.WaitStatus
		_, err := fifo.Retry(func() (int, error) { return unix.Wait4(pid, &ws, 0, nil) })
		if err != nil || ws != 0 {
			return 0, false
		}
		_, _ = unix.Write(fd, []byte("\n")) // who does not read it does not want to know
		return 0, true
	case daemon:
		_ = unix.Kill(pid, unix.SIGTERM) // it may have ended
		return exitGone, true
	}
	if passed(end) {
		_ = unix.Kill(pid, unix.SIGTERM) // as above
		return exitTooLong, true
	}
	return 0, false
}

func milliseconds(n uint64) time.Duration { return time.Duration(n) * time.Millisecond }

// after is the time in so many milliseconds, the zero time for never.
func after(n uint64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Now().Add(milliseconds(n))
}

func passed(deadline time.Time) bool { return !deadline.IsZero() && !time.Now().Before(deadline) }

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// waitFor waits until a process of fds has ended, and says which; -1 when the
// deadline has come first.
func waitFor(deadline time.Time, fds ...int) int {
	polled := make([]unix.PollFd, len(fds))
	for i, fd := range fds {
		polled[i] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	}
	for {
		limit := -1
		if !deadline.IsZero() {
			limit = int(max(time.Until(deadline)+time.Millisecond-1, 0) / time.Millisecond)
		}
		n, err := unix.Poll(polled, limit)
		if err == unix.EINTR {
			continue
		}
		for _, p := range polled {
			if p.Revents != 0 {
				return int(p.Fd)
			}
		}
		if n <= 0 {
			return -1
		}
	}
}
