package chaos

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// strike does to its victim what the event says.
func (s *storm) strike(e event) {
	if e.do == reexec {
		s.reexec(e)
		return
	}
	if s.suite.dense && e.to == supervisor && e.name == s.all[0].name {
		e.to, e.name = scanner, "" // not for each service: it would never live
	}
	if s.suite.program(e.to) == "" {
		return
	}
	pid := s.find(e.to, e.name)
	var fd int
	err := unix.ESRCH
	if pid != 0 {
		fd, err = open(pid)
	}
	if err == 0 && s.is(pid, e.to) && (e.do != kill || s.dead.first(pid)) {
		if e.do == kill && e.to == scanner && s.suite.ours {
			s.standIn(pid)
		}
		err = s.signal(fd, e)
	} else if err == 0 {
		_ = unix.Close(fd) // a pidfd holds nothing
		err = unix.ESRCH
	}
	if err != 0 {
		s.verdict.add(&s.verdict.missed)
		s.verdict.performed(e, "missed")
		return
	}
	s.verdict.hit(e)
	s.verdict.performed(e, fmt.Sprintf("pid %d", pid))
}

// open opens a pidfd, so that no stranger is hit.
func open(pid int) (int, unix.Errno) {
	fd, err := unix.PidfdOpen(pid, 0)
	return fd, number(err)
}

// is says that pid is still what it was found to be.
func (s *storm) is(pid int, to role) bool {
	p, there := look(pid)
	return there && p.exe == s.suite.program(to)
}

// signal sends what the event says. What is stopped goes on in time, also when
// the storm is over by then.
func (s *storm) signal(fd int, e event) unix.Errno {
	if e.do == kill {
		defer unix.Close(fd)
		return number(unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0))
	}
	if err := unix.PidfdSendSignal(fd, unix.SIGSTOP, nil, 0); err != nil {
		_ = unix.Close(fd) // a pidfd holds nothing
		return number(err)
	}
	s.background.Go(func() {
		<-time.After(e.hold)
		_ = unix.PidfdSendSignal(fd, unix.SIGCONT, nil, 0) // it may have been killed
		_ = unix.Close(fd)                                 // a pidfd holds nothing
	})
	return 0
}

func number(err error) unix.Errno {
	var errno unix.Errno
	_ = errors.As(err, &errno) // else it is 0: there was none
	return errno
}

// reexec has svscan or a supervise execute itself anew.
func (s *storm) reexec(e event) {
	if !s.suite.ours {
		return
	}
	control := filepath.Join(s.scan, e.name, "supervise/control")
	if e.to == scanner {
		control = filepath.Join(s.scan, ".svscan/control")
	}
	if err := fifo.Send(unix.AT_FDCWD, control, []byte("R"), 0); err != nil {
		s.verdict.add(&s.verdict.missed)
		s.verdict.performed(e, err.Error())
		return
	}
	s.verdict.hit(e)
	s.verdict.performed(e, "told")
}
