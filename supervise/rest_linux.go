package supervise

import "github.com/svdir/svdir/fifo/quiet"

// Where one process hosts thousands of services, each descriptor counts. A
// service at rest keeps those on which others rely: control, ok, the lock, the
// process of run, and the two directories, which may be renamed or replaced.
// supervise/child it opens again when something happens to it.

// mostAwake is how many have that open where nothing happens any more.
const mostAwake = 32

// notes is supervise/child, -1 where it cannot be used.
func (s *Service) notes() int {
	if s.asleep {
		s.asleep = false
		s.openChild()
		s.asleep = s.child < 0 // for want of a descriptor, perhaps: it is tried again
	}
	return s.child
}

// woke notes that s has opened it.
func (e *Engine) woke(s *Service) {
	if e.host != nil {
		e.awake = append(e.awake, s)
	}
}

// rest closes it for those who have had it open for longest. It is not called
// while something happens.
func (e *Engine) rest() {
	over := len(e.awake) - mostAwake
	if over <= 0 {
		return
	}
	for _, s := range e.awake[:over] {
		if s.child >= 0 {
			_ = quiet.Close(s.child) // nothing is synced, so it tells nothing
			s.child, s.asleep = -1, true
		}
	}
	e.awake = e.awake[:copy(e.awake, e.awake[over:])]
}
