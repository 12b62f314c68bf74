package attribute

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
)

// The work of a oneshot may be done already: set/status says so by exit 0, and so do
// set/inputs while none of the files has changed since it succeeded last. Where both
// are there, both must say so.

// already is that up is not to be run: why.
type already string

func (a already) Error() string { return servicedir.ReportAlready + string(a) }

func (s *start) readStatus() error {
	if !s.options.Oneshot {
		return nil
	}
	var err error
	s.status, err = s.flag("status")
	return err
}

func (s *start) readInputs() error {
	if !s.options.Oneshot {
		return nil
	}
	var err error
	s.inputs, err = s.flag("inputs")
	return err
}

// askStatus runs set/status. One that was killed has not answered.
func (s *start) askStatus() error {
	if !s.status {
		return nil
	}
	ws, err := s.script("status")
	if err == nil && ws.Signaled() {
		err = failure("status", ws)
	}
	if err != nil {
		return err
	}
	if s.done = ws.ExitStatus() == 0; s.done && !s.inputs {
		return already("set/status says so")
	}
	return nil
}

// The answers of svwatch --inputs.
const (
	inputsAreSame = iota
	inputsDiffer
)

// lookAtInputs has svwatch look, which knows patterns, and notes what up is about to
// see: supervise takes that for good when up has succeeded.
func (s *start) lookAtInputs() error {
	if !s.inputs {
		return nil
	}
	const name = "svwatch"
	pid, err := s.fork(installed(name), name, "--inputs", s.name)
	if err != nil {
		return errors.New(name + ": " + reason(err))
	}
	ws, err := await(pid)
	switch {
	case err != nil:
		return err
	case !ws.Exited() || ws.ExitStatus() > inputsDiffer:
		return failure(name, ws)
	case ws.ExitStatus() == inputsDiffer || s.status && !s.done:
		return nil
	}
	return already("no file of set/inputs has changed")
}

// installed is the path of a program that was installed with ours.
func installed(name string) string {
	var path [unix.PathMax]byte
	n, err := unix.Readlink("/proc/self/exe", path[:])
	if err != nil {
		return name // then exec says that there is none
	}
	return string(path[:strings.LastIndexByte(string(path[:n]), '/')+1]) + name
}
