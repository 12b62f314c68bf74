package attribute

import (
	"errors"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
)

func (s *start) readPrepare() error {
	var err error
	s.prepare, err = s.flag("prepare")
	return err
}

// runPrepare runs set/prepare and waits for its end.
func (s *start) runPrepare() error {
	if !s.prepare {
		return nil
	}
	ws, err := s.script("prepare")
	if err != nil {
		return err
	}
	return failure("prepare", ws)
}

func (s *start) readCondition() error {
	var err error
	s.condition, err = s.flag("condition")
	return err
}

// askCondition runs set/condition: unless it exits 0, the service is not to start.
// One that was killed has not answered.
func (s *start) askCondition() error {
	if !s.condition {
		return nil
	}
	ws, err := s.script("condition")
	if err != nil {
		return err
	}
	if err = failure("condition", ws); err != nil && ws.Exited() {
		return unmet{err}
	}
	return err
}

// unmet is that a service is not to start, for a reason that is no failure.
type unmet struct{ error }

// Report is what is said of err where svexec -e asks for it; see supervise.
func Report(err error) string {
	var no unmet
	var done already
	switch {
	case errors.As(err, &no):
		return servicedir.ReportSkip
	case errors.As(err, &done):
		return done.Error()
	}
	return err.Error()
}

// script runs a program in set/ and waits for its end. It stays in our process
// group, so that it ends with us when the service is stopped.
func (s *start) script(name string) (ws unix.WaitStatus, err error) {
	path := "set/" + name
	pid, err := s.fork(path, path)
	if err != nil {
		why, _ := servicedir.WhyNot(s.set, name, s.service+"/"+path, err)
		return ws, errors.New(why)
	}
	return await(pid)
}

func (s *start) fork(path string, argv ...string) (pid int, err error) {
	return fifo.Retry(func() (int, error) {
		return syscall.ForkExec(path, argv, &syscall.ProcAttr{Env: s.env, Files: []uintptr{0, 1, 2}})
	})
}

func await(pid int) (ws unix.WaitStatus, err error) {
	_, err = fifo.Retry(func() (int, error) { return unix.Wait4(pid, &ws, 0, nil) })
	return ws, err
}

// failure is how a program ended that was to exit 0, nil if it did.
func failure(name string, ws unix.WaitStatus) error {
	switch {
	case ws.Signaled():
		return errors.New(name + " was ended by " + unix.SignalName(ws.Signal()))
	case ws.ExitStatus() != 0:
		return errors.New(name + " exited " + strconv.Itoa(ws.ExitStatus()))
	}
	return nil
}
