package svctl

import (
	"path/filepath"
	"slices"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/svscan/scandir"
)

// Shutdown is the end of a whole tree: of all its services, and of its svscan.
type Shutdown struct {
	*Termination
	// All are the services, each before its logger, and the trees that they keep.
	All []*Ending
	// Killed is when those get KILL that still run; zero: never.
	Killed time.Time

	watches watches
	began   time.Time
	svscan  scandir.Svscan
	leaving time.Time // until when it is looked whether svscan has gone
	gone    bool      // it has
}

// killPause is the time between two KILLs: the first may have met a process that
// was followed by another.
const killPause = time.Second

// NewShutdown begins to watch the services of a scan directory; nothing is asked
// for yet.
func NewShutdown(scan string, services []Target) (*Shutdown, error) {
	t, err := newTermination("shut down", scan)
	if err != nil {
		return nil, err
	}
	s := &Shutdown{Termination: t, watches: watches{t.watch, map[int][]*Waiting{}}}
	for _, service := range services {
		s.add(service, nil)
	}
	if log := Linked(scan, scandir.CatchAll); log.IsThere() {
		s.add(log, nil).Reads = true
	}
	for _, e := range s.All {
		if err := s.watches.watch(&e.Waiting); err != nil {
			t.Close()
			return nil, err
		}
		e.Before, e.dirty = Read(e.Target), true
	}
	return s, nil
}

// add adds a service, its logger, and the tree that it keeps.
func (s *Shutdown) add(t Target, keeper *Ending) *Ending {
	if path, err := filepath.EvalSymlinks(t.Dir); err == nil && t.Removed {
		t.Dir = path // the link goes when it has ended
	}
	e := &Ending{Waiting: Waiting{Target: t, Goal: Left}, Reads: t.TakesLogSettings()}
	s.All = append(s.All, e)
	if keeper != nil {
		keeper.below = append(keeper.below, e)
	}
	if log, ok := t.Log(); ok {
		s.add(log, keeper).of = e
	}
	if dir, ok := nested(Read(t).PID); ok && dir != t.Scan {
		inner, _ := list(dir) // another user's: its own line says that it runs
		for _, one := range inner {
			one.Name = t.Name + "/" + one.Name
			s.add(one, e)
		}
	}
	return e
}

// Begin asks for the end. guard is the code of svscan -guard, "" without one.
func (s *Shutdown) Begin(guard string) error {
	s.began = time.Now().Truncate(time.Microsecond) // as the history has it
	return s.ask("0", guard)
}

// Wait waits until svscan and all that it told to end have ended, at most until
// deadline, and says whether they have. The error is the reason of svscan to
// refuse. The zero deadline is none. After each event show is told, and says when
// it wants to be told again.
func (s *Shutdown) Wait(deadline time.Time, show func() time.Time) (over bool, err error) {
	for late := false; ; {
		s.look()
		switch {
		case s.refused:
			return false, s.refusal()
		case s.isOver():
			return true, nil
		case late:
			return false, nil
		}
		if now := time.Now(); !s.Killed.IsZero() && !now.Before(s.Killed) {
			s.kill()
			s.Killed = now.Add(killPause)
		}
		late = !deadline.IsZero() && !time.Now().Before(deadline)
		until := sooner(sooner(deadline, s.Killed), sooner(show(), s.again()))
		if err := hear(s.watch, until, func(wd int, mask uint32, name string) {
			s.note(wd, mask, name)
			s.watches.mark(wd, mask, name)
		}); err != nil {
			return false, err
		}
	}
}

// sooner is the first of two moments, of which the zero one is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// look reads what has changed.
func (s *Shutdown) look() {
	s.gone = s.gone || s.svscanGone()
	for _, e := range s.All {
		if !e.dirty {
			continue
		}
		e.dirty = false
		_ = s.watches.watch(&e.Waiting) // one that is gone has ended
		e.Now = Read(e.Target)
		if !s.gone && e.Now.Supervised {
			e.Before.Supervisor = e.Now.Supervisor // this svscan may just have brought it
		}
	}
}

// again is when to look again at what is about to be gone: the kernel tells of a
// close before it is one.
func (s *Shutdown) again() time.Time {
	now := time.Now()
	if s.closed {
		s.closed, s.leaving = false, now.Add(killPause)
	}
	soon := !s.gone && now.Before(s.leaving)
	for _, e := range s.All {
		if e.left && !e.Ended() {
			e.left, e.dirty, soon = false, true, true
		}
	}
	if !soon {
		return time.Time{}
	}
	return now.Add(leavingPause)
}

// isOver: svscan has gone, and nobody is left that was told to end.
func (s *Shutdown) isOver() bool {
	return s.gone && !slices.ContainsFunc(s.All, (*Ending).isTold)
}

// svscanGone says that nobody holds the lock of svscan, or another svscan does.
func (s *Shutdown) svscanGone() bool {
	if !locked(filepath.Join(s.state, scandir.Lock)) || s.svscan.PID != 0 && !isProcess(s.svscan.PID, s.svscan.Ticks) {
		return true
	}
	if s.svscan.PID == 0 { // one that has just begun tells nothing yet, and the last one is gone
		if now, ok := SvscanOf(s.Scan).read(); ok && isProcess(now.PID, now.Ticks) {
			s.svscan = now
		}
	}
	return false
}

// Blockers are those for whom the others wait: who was told to end and has not, a
// logger only when its service has.
func (s *Shutdown) Blockers() []*Ending {
	var all []*Ending
	for _, e := range s.All {
		if e.isTold() && (e.of == nil || e.of.Ended()) {
			all = append(all, e)
		}
	}
	return all
}

// kill has all processes get KILL that still run: but for those of who reads what
// others write, and may not have been told to end yet, and of who keeps a tree in
// which somebody is left.
func (s *Shutdown) kill() {
	for _, e := range s.All {
		told := e.isTold()
		if e.Now.PID == 0 || e.Ended() || e.of != nil || !told && e.Reads {
			continue
		}
		var letters []command.Letter
		if !told {
			letters = append(letters, command.Down) // else it would start again
		}
		if !e.keeps() {
			letters = append(letters, command.Kill)
		}
		if letters != nil {
			_ = Send(e.Target, letters) // one that is gone has ended
		}
	}
}
