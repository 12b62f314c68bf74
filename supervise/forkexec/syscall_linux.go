//go:build (!amd64 && !arm64) || forkexec_syscall

package forkexec

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// starter has what syscall.ForkExec wants by reference.
type starter struct {
	proc  syscall.ProcAttr
	sys   syscall.SysProcAttr
	pidfd int
}

func (s *starter) start(a *Start) (pid, pidfd int, err error) {
	s.pidfd = -1
	s.sys = syscall.SysProcAttr{Setsid: a.Setsid, PidFD: &s.pidfd}
	s.proc = syscall.ProcAttr{Dir: a.Dir, Env: a.Env, Files: a.Files, Sys: &s.sys}
	a.Slot.note(0)
	if pid, err = syscall.ForkExec(a.Path, a.Argv, &s.proc); err != nil {
		return 0, -1, a.tooMany(err)
	}
	a.Slot.note(pid)
	return pid, s.pidfd, nil
}

// reserve does nothing: syscall.ForkExec copies them all.
func (*starter) reserve() error { return nil }

// tooMany tells a limit that was reached from a descriptor that is not open:
// dup3 says EBADF of both.
func (a *Start) tooMany(err error) error {
	if err != syscall.EBADF {
		return err
	}
	for _, fd := range a.Files {
		if fd == Closed {
			continue
		}
		if _, err := unix.FcntlInt(fd, unix.F_GETFD, 0); err != nil {
			return err
		}
	}
	return syscall.EMFILE
}

// note writes the record of pid.
func (s *Slot) note(pid int) {
	if s.File < 0 {
		return
	}
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) // cannot fail
	s.put(Record{pid, time.Duration(now.Nano()), s.Sequence}.Pack())
}
