package supervise

import (
	"slices"

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

// eachInSet says each setting that is there, set/ before its name.
func (s *Service) eachInSet(name func(string)) error {
	set, err := s.openSet()
	switch err {
	case nil:
	case unix.ENOENT:
		return nil
	default:
		return err
	}
	defer quiet.Close(set)
	return fifo.EachName(set, func(item string) { name(servicedir.Set + "/" + item) })
}

// items are the names in a directory of set/, sorted. One that begins with a dot is
// none.
func (s *Service) items(place string) ([]string, error) {
	dir, err := fifo.Retry(func() (int, error) {
		return quiet.Openat(s.dir, place, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, &trouble{"open", place, err}
	}
	defer quiet.Close(dir)
	var names []string
	err = fifo.EachName(dir, func(name string) {
		if name[0] != '.' {
			names = append(names, name)
		}
	})
	if err != nil {
		return nil, &trouble{"read", place, err}
	}
	slices.Sort(names)
	return names, nil
}

// rule is what set/ says by now of restarting after such an end, nil where it
// says nothing. One that cannot be looked through says what it said before.
func (s *Service) rule(end ending) *restart.Rule {
	s.essential, s.timed = false, false
	if s.isPlain() {
		s.settings.rule = nil
		return nil
	}
	says := false
	err := s.eachInSet(func(name string) {
		switch name {
		case servicedir.Essential:
			s.essential = true
		case servicedir.Schedule, servicedir.Every:
			s.timed = true
		case servicedir.Restart, servicedir.RestartLimit, servicedir.RestartDelay, servicedir.MinUptime, servicedir.SuccessExit, servicedir.OnExit:
			says = true
		}
	})
	switch {
	case err != nil:
		return s.settings.rule
	case !says:
		s.settings.rule = s.usualRule()
		return s.settings.rule
	case s.settings.rule == nil:
		s.settings.rule = new(restart.Rule)
	}
	s.readRule(s.settings.rule, end)
	return s.settings.rule
}

// usualRule is that of a service whose set/ says nothing: a oneshot that fails is
// not tried again.
func (s *Service) usualRule() *restart.Rule {
	if s.m.oneshot {
		return &restart.Rule{When: restart.Never}
	}
	return nil
}

func (s *Service) readRule(r *restart.Rule, end ending) {
	usual := restart.Always
	if s.m.oneshot {
		usual = restart.Never
	}
	r.When = value(s, servicedir.Restart, &r.When, usual, setting.ParseRestart)
	r.Limit = value(s, servicedir.RestartLimit, &r.Limit, restart.Limit{}, setting.ParseRestartLimit)
	r.Delay = value(s, servicedir.RestartDelay, &r.Delay, restart.Delay{}, setting.ParseRestartDelay)
	r.MinUptime = s.minUptime()
	r.Success = value(s, servicedir.SuccessExit, &r.Success, restart.Success{}, setting.ParseSuccess)
	if s.timed {
		r.When, r.Limit, r.Delay = restart.Always, restart.Limit{}, restart.Delay{} // its times say when
	}
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
	return use(s, v, absent, func() (T, error) { return servicedir.Value(s.dir, name, *v, absent, parse) })
}

// startEvent is the event of a start of run, with how long it may be starting.
func (s *Service) startEvent(kind Kind) Event {
	ev := Event{Kind: kind, Notifies: !s.oneshot && (s.notify >= 0 || s.daemonizes || s.saysReady()), Oneshot: s.oneshot}
	switch {
	case ev.Notifies, ev.Oneshot:
		ev.Patience = s.timeoutUp()
	case s.aged:
		ev.Patience = s.minUptime()
	}
	return ev
}

// finishEnd is the event of the end of finish, which is the end of this run for
// good. Where none was run, what set/ says was just read.
func (s *Service) finishEnd(end ending, ran bool) Event {
	ev := Event{Kind: FinishEnded, Code: end.code(), Signal: end.signal(), Rule: s.settings.rule}
	if ran || s.adopting {
		ev.Rule = s.rule(ending{s.record.Wait, s.record.Unknown})
	}
	ev.Timed = s.timed
	if ev.Lazy = s.asks&asksSomeone != 0 && s.sockets != nil; ev.Lazy || ev.Rule != nil {
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
