package attribute

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

func (s *start) readCapabilities() error {
	if s.unbound {
		return nil
	}
	text, err := s.text("capabilities")
	if err == nil && text.given {
		s.capabilities.given = true
		s.capabilities.value, err = setting.ParseCapabilities(text.value)
	}
	return err
}

// sets are the capability sets of this thread: bit N is capability N.
type sets struct{ effective, permitted, inheritable uint64 }

func header() *unix.CapUserHeader {
	return &unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
}

func getSets() (sets, error) {
	var d [2]unix.CapUserData
	if err := unix.Capget(header(), &d[0]); err != nil {
		return sets{}, err
	}
	join := func(low, high uint32) uint64 { return uint64(high)<<32 | uint64(low) }
	return sets{
		join(d[0].Effective, d[1].Effective), join(d[0].Permitted, d[1].Permitted), join(d[0].Inheritable, d[1].Inheritable),
	}, nil
}

func (c sets) put() error {
	const half = 32
	d := [2]unix.CapUserData{
		{Effective: uint32(c.effective), Permitted: uint32(c.permitted), Inheritable: uint32(c.inheritable)},
		{Effective: uint32(c.effective >> half), Permitted: uint32(c.permitted >> half), Inheritable: uint32(c.inheritable >> half)},
	}
	return unix.Capset(header(), &d[0])
}

// lowerCapabilities leaves a user that is not root nothing but what the next
// step may still take from.
func (s *start) lowerCapabilities() error {
	if !s.capabilities.given {
		return sets{}.put()
	}
	now, err := getSets()
	if err != nil {
		return err
	}
	return sets{permitted: now.permitted}.put()
}

// setCapabilities leaves exactly those that are named, and has exec keep them:
// what is ambient goes to a program that knows nothing of it, also where the
// user is not root. What is not in the bounding set cannot come back, neither
// to root nor by a setuid program; without CAP_SETPCAP that set is left alone.
func (s *start) setCapabilities() error {
	if !s.capabilities.given {
		return nil
	}
	named := s.capabilities.value
	now, err := getSets()
	if err != nil {
		return err
	}
	now.effective = now.permitted
	if err := now.put(); err != nil {
		return err
	}
	if now.permitted&(1<<unix.CAP_SETPCAP) != 0 {
		if err := lowerBound(named); err != nil {
			return err
		}
	}
	if err := (sets{named, named, named}).put(); err != nil {
		return err
	}
	return setAmbient(named)
}

// lowerBound takes what is not named out of the bounding set.
func lowerBound(named uint64) error {
	for n := range 64 {
		if named&(1<<n) != 0 {
			continue
		}
		err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(n), 0, 0, 0)
		if err == unix.EINVAL {
			return nil // that was the last which this kernel knows
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func setAmbient(named uint64) error {
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return err
	}
	for n := range 64 {
		if named&(1<<n) == 0 {
			continue
		}
		if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, uintptr(n), 0, 0); err != nil {
			return err
		}
	}
	return nil
}

func (s *start) readNoNewPrivs() error {
	var err error
	s.noNewPrivs, err = s.flag("no-new-privs")
	return err
}

func (s *start) setNoNewPrivs() error {
	if !s.noNewPrivs {
		return nil
	}
	return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}
