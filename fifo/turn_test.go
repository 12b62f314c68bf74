package fifo

import (
	"slices"
	"sync"
	"testing"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// starter is one that needs turns.
type starter struct {
	turns       *Turns
	weight      int
	place       int64
	waits, told bool // it waits, and was told to try again
	has         bool
}

// crowd are all of them, on a file of turns that is real.
type crowd struct {
	dir, all int
	those    []*starter
	unheard  int // so many have died, and their next process has yet to tell
}

func (c *crowd) tell() {
	for _, s := range c.those {
		s.told = s.waits
	}
}

// try is an attempt of one, and what follows it.
func (c *crowd) try(t *rapid.T, s *starter) bool {
	overtakes := slices.ContainsFunc(c.those, func(o *starter) bool { return o != s && o.waits && o.turns.place != 0 && o.place < s.place })
	s.told = false
	done, yields := s.turns.Take(s.weight, c.all, func() int64 { return s.place })
	if overtakes && done {
		t.Fatalf("the one at %d goes before others that wait", s.place)
	}
	if done {
		s.waits, s.has = false, true
	}
	if yields || done && s.turns.Awaited() {
		c.tell()
	}
	return done
}

func (c *crowd) arrive(t *rapid.T, s *starter) {
	var err error
	if s.turns, err = OpenTurns(c.dir, "turns"); err != nil {
		t.Fatal(err)
	}
	if !c.try(t, s) {
		s.waits = true // from now on it is told; what came before shows at once
		c.try(t, s)
	}
}

// leave is the end of one, of which the others are told.
func (c *crowd) leave(s *starter) {
	s.turns.Close()
	*s = starter{weight: s.weight, place: s.place}
	c.tell()
}

// some is one of those for whom is says so, nil if none is.
func (c *crowd) some(t *rapid.T, is func(*starter) bool) *starter {
	found := slices.DeleteFunc(slices.Clone(c.those), func(s *starter) bool { return !is(s) })
	if len(found) == 0 {
		return nil
	}
	return rapid.SampledFrom(found).Draw(t, "one")
}

func (c *crowd) check(t *rapid.T) {
	taken, first := 0, 0
	for _, s := range c.those {
		if s.has {
			taken += min(s.weight, c.all)
		}
		if s.turns != nil && s.turns.first {
			first++
		}
	}
	probe, err := OpenTurns(c.dir, "turns")
	if err != nil {
		t.Fatal(err)
	}
	defer probe.Close()
	locked := 0
	for i := range int64(c.all) {
		if probe.isTaken(i, 1) {
			locked++
		}
	}
	if taken > locked || first > 1 || first == 0 && taken < locked {
		t.Fatalf("%d of %d turns are taken, %d are locked, %d are at the head", taken, c.all, locked, first)
	}
}

// TestTurns: never are more turns taken than there are, nobody overtakes, and as long
// as those who have their turn come to an end everybody gets one, whoever dies.
func TestTurns(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := unix.Open(t.TempDir(), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			rt.Fatal(err)
		}
		c := &crowd{dir: dir, all: rapid.IntRange(1, 6).Draw(rt, "turns")}
		defer unix.Close(dir)
		defer func() {
			for _, s := range c.those {
				if s.turns != nil {
					s.turns.Close()
				}
			}
		}()
		for i, weight := range rapid.SliceOfN(rapid.IntRange(1, 8), 1, 8).Draw(rt, "weights") {
			c.those = append(c.those, &starter{weight: weight, place: int64(i + 1)})
		}
		act := func(is func(*starter) bool, do func(*starter)) func(*rapid.T) {
			return func(rt *rapid.T) {
				if s := c.some(rt, is); s != nil {
					do(s)
				}
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"":       c.check,
			"arrive": act(func(s *starter) bool { return s.turns == nil }, func(s *starter) { c.arrive(rt, s) }),
			"wake":   act(func(s *starter) bool { return s.told }, func(s *starter) { c.try(rt, s) }),
			"done":   act(func(s *starter) bool { return s.has }, c.leave),
			"giveUp": act(func(s *starter) bool { return s.waits }, c.leave),
			"die": act(func(s *starter) bool { return s.turns != nil }, func(s *starter) {
				s.turns.Close()
				*s = starter{weight: s.weight, place: s.place}
				c.unheard++
			}),
			"heard": func(*rapid.T) {
				if c.unheard > 0 {
					c.unheard--
					c.tell()
				}
			},
		})
		if c.unheard > 0 {
			c.tell()
		}
		for {
			woken := slices.IndexFunc(c.those, func(s *starter) bool { return s.told })
			started := slices.IndexFunc(c.those, func(s *starter) bool { return s.has })
			switch {
			case woken >= 0:
				c.try(rt, c.those[woken])
			case started >= 0:
				c.leave(c.those[started])
			default:
				if slices.ContainsFunc(c.those, func(s *starter) bool { return s.waits }) {
					rt.Fatal("they wait for nobody")
				}
				return
			}
			c.check(rt)
		}
	})
}

// TestTurnsAtOnce: the same between the system calls of each.
func TestTurnsAtOnce(t *testing.T) {
	const all, rounds = 5, 200
	dir, err := unix.Open(t.TempDir(), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(dir)
	var mutex sync.Mutex
	news, told, taken := sync.NewCond(&mutex), 0, 0
	tell := func() {
		mutex.Lock()
		told++
		mutex.Unlock()
		news.Broadcast()
	}
	start := func(weight int, place int64) {
		turns, err := OpenTurns(dir, "turns")
		if err != nil {
			t.Error(err)
			return
		}
		for {
			mutex.Lock()
			heard := told
			mutex.Unlock()
			taken, yields := turns.Take(weight, all, func() int64 { return place })
			if taken {
				break
			}
			if yields {
				tell()
			}
			mutex.Lock()
			for told == heard {
				news.Wait()
			}
			mutex.Unlock()
		}
		mutex.Lock()
		if taken += min(weight, all); taken > all {
			t.Errorf("%d turns are taken of %d", taken, all)
		}
		mutex.Unlock()
		if turns.Awaited() {
			tell()
		}
		mutex.Lock()
		taken -= min(weight, all)
		mutex.Unlock()
		turns.Close()
		tell()
	}
	var group sync.WaitGroup
	for i, weight := range []int{1, 1, 3, 2, 9, 3, 1, 4} {
		group.Go(func() {
			for range rounds {
				start(weight, int64(i+1))
			}
		})
	}
	group.Wait()
}

// TestRetake: who was past its turn when its process died has it again, also before
// those that wait; and who has waited with a part keeps no more than it needs.
func TestRetake(t *testing.T) {
	dir, err := unix.Open(t.TempDir(), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(dir)
	open := func() *Turns {
		turns, err := OpenTurns(dir, "turns")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(turns.Close)
		return turns
	}
	place := func() int64 { return 1 }
	take := func(t *Turns, want int) bool {
		taken, _ := t.Take(want, 3, place)
		return taken
	}
	dies, waits, other := open(), open(), open()
	if !take(dies, 2) || take(waits, 2) {
		t.Fatal("two of three are not taken, or four of three are")
	}
	dies.Close()
	next := open()
	if next.Retake(2, 3); take(waits, 2) {
		t.Error("four of three are taken")
	}
	next.Close()
	if !take(waits, 2) {
		t.Error("they are not free")
	}
	if !take(other, 1) {
		t.Error("the third is not free")
	}
}
