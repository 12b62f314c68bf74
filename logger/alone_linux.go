package logger

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/logger/serving"
)

// alone is a log that is the only one of its server, and has the standard input
// and the signals of the process.
type alone struct {
	begun bool
	err   error // why it could not begin or go on
}

// RunServed is Run, by a server: what holds for the one is to hold for the other.
func RunServed(script Script, environ []string) error {
	unix.Umask(0o022)
	s := newServer(environ)
	s.closed = true
	v := s.take(serving.Log{})
	v.log = &logger{script: script, env: environ, home: unix.AT_FDCWD, poll: v, title: "svlog", say: s.say}
	v.log.ledger.served = true
	if err := v.log.openInputs(); err != nil {
		return err
	}
	if !script.given {
		v.log.script = v.log.usual()
	}
	if err := s.open(); err != nil {
		return err
	}
	v.alone = new(alone)
	s.Lock()
	v.stir()
	s.Unlock()
	if err := s.loop(); err != nil {
		return err
	}
	return v.alone.err
}
