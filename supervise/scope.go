package supervise

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// killScope is how far a stop reaches. A daemon that has left the process of
// run is found by its descent alone, so daemonizes asks for the tree.
func (s *Service) killScope() servicedir.Scope {
	absent := servicedir.ScopeUsual
	if s.daemonizes {
		absent = servicedir.ScopeTree
	}
	v := &s.settings.killScope
	return use(s, v, absent, func() (servicedir.Scope, error) { return servicedir.ReadScope(s.dir, *v, absent) })
}

// noteName takes notice of a name in set/ that is for supervise, not for svexec.
func (s *Service) noteName(name string) {
	switch servicedir.Set + "/" + name {
	case servicedir.MinUptime:
		s.aged = true
	case servicedir.Watch:
		s.watched = true
	case servicedir.KillScope:
		s.scoped = true
	case servicedir.Daemonizes:
		s.daemonizes = true
	case servicedir.SplitStderr:
		s.splits = true
	case servicedir.NotifySocket:
		s.asks |= asksSocket
	case servicedir.Checks:
		s.asks |= asksCheck
	case servicedir.Watchdog:
		s.asks |= asksWatchdog
	case servicedir.Alive:
		s.asks |= asksAlive
	case servicedir.Schedule, servicedir.Every:
		s.timed = true
	case servicedir.TimeoutRun:
		s.limited = true
	case servicedir.Sockets:
		s.asks |= asksSockets
	case servicedir.Ports:
		s.asks |= asksPorts
	case servicedir.OnDemand:
		s.asks |= asksSomeone
	}
}

// armScope makes us the parent of the orphans of a run that is about to start,
// if set/, which was just looked through, asks for its tree.
func (s *Service) armScope() {
	s.handedOn, s.session = 0, 0
	s.scoped = (s.scoped || s.daemonizes) && s.killScope() == servicedir.ScopeTree
	if s.scoped || s.daemonizes {
		s.engine.subreap()
	}
	if s.scoped {
		s.openCage()
	} else {
		s.closeCage()
	}
}

// adoptScope is armScope for a run that was started by an earlier supervise. If
// it was to go into the background, and is ready or was handed on, it has.
func (s *Service) adoptScope(handed bool) {
	attributes := s.hasAttributes() // and what else is asked for
	s.armScope()
	s.adoptHealth(attributes)
	if s.m.Running && !s.m.unborn {
		s.jobBegan(max(time.Since(s.record.Since), 0))
	}
	if s.daemonizes && (s.m.Ready || handed) && s.run.fd >= 0 {
		s.handedOn = fifo.Now() - 2*startPause
		s.session, _ = unix.Getsid(s.run.pid) // it lives
	}
}

// runEnd is the event of the end of run. The scope is read only where it matters.
func (s *Service) runEnd(end ending) Event {
	ev := Event{Kind: RunEnded, Code: end.code(), Signal: end.signal(), Rule: s.rule(end)}
	if s.scoped {
		ev.Limit, ev.Way = s.timeoutKill(), s.way()
	}
	if s.scoped || s.m.State == status.Stopping {
		ev.Scope = s.killScope()
	}
	if s.m.Leaving {
		ev.Left = s.waiting()
	}
	return ev
}
