package chaos

import (
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// action is what is done to a process or said to a service.
type action int

const (
	kill   action = iota // SIGKILL
	halt                 // SIGSTOP, and SIGCONT after a while
	reexec               // the letter R to its control
	say                  // a letter to a service
	word                 // the same by svctl
)

func (a action) String() string {
	return [...]string{"KILL", "STOP", "reexec", "letter", "svctl"}[a]
}

// event is one entry of the schedule.
type event struct {
	at     time.Duration // since the start
	do     action
	to     role          // of a blow
	name   string        // the service it is of, or is said to
	letter byte          // to be said
	hold   time.Duration // between STOP and CONT
}

// The rhythm of the schedule.
const (
	meanPause = 40 * time.Millisecond // between events that do not follow another
	maxHold   = 300 * time.Millisecond
	// What follows another comes after anything between these, as often within
	// 10 times the shorter as within a tenth of the longer: the windows to hit
	// are of any width.
	soonest = 20 * time.Microsecond
	latest  = 60 * time.Millisecond
)

// dice draws the schedule.
type dice struct {
	*rand.Rand
	all, logged []service
}

// schedule is without end, in the order of time, and the same for the same seed.
func schedule(seed uint64, all []service) iter.Seq[event] {
	return func(yield func(event) bool) {
		d := dice{Rand: rand.New(rand.NewPCG(seed, 0)), all: all}
		for _, s := range all {
			if s.logged {
				d.logged = append(d.logged, s)
			}
		}
		var drawn []event // not yet due when the next group begins
		for now := time.Duration(0); ; {
			now += time.Duration(d.ExpFloat64() * float64(meanPause))
			drawn = append(drawn, d.group(now)...)
			slices.SortStableFunc(drawn, func(a, b event) int { return int(a.at - b.at) })
			for len(drawn) > 0 && drawn[0].at <= now {
				if !yield(drawn[0]) {
					return
				}
				drawn = drawn[1:]
			}
		}
	}
}

// group draws what begins at one instant: a letter and perhaps a blow right
// after it, or blows, several at once.
func (d *dice) group(at time.Duration) []event {
	if d.chance(45) {
		e := d.talk(at)
		if !d.chance(50) {
			return []event{e}
		}
		return []event{e, {at: at + d.soon(), do: kill, to: supervisor, name: e.name}}
	}
	n := 1
	if d.chance(30) {
		n = 2 + d.IntN(3)
	}
	var blows []event
	for range n {
		e := d.blow(at)
		blows = append(blows, e)
		if d.chance(25) { // and again, while the next one is about to begin
			again := e
			again.at, again.do = at+d.soon(), kill
			blows = append(blows, again)
		}
	}
	return blows
}

func (d *dice) talk(at time.Duration) event {
	s := d.all[d.IntN(len(d.all))]
	e := event{at: at, do: say, name: s.name, letter: s.letters[d.IntN(len(s.letters))]}
	if d.chance(10) {
		e.do = word
	}
	return e
}

func (d *dice) blow(at time.Duration) event {
	e := event{at: at, do: kill, to: supervisor, name: d.all[d.IntN(len(d.all))].name}
	switch n := d.IntN(100); {
	case n < 7:
		e.to, e.name = scanner, ""
	case n < 27:
		e.to, e.name = logger, d.logged[d.IntN(len(d.logged))].name
	case n < 31:
		e.to, e.name = executor, "dressed-1"
		return e
	}
	switch n := d.IntN(100); {
	case n < 12:
		e.do, e.hold = halt, time.Duration(d.Int64N(int64(maxHold)))
	case n < 24 && e.to != logger:
		e.do = reexec
	}
	return e
}

func (d *dice) chance(percent int) bool { return d.IntN(100) < percent }

// soon is a pause whose logarithm is evenly spread.
func (d *dice) soon() time.Duration {
	return time.Duration(float64(soonest) * math.Pow(float64(latest)/float64(soonest), d.Float64()))
}
