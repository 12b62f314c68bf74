package supervise

import "time"

// agenda is all services of an Engine, as a heap: none is due before the first.
// Who is due never is there too, behind the others. A change costs a few steps
// however many they are.
type agenda []*Service

// next is when the first of all is due, never if none is.
func (a agenda) next() time.Duration {
	if len(a) == 0 {
		return never
	}
	return a[0].due
}

func (a *agenda) add(s *Service) {
	s.due, s.place = never, len(*a)
	*a = append(*a, s)
}

func (a *agenda) remove(s *Service) {
	last := len(*a) - 1
	hole := s.place
	a.put(hole, (*a)[last])
	(*a)[last] = nil
	*a = (*a)[:last]
	if hole < last {
		a.settle((*a)[hole])
	}
}

// plan notes when s is due.
func (a agenda) plan(s *Service, due time.Duration) {
	if s.due != due {
		s.due = due
		a.settle(s)
	}
}

// settle brings s to its place, after all that are due before it.
func (a agenda) settle(s *Service) {
	i := s.place
	for up := (i - 1) / 2; i > 0 && before(s.due, a[up].due); up = (i - 1) / 2 {
		a.put(i, a[up])
		i = up
	}
	for down := 2*i + 1; down < len(a); down = 2*i + 1 {
		if other := down + 1; other < len(a) && before(a[other].due, a[down].due) {
			down = other
		}
		if !before(a[down].due, s.due) {
			break
		}
		a.put(i, a[down])
		i = down
	}
	a.put(i, s)
}

func (a agenda) put(i int, s *Service) { a[i], s.place = s, i }

// before says that one moment is earlier than another; never is no moment.
func before(a, b time.Duration) bool { return a != never && (b == never || a < b) }
