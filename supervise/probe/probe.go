// Package probe decides, purely, when a service is looked at from outside, and
// what its answers mean: it is good after so many good answers in a row, and bad
// after so many bad ones. Data in, decisions out: it has no clock, and starts
// nothing.
package probe

import "time"

// Plan is how often somebody looks, and what it takes to change his mind.
type Plan struct {
	Delay   time.Duration // from the start of the service to the first probe
	Period  time.Duration // from probe to probe
	Eager   time.Duration // the same while it is not good, where that is shorter
	Grows   bool          // while it is not good: from Eager to Period, as long as it has been so
	Timeout time.Duration // of one probe
	Success int           // good answers in a row that make it good
	Failure int           // bad ones that make it bad
}

// Never is when nothing is due.
const Never = time.Duration(-1)

// Verdict is what an answer has changed.
type Verdict uint8

const (
	Same Verdict = iota
	Good         // it is good from now on
	Bad          // it is bad from now on
)

// Track is what is known of one service.
type Track struct {
	Good bool
	// Busy: a probe runs. Due is when it takes too long, else when the next one is to
	// begin, Never if nothing is due.
	Busy bool
	Due  time.Duration

	streak int           // answers in a row that speak against Good
	begun  time.Duration // the last probe
	since  time.Duration // the first could have been
}

// Begin is the start of the service, or when somebody begins to look at it.
func (t *Track) Begin(p *Plan, good bool, now time.Duration) {
	*t = Track{Good: good, Due: now + p.Delay, since: now}
}

// Started is the start of a probe.
func (t *Track) Started(p *Plan, now time.Duration) {
	t.Busy, t.begun, t.Due = true, now, now+p.Timeout
}

// Expired is a probe that takes too long: it is being killed, and its end is due
// at no certain time.
func (t *Track) Expired() { t.Due = Never }

// Answered is the end of a probe, and its answer.
func (t *Track) Answered(p *Plan, good bool, now time.Duration) Verdict {
	enough := p.Success
	if t.Good {
		enough = p.Failure
	}
	verdict := Same
	if t.streak++; good == t.Good {
		t.streak = 0
	} else if t.streak >= enough {
		t.Good, t.streak, verdict = good, 0, Bad
		if good {
			verdict = Good
		}
	}
	t.Silent(p, now)
	return verdict
}

// Silent is the end of a probe that has said nothing.
func (t *Track) Silent(p *Plan, now time.Duration) {
	period := p.Period
	switch {
	case t.Good:
	case p.Grows:
		period = min(period, max(p.Eager, now-t.since))
	default:
		period = min(period, p.Eager)
	}
	t.Busy, t.Due = false, max(t.begun+period, now)
}
