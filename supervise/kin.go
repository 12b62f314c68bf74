package supervise

import (
	"cmp"
	"slices"
)

// relative is what one reading of /proc says of a live process.
type relative struct {
	pid, parent, session int
	ticks                uint64 // when it was started
	mark                 mark
}

// mark is what its cgroup says of the service to which it belongs, or its
// environment, which is read of those alone whose parent has ended.
type mark uint8

const (
	unmarked  mark = iota
	markOurs       // SV_SERVICE is our service, or it is in its cage
	markOther      // another one that we host
)

// kin says whose tree is looked for: that of a run, which may have ended.
type kin struct {
	self    int                    // supervise
	run     int                    // its process, 0 if it has ended
	session int                    // that run led
	child   func(pid int) bool     // of supervise, whose tree it is not: finish, control/X, another service, a helper
	led     func(session int) bool // by another service
	heir    bool                   // an orphan of which nothing tells whose it is belongs here
}

// verdict is whether a process belongs to the tree.
type verdict uint8

const (
	unknown verdict = iota
	kindred
	stranger
)

// members are the processes of the tree, and whether the reading was torn: a
// process ended while it was made, so that a chain may have been lost. all is
// put in the order of the pids.
func (k *kin) members(all []relative) (found []relative, torn bool) {
	slices.SortFunc(all, func(a, b relative) int { return cmp.Compare(a.pid, b.pid) })
	verdicts := make([]verdict, len(all))
	var chain []int
	for i := range all {
		v := unknown
		chain = chain[:0]
		for at := i; v == unknown; {
			chain = append(chain, at)
			if v = verdicts[at]; v != unknown {
				break
			}
			if v = k.judge(&all[at]); v != unknown {
				break
			}
			up, ok := slices.BinarySearchFunc(all, all[at].parent, func(r relative, pid int) int { return cmp.Compare(r.pid, pid) })
			if !ok || len(chain) > len(all) {
				torn, v = true, stranger
			}
			at = up
		}
		for _, at := range chain {
			verdicts[at] = v
		}
		if v == kindred {
			found = append(found, all[i])
		}
	}
	return found, torn
}

// judge is what a process itself tells; unknown leaves it to its parent.
func (k *kin) judge(r *relative) verdict {
	switch {
	case r.pid == k.run:
		return kindred
	case r.pid == k.self, r.parent == 0, k.child(r.pid):
		return stranger
	case r.mark == markOurs:
		return kindred
	case r.parent != k.self:
		return unknown
	}
	// An orphan that came to us.
	switch {
	case r.mark == markOther, k.led(r.session):
		return stranger
	case k.heir, r.session == k.session:
		return kindred
	}
	return stranger
}
