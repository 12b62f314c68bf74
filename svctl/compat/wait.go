package compat

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/status"
)

// wait is the wait of s6 for a number of services.
type wait struct {
	watch    *watch
	deadline time.Time // zero: none
	services []*waited
}

// waited is one of them.
type waited struct {
	watched
	first, now status.Record // as it was at the start of this wait, and is
	layout     status.Layout
	wantedUp   bool // it was, at some look
	reached    bool
	failed     bool
}

// goal is what is waited for: up or down, and ready as s6 means it: up and
// said so, or down and finish has ended.
type goal struct{ up, ready bool }

func newWait(timeout time.Duration) *wait {
	w := &wait{watch: newWatch()}
	if timeout > 0 {
		w.deadline = time.Now().Add(timeout)
	}
	return w
}

func (w *wait) close() {
	w.watch.close()
	for _, s := range w.services {
		s.release()
		s.service.close()
	}
}

// add takes in the service directory path. The problem is in s6's words, which
// are about the event directory that it would use.
func (w *wait) add(path string) (problem string) {
	s, err := openService(unix.AT_FDCWD, path)
	if err != nil {
		return "unable to subscribe to events for " + path + ": " + systemReason(err)
	}
	one := &waited{watched: watched{s, -1}}
	w.services = append(w.services, one)
	if one.now, one.layout, err = s.status(); err != nil {
		return "unable to s6_svstatus_read: " + systemReason(err)
	}
	one.first = one.now
	return ""
}

// until waits for the goal, of all services or of any, and counts those that
// will never reach it: they are waited for no longer.
func (w *wait) until(g goal, any bool) (failures int, inTime bool) {
	for _, s := range w.services {
		s.first, s.reached = s.now, false
	}
	for {
		w.watch.begin()
		open := 0
		for _, s := range w.services {
			w.watch.follow(&s.watched)
			if !s.reached && !s.failed {
				s.look(g, !w.deadline.IsZero())
			}
			if s.failed {
				failures++
			} else if !s.reached {
				open++
			}
		}
		if open == 0 || any && open < len(w.services) {
			return failures, true
		}
		if !w.deadline.IsZero() && !time.Now().Before(w.deadline) {
			return 0, false
		}
		failures = 0
		w.watch.wait(w.deadline)
	}
}

// look reads the status and decides. patient says that a supervisor which is
// not there may yet come.
func (s *waited) look(g goal, patient bool) {
	left := s.fifo >= 0 // somebody read it when it was opened
	lost := errors.Is(s.alive(), fifo.ErrNotRunning)
	if lost {
		s.release() // it would wake us for ever
	}
	// In this order: the status of one that has left is its last.
	if r, layout, err := s.status(); err == nil {
		s.now, s.layout = r, layout
	}
	s.wantedUp = s.wantedUp || s.now.Want == status.WantUp && !lost
	s.reached = s.holds(g) && !(g.up && lost)
	if s.reached {
		return
	}
	s.failed = lost && (left || !patient) || g.up && s.gaveUp()
}

// gaveUp says that the service will not come up by itself any more.
func (s *waited) gaveUp() bool {
	if s.layout == status.Hybrid {
		if env, ok := s.env(); ok && env.State == status.Failed {
			return true
		}
	}
	return s.wantedUp && s.now.Want == status.WantDown && s.now.State == status.Down && s.now.PID == 0
}

// holds says whether the goal is reached, or was since the start: a service
// that is up in another process has been down, and one that is down since
// another moment has been up.
func (s *waited) holds(g goal) bool {
	isUp, wasUp := running(&s.now), running(&s.first)
	if g.up {
		if !g.ready || s.layout == status.Daemontools || s.layout == status.Runit {
			return isUp || !wasUp && s.first.State == status.Down && !s.now.Since.Equal(s.first.Since)
		}
		return isUp && s.now.Ready
	}
	if isUp {
		// One svlog may serve many logs: then the pid stays.
		return wasUp && (s.now.PID != s.first.PID || s.layout == status.Hybrid && !s.now.Since.Equal(s.first.Since))
	}
	return !g.ready || s.now.State != status.Finishing
}
