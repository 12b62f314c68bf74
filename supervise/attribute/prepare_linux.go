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

// runPrepare runs set/prepare and waits for its end. It stays in our process
// group, so that it ends with us when the service is stopped.
func (s *start) runPrepare() error {
	const name = "set/prepare"
	if !s.prepare {
		return nil
	}
	pid, err := fifo.Retry(func() (int, error) {
		return syscall.ForkExec(name, []string{name}, &syscall.ProcAttr{Env: s.env, Files: []uintptr{0, 1, 2}})
	})
	if err != nil {
		why, _ := servicedir.WhyNot(s.set, "prepare", s.service+"/"+name, err)
		return errors.New(why)
	}
	var ws unix.WaitStatus
	if _, err := fifo.Retry(func() (int, error) { return unix.Wait4(pid, &ws, 0, nil) }); err != nil {
		return err
	}
	switch {
	case ws.Signaled():
		return errors.New("prepare was ended by " + unix.SignalName(ws.Signal()))
	case ws.ExitStatus() != 0:
		return errors.New("prepare exited " + strconv.Itoa(ws.ExitStatus()))
	}
	return nil
}
