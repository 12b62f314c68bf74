package supervise

import (
	"bytes"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
)

// reading is room for readings of /proc, kept while something is hunted.
type reading struct {
	all     []relative
	environ []byte
	// seize, unless it is nil, is told of an orphan as soon as it is read: one
	// that forks and ends would be gone when the reading is done.
	seize func(relative)
}

// maxEnviron bounds what is read of an environment.
const maxEnviron = 128 << 10

// findRest finds the live processes in the scope of s that outlive its run, and
// tells whether the reading was torn.
func (s *Service) findRest(r *reading, tell func(found []relative, torn bool)) {
	k, scope := s.kin(), s.scope
	r.read(s, &k, func(torn bool) {
		if scope == servicedir.ScopeTree {
			found, lost := k.members(r.all)
			tell(found, torn || lost)
			return
		}
		session := s.runSession()
		var found []relative
		for _, p := range r.all {
			if p.session == session {
				found = append(found, p)
			}
		}
		tell(found, torn)
	})
}

// runSession is the session of run.
func (s *Service) runSession() int {
	if s.session != 0 {
		return s.session
	}
	return s.run.pid
}

// kin is what is known of the family.
func (s *Service) kin() kin {
	e := s.engine
	amongOthers := func(is func(*Service) bool) bool {
		return slices.ContainsFunc(e.services, func(other *Service) bool { return other != s && is(other) })
	}
	k := kin{self: e.self, session: s.runSession()}
	k.child = func(pid int) bool { return e.owns(pid) || e.isHelper(pid) }
	k.led = func(session int) bool {
		return amongOthers(func(other *Service) bool { return other.runSession() == session })
	}
	k.heir = s.input < 0 && !amongOthers(func(other *Service) bool { return other.input < 0 })
	if s.run.fd >= 0 {
		k.run = s.run.pid
	}
	return k
}

// read reads what lives now. It is torn where a process ended meanwhile.
func (r *reading) read(s *Service, k *kin, whole func(torn bool)) {
	r.all = r.all[:0]
	torn := false
	parent, caged := unix.Getppid(), s.caged()
	s.searchProc(func(pid int, stat proc.Stat) {
		p, alive, gone := parseRelative(pid, stat)
		torn = torn || gone
		if !alive {
			return
		}
		// Orphans come to us, and to svscan or init where an earlier supervise ended.
		if (p.parent == s.engine.self || p.parent == parent || p.parent == 1) && !k.child(pid) {
			p.mark = r.readMark(s, pid)
		}
		if slices.Contains(caged, pid) {
			p.mark = markOurs
		}
		if r.seize != nil && s.scope == servicedir.ScopeTree && k.judge(&p) == kindred {
			r.seize(p)
		}
		r.all = append(r.all, p)
	}, func(failed bool) { whole(torn || failed) })
}

// parseRelative takes from stat what is needed. A leader that has ended before
// its threads looks like a zombie, and lives.
func parseRelative(pid int, stat proc.Stat) (p relative, alive, gone bool) {
	if len(stat) == 0 {
		return p, false, true
	}
	state := stat.Field(3)
	if state[0] == 'X' || state[0] == 'Z' && stat.Number(20) < 2 {
		return p, false, false
	}
	return relative{pid: pid, parent: int(stat.Number(4)), session: int(stat.Number(6)), ticks: stat.Number(22)}, true, false
}

// readMark is what the environment of a process says, if we may read it and it
// was not cleared.
func (r *reading) readMark(s *Service, pid int) mark {
	if r.environ == nil {
		r.environ = make([]byte, maxEnviron)
	}
	const key = "\x00SV_SERVICE="
	text := proc.Read("/proc/"+strconv.Itoa(pid)+"/environ", r.environ[1:])
	_, text, found := bytes.Cut(r.environ[:1+len(text)], []byte(key))
	if !found {
		return unmarked
	}
	home, _, _ := bytes.Cut(text, []byte{0})
	for _, other := range s.engine.services {
		switch {
		case string(home) != other.home:
		case other == s:
			return markOurs
		default:
			return markOther
		}
	}
	return unmarked
}
