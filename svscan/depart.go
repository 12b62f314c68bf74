package svscan

import (
	"errors"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

// depart is how svscan ends: what still runs is told, and a program of the user
// takes our place, finish in order, crash where err is not nil. It returns where
// there is none, and the caller exits.
func (s *scanner) depart(code int, err error) (int, error) {
	s.forgetAnswer()
	if err == nil {
		s.host.part()
		s.unguard()
	}
	if s.config.style.departs {
		live := s.live()
		if len(live) > 0 {
			s.warn("still running: " + strings.Join(live, ", "))
		}
		name, why := scandir.Finish, ""
		if err != nil {
			name, why, code = scandir.Crash, err.Error(), systemFailed
		}
		s.become(name, code, why, live)
	}
	return code, err
}

// systemFailed is the exit code of a fatal error, badUsage that of who is called
// wrongly, as the whole suite has it.
const systemFailed, badUsage = 111, 100

// become executes the program name of .svscan in our place, with this process
// id. It returns if that is not there or cannot be executed.
func (s *scanner) become(name string, code int, why string, live []string) {
	path := s.ownProgram(name)
	if path == "" {
		return
	}
	given := s.config.environ()
	env := append(given[:len(given):len(given)],
		"SV_EXIT_CODE="+strconv.Itoa(code), "SV_EXIT_ERROR="+why, "SV_LIVE="+strings.Join(live, "\n"))
	// The kernel gives handlers their default, but the mask is that of the
	// thread that calls exec.
	runtime.LockOSThread()
	var none unix.Sigset_t
	_ = unix.PthreadSigmask(unix.SIG_SETMASK, &none, nil) // fails on bad arguments only
	err := syscall.Exec(path, []string{path}, env)
	s.warn("unable to execute " + s.path + "/" + path + ": " + reason(err) + ", exiting")
}

// ownProgram is where the program name of this scan directory is, "" if there
// is none. s6 has its own place for it.
func (s *scanner) ownProgram(name string) string {
	places := []string{scandir.Dir}
	if s.config.style.supervise == "s6-supervise" {
		places = append(places, ".s6-svscan")
	}
	for _, place := range places {
		path := place + "/" + name
		if s.dir >= 0 && unix.Faccessat(s.dir, path, unix.F_OK, 0) == nil {
			return path
		}
	}
	return ""
}

// fatal is what ends svscan though nobody asked for an end.
var fatal = []syscall.Signal{
	syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL, syscall.SIGABRT, syscall.SIGSYS, syscall.SIGTRAP,
}

// fatalSignal is a fatal signal that somebody sent. One that really happened is
// a panic; see rescued.
func (s *scanner) fatalSignal(sig syscall.Signal) {
	name := unix.SignalName(sig)
	if s.ownProgram(scandir.Crash) == "" && s.refuses(strings.TrimPrefix(name, "SIG")) {
		return
	}
	s.left, s.fault = true, errors.New("unable to go on: received "+name)
}

// rescued makes an error of a panic, which is how the runtime tells of a fault
// in our own code. What it finds wrong with itself it does not tell.
func rescued(panicked any, err error) error {
	switch p := panicked.(type) {
	case nil:
		return err
	case error:
		return errors.New("unable to go on: " + p.Error())
	case string:
		return errors.New("unable to go on: " + p)
	}
	return errors.New("unable to go on: panic")
}

// environ is the environment of what takes our place.
func (c *Config) environ() []string {
	if c.Environ == nil {
		c.Environ = os.Environ()
	}
	return c.Environ
}
