package supervise

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/supervise/stopping"
)

// stops is what was read last of how to stop.
type stops struct {
	way     Way
	signals stopping.Plan // of stop-signals, nil without
}

// way is how set/ says by now that the service is to be stopped, nil where it says
// nothing. One that cannot be looked through says what it said before.
func (s *Service) way() *Way {
	if s.isPlain() {
		s.settings.stops = nil
		return nil
	}
	says, signals := false, false
	var w Way
	err := s.eachInSet(func(name string) {
		switch name {
		case servicedir.StopSignals:
			signals = true
		case servicedir.Stop:
			w.Stop = s.mayRun(name)
		case servicedir.Drain:
			w.Drain = s.mayRun(name)
		default:
			return
		}
		says = true
	})
	v := &s.settings.stops
	switch {
	case err != nil && *v == nil:
		return nil
	case err != nil:
		return &(*v).way
	case !says:
		*v = nil
		return nil
	case *v == nil:
		*v = new(stops)
	}
	if w.Drain {
		w.DrainTime = value(s, servicedir.DrainTime, &(*v).way.DrainTime, 0, setting.ParseDrainTime)
	}
	w.Plan = value(s, servicedir.StopSignals, &(*v).signals, nil, setting.ParsePlan)
	if !signals || w.Plan == nil {
		w.Plan = stopping.Usual(s.downSignal(), s.timeoutKill())
	}
	(*v).way = w
	return &(*v).way
}

// mayRun says that a program of set/ can be run, and tells where it cannot.
func (s *Service) mayRun(name string) bool {
	executable := servicedir.IsExecutable(s.dir, name)
	if !executable {
		s.tellOnce(name + " is not executable, going on without")
	}
	return executable
}

// stopLimit is how long a stop may take until KILL, 0 for no limit.
func (s *Service) stopLimit() time.Duration {
	if w := s.way(); w != nil {
		return w.Plan.Limit()
	}
	return s.timeoutKill()
}

// firstSignal is the one that asks run to end.
func (s *Service) firstSignal() syscall.Signal {
	if w := s.way(); w != nil {
		return w.Plan[0].Signal
	}
	return s.downSignal()
}

// hookName is the program of set/ that is run for a letter that is none.
func hookName(l command.Letter) (name string, hook bool) {
	switch l {
	case drainHook:
		return servicedir.Drain, true
	case stopHook:
		return servicedir.Stop, true
	}
	return "", false
}

// killHook ends a program of set/ that has had its time.
func (s *Service) killHook(letter command.Letter) {
	for i := range s.scripts {
		if p := &s.scripts[i].process; s.scripts[i].letter == letter && p.fd >= 0 {
			s.tell(servicedir.Drain + " was ended: it took longer than " + servicedir.DrainTime)
			if s.style.Session && !s.isStranger(p) {
				_ = unix.Kill(-p.pid, syscall.SIGKILL) // ESRCH: it has just ended
			}
			_ = quiet.PidfdSendSignal(p.fd, syscall.SIGKILL) // likewise
		}
	}
}

// lend adds a variable to the environment of the next child, until the function
// that it returns is called.
func (s *Service) lend(pair string) (takeBack func()) {
	own := s.own
	s.own = append(own[:len(own):len(own)], pair)
	return func() { s.own = own }
}
