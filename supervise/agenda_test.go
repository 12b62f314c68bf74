package supervise

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever comes, goes and is put off: nobody is due before the first, and
// everybody knows his place.
func TestAgenda(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a agenda
		all := map[*Service]bool{}
		pick := func() *Service { return a[rapid.IntRange(0, len(a)-1).Draw(t, "who")] }
		due := rapid.OneOf(rapid.Just(never), rapid.Map(rapid.IntRange(0, 20), func(n int) time.Duration { return time.Duration(n) }))
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch what := rapid.IntRange(0, 3).Draw(t, "what"); {
			case what == 0 || len(a) == 0:
				s := new(Service)
				a.add(s)
				all[s] = true
			case what == 1:
				s := pick()
				a.remove(s)
				delete(all, s)
			default:
				a.plan(pick(), due.Draw(t, "due"))
			}
			first := never
			for i, s := range a {
				if s.place != i || !all[s] {
					t.Fatalf("place %d: got one that is not there, or that thinks it is at %d", i, s.place)
				}
				if before(s.due, first) {
					first = s.due
				}
			}
			if len(a) != len(all) || a.next() != first {
				t.Fatalf("got %d, the first due at %v; want %d, %v", len(a), a.next(), len(all), first)
			}
		}
	})
}

// A change does not look at everybody.
func BenchmarkAgenda(b *testing.B) {
	var a agenda
	const many = 10_000
	for i := range many {
		s := new(Service)
		a.add(s)
		a.plan(s, time.Duration(i))
	}
	for i := range b.N {
		a.plan(a[i*7919%many], time.Duration(i%many))
	}
}
