package supervise

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/restart"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// openSet opens the directory set/ of the service.
func (s *Service) openSet() (int, error) {
	return fifo.Retry(func() (int, error) {
		return quiet.Openat(s.dir, servicedir.Set, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
}

// rule is what set/ says by now of restarting after such an end, nil where it
// says nothing. One that cannot be looked through says what it said before.
func (s *Service) rule(end ending) *restart.Rule {
	set, err := s.openSet()
	if err == unix.ENOENT {
		s.settings.rule = nil
		return nil
	}
	says := false
	if err == nil {
		err = fifo.EachName(set, func(name string) {
			switch servicedir.Set + "/" + name {
			case servicedir.Restart, servicedir.RestartLimit, servicedir.RestartDelay, servicedir.MinUptime, servicedir.SuccessExit, servicedir.OnExit:
				says = true
			}
		})
		_ = quiet.Close(set) // it was only read
	}
	switch {
	case err != nil:
		return s.settings.rule
	case !says:
		s.settings.rule = nil
		return nil
	case s.settings.rule == nil:
		s.settings.rule = new(restart.Rule)
	}
	s.readRule(s.settings.rule, end)
	return s.settings.rule
}

func (s *Service) readRule(r *restart.Rule, end ending) {
	r.When = value(s, servicedir.Restart, &r.When, restart.Always, setting.ParseRestart)
	r.Limit = value(s, servicedir.RestartLimit, &r.Limit, restart.Limit{}, setting.ParseRestartLimit)
	r.Delay = value(s, servicedir.RestartDelay, &r.Delay, restart.Delay{}, setting.ParseRestartDelay)
	r.MinUptime = s.minUptime()
	r.Success = value(s, servicedir.SuccessExit, &r.Success, restart.Success{}, setting.ParseSuccess)
	r.Answer = restart.Answer{} // one that was read before is for another end
	if name := end.name(); name != "" {
		r.Answer = value(s, servicedir.OnExit+"/"+name, &r.Answer, restart.Answer{}, setting.ParseAnswer)
	}
}

// name is that of the end in set/on-exit, empty where nobody saw it.
func (e ending) name() string {
	if e.unknown {
		return ""
	}
	return setting.EndName(e.code(), e.signal())
}

// value reads one setting of ours, and keeps the last good one.
func value[T any](s *Service, name string, v *T, absent T, parse func(text string) (T, error)) T {
	return use(s, v, func() (T, error) { return servicedir.Value(s.dir, name, *v, absent, parse) })
}

// patience is how long a run that has just been started may be starting.
func (s *Service) patience(notifies bool) time.Duration {
	switch {
	case notifies:
		return s.timeoutUp()
	case s.aged:
		return s.minUptime()
	}
	return 0
}

// finishEnd is the event of the end of finish, which is the end of this run for
// good. Where none was run, what set/ says was just read.
func (s *Service) finishEnd(end ending, ran bool) Event {
	ev := Event{Kind: FinishEnded, Code: end.code(), Signal: end.signal(), Rule: s.settings.rule}
	if ran || s.adopting {
		ev.Rule = s.rule(ending{s.record.Wait, s.record.Unknown})
	}
	if ev.Lazy = s.asks.someone && s.sockets != nil; ev.Lazy || ev.Rule != nil {
		ev.RunCode, ev.RunSignal = s.record.ExitCode(), unix.Signal(s.record.ExitSignal())
		if ev.Rule != nil {
			ev.Chance = s.chance(ev.Rule)
		}
	}
	return ev
}

// chance is a number that other services do not have.
func (s *Service) chance(r *restart.Rule) uint32 {
	var b [4]byte
	if r.Delay.Jitter == 0 {
		return 0
	}
	if _, err := unix.Getrandom(b[:], unix.GRND_NONBLOCK); err != nil {
		return uint32(fifo.Now()) // before the kernel has any, the clock will do
	}
	return uint32(b[0]) | uint32(b[1])<<8
}
