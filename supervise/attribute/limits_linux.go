package attribute

import (
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

// limit is one file of set/limits.
type limit struct {
	name     string
	resource int
	setting.Limit
}

func (s *start) readLimits() error {
	return s.eachItem("limits", func(i item) error {
		l := limit{name: i.name}
		line, err := setting.Line(i.text)
		if err == nil {
			l.Limit, err = setting.ParseLimit(line)
		}
		if err == nil {
			l.resource, err = setting.ParseResource(i.name)
		}
		s.limits = append(s.limits, l)
		return err
	})
}

// raiseLimits raises hard limits, while we may. They are as they shall be in the
// last moment, by execute: only lower then, so that nobody can be refused.
func (s *start) raiseLimits() error {
	for i := range s.limits {
		if err := s.limits[i].raise(); err != nil {
			return unusable("set/limits/"+s.limits[i].name, err)
		}
	}
	return nil
}

// raise finds the hard limit too, where it is not given. It goes by
// syscall.Setrlimit: the runtime has raised the soft limit of descriptors for
// itself, and would put the old ones back at exec, unless this function is used.
func (l *limit) raise() error {
	var now syscall.Rlimit
	if err := syscall.Getrlimit(l.resource, &now); err != nil {
		return err
	}
	if !l.HasHard {
		l.Hard = max(now.Max, l.Soft)
	}
	now.Max = max(now.Max, l.Hard)
	return syscall.Setrlimit(l.resource, &now)
}

// values are the limits as the kernel wants them.
func (s *start) values() []resourceLimit {
	all := make([]resourceLimit, len(s.limits))
	for i, l := range s.limits {
		all[i] = resourceLimit{uintptr(l.resource), unix.Rlimit{Cur: l.Soft, Max: l.Hard}}
	}
	return all
}

type resourceLimit struct {
	resource uintptr
	value    unix.Rlimit
}
