package svctl

import (
	"time"

	"github.com/svdir/svdir/supervise/tally"
)

// A logger reads, and stamps, what a service wrote last when that has ended
// already; it gets so long, unless the next run writes by then.
const (
	leastTrail = 10 * time.Millisecond
	mostTrail  = time.Second
)

// LastUnasked is the last end that nobody asked for, and the time at which its
// last lines are certain to be logged.
func LastUnasked(history []tally.Line) (end tally.Line, logged time.Time, found bool) {
	for i := len(history) - 1; i >= 0; i-- {
		l := history[i]
		if l.Kind != "end" || !unasked(l.Cause) {
			continue
		}
		logged = l.At.Add(mostTrail)
		for _, next := range history[i+1:] {
			if next.Kind == "start" && next.At.Before(logged) {
				logged = next.At
			}
		}
		if least := l.At.Add(leastTrail); logged.Before(least) {
			logged = least
		}
		return l, logged, true
	}
	return tally.Line{}, time.Time{}, false
}

// unasked says so of the cause of an end; s6-supervise remembers none.
func unasked(cause string) bool {
	switch cause {
	case "crash", "exit", "unknown", "":
		return true
	}
	return false
}
