package svscan

import (
	"errors"
	"strconv"
	"time"

	"github.com/svdir/svdir/fifo"
)

// Bind takes the descriptor of -e. The error says why it cannot be used.
func (c *Config) Bind() error {
	if c.bound < 0 {
		return nil
	}
	var err error
	if c.life, err = fifo.OpenBound(c.bound); err != nil {
		return errors.New("unable to watch descriptor " + strconv.Itoa(c.bound) + ": " + reason(err))
	}
	return nil
}

// bind ends us with the program that started us. A guardian that has taken our
// place ends anyhow: its supervises adopt what nobody has any more, and end it.
func (s *scanner) bind() {
	if s.last() {
		s.env = append(s.env, leaveVariable+"=1")
		return
	}
	if s.config.life == nil {
		return
	}
	s.config.life.Add(&s.poll, s, tagBound)
	if !s.first { // whose end is that of all
		s.guardian = fifo.NewGuardian(s.config.life, s.arguments())
		s.guard()
	}
}

// last says that we were a guardian, and end as soon as all is taken over.
func (s *scanner) last() bool { return s.config.guards >= 0 }

// lockWait is how long another may keep the lock. Who was killed may have closed
// the pipe to its guardian already, and the lock not yet; and a child of it has that
// until it has executed its program.
func (s *scanner) lockWait() time.Duration {
	if !s.table.scanned {
		return time.Second
	}
	return 0
}

// guard starts the guardian, if there is to be one and it is due.
func (s *scanner) guard() {
	if s.guardian == nil {
		return
	}
	if err := s.guardian.Start(&s.poll, s, tagGuardian); err != nil {
		s.once(&s.saidGuardian, "unable to start the guardian: "+reason(err)+", trying again in 1 second")
	}
}

// unguard ends the guardian, if there is one.
func (s *scanner) unguard() {
	if s.guardian != nil {
		s.guardian.Dismiss()
	}
}

// arguments are those with which svscan is what we are, wherever it starts.
func (s *scanner) arguments() []string {
	args := []string{"-e", strconv.Itoa(s.config.bound)}
	if s.run >= 0 {
		args = append(args, "-run", s.runPath)
	}
	if s.logDir != "" {
		args = append(args, "-log-dir", s.logDir)
	}
	if s.config.sameUser {
		args = append(args, "-no-user-change")
	}
	if s.config.dense {
		args = append(args, "-dense")
	}
	if s.config.most > 0 {
		args = append(args, "-C", strconv.Itoa(s.config.most))
	}
	return append(args, s.path)
}

// unbound is the end of the program that started us.
func (s *scanner) unbound() {
	if s.config.life.Ended() {
		s.poll.Remove(s.config.bound)
		s.stop()
	}
}

// takenOver ends everything, once what a guardian has to take over is started.
func (s *scanner) takenOver() {
	if s.last() && s.stopAt == 0 && s.table.scanned && !s.table.starts(fifo.Now()) {
		s.stop()
		s.perform() // nothing else wakes us for it
	}
}

// starts says that something is to be started now.
func (t *table) starts(now time.Duration) bool {
	busy := t.stoppingNames()
	for id, s := range t.services {
		if s.due <= now && t.startable(id, s, busy) {
			return true
		}
	}
	return false
}
