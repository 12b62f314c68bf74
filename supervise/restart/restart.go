// Package restart decides whether a service that has ended is started again,
// and when: its rule is what set/ says, its past how it fared so far. Pure: time
// and chance are given to it.
//
// The rule reads from the general to the particular. set/restart says after
// which ends it is started again, success-exit which ends are a success, on-exit
// what one end alone is answered with, restart-limit when it is given up,
// restart-delay how long it waits. See svset(5).
package restart

import (
	"strconv"
	"syscall"
	"time"
)

// When says after which ends a service is started again.
type When uint8

const (
	Always When = iota
	OnFailure
	Never
)

var whenWords = [...]string{"always", "on-failure", "never"}

// String is the word for it.
func (w When) String() string { return whenWords[w] }

// Limit is how many restarts there may be within a time. A Count of 0 is no
// limit.
type Limit struct {
	Count  int
	Window time.Duration
}

// MaxCount bounds Limit.Count: so many restarts are remembered.
const MaxCount = 100

// Delay is the pause before a restart: Min after the first death, Factor times
// as long after each that follows, at most Max. Chance moves it by up to Jitter
// percent in both directions. The zero Delay is that of the field: a second
// since the last start.
type Delay struct {
	Min, Max time.Duration
	Factor   int
	Jitter   int
}

// Rule is all that decides.
type Rule struct {
	When    When
	Limit   Limit
	Delay   Delay
	Success Success
	// MinUptime is how long a run must live to count as a good one.
	MinUptime time.Duration
	// Answer is what on-exit says of the end that is looked at.
	Answer Answer
}

// End is how a run ended.
type End struct {
	Started, Ended time.Duration // monotonic
	Code           int           // -1 if a signal ended it, or nobody knows
	Signal         syscall.Signal
	// Asked: somebody sent a signal, so that it is no failure.
	Asked bool
	// Fault is why we ended it ourselves, as timeout-up: that is a failure
	// whatever it answered. Empty if we did not.
	Fault string
}

// fails says that an end is a failure.
func (r *Rule) fails(e *End) bool {
	return e.Fault != "" || !e.Asked && !r.Success.Has(e.Code, e.Signal)
}

// Past is how a service fared since somebody asked for its start.
type Past struct {
	// Restarts are the times of the last ones, the oldest first, where there is a
	// limit.
	Restarts []time.Duration
	// Bad counts the runs in a row that did not live for long, Pause is what was
	// waited after the last of them.
	Bad   int
	Pause time.Duration
}

// Verdict is what becomes of a service that has ended.
type Verdict struct {
	// Again: it is started at At. Else it stays down: Failed, for the reason Why,
	// or because it has done what it was to do.
	Again  bool
	At     time.Duration
	Failed bool
	Why    string
}

// startPause is the least time between two starts where nobody has said
// another.
const startPause = time.Second

// Next is what follows an end, at now, which is not before it. chance is any
// number: equal ones are moved by the same jitter.
func (p *Past) Next(r *Rule, e *End, now time.Duration, chance uint32) Verdict {
	failed := r.fails(e)
	switch r.Answer.Do {
	case Stop:
		return Verdict{}
	case Fail:
		return Verdict{Failed: true, Why: e.words() + " (set/on-exit)"}
	case Usual:
		switch {
		case r.When == Never && failed:
			return Verdict{Failed: true, Why: e.words() + " (set/restart is never)"}
		case r.When == Never, r.When == OnFailure && !failed && !e.Asked:
			return Verdict{}
		}
	}
	if e.Asked && e.Fault == "" {
		return Verdict{Again: true, At: max(now, e.Started+startPause)}
	}
	if !p.spend(r.Limit, now) {
		return Verdict{Failed: true, Why: r.Limit.words() + ", the last time after " + e.words() + " (set/restart-limit)"}
	}
	return Verdict{Again: true, At: max(now, p.wait(r, e, chance))}
}

// spend takes one restart out of the budget, false if it is empty.
func (p *Past) spend(l Limit, now time.Duration) bool {
	if l.Count == 0 {
		p.Restarts = nil
		return true
	}
	kept := p.Restarts[:0]
	for _, at := range p.Restarts {
		if at > now-l.Window {
			kept = append(kept, at)
		}
	}
	if p.Restarts = kept; len(kept) >= l.Count {
		return false
	}
	p.Restarts = append(p.Restarts, now)
	return true
}

// wait is when the pause after this end is over. A run that was good is followed
// at once by the next, unless chance is to keep apart those who end together.
func (p *Past) wait(r *Rule, e *End, chance uint32) time.Duration {
	d := r.Delay
	least := d.Min
	if d == (Delay{}) {
		least = startPause
	}
	good := e.Ended-e.Started >= max(r.MinUptime, p.Pause, least)
	if p.Bad++; good {
		p.Bad, p.Pause = 0, 0
	}
	switch {
	case r.Answer.Delay > 0:
		return e.Ended + r.Answer.Delay
	case d == (Delay{}):
		return e.Started + startPause
	case good && d.Jitter == 0:
		return e.Ended
	}
	p.Pause = d.Min
	for i := 1; i < p.Bad && p.Pause < d.Max; i++ {
		p.Pause = min(p.Pause*time.Duration(d.Factor), d.Max)
	}
	return e.Ended + d.jitter(p.Pause, chance)
}

// jitter moves a pause by chance.
func (d *Delay) jitter(pause time.Duration, chance uint32) time.Duration {
	const whole = 1 << 16
	span := pause * time.Duration(d.Jitter) / 100 // to each side
	return pause - span + 2*span*time.Duration(chance%whole)/(whole-1)
}

// words are how it ended, for a reason.
func (e *End) words() string {
	switch {
	case e.Fault != "":
		return e.Fault
	case e.Signal != 0:
		return "signal " + strconv.Itoa(int(e.Signal))
	case e.Code < 0:
		return "an unknown end"
	}
	return "exit code " + strconv.Itoa(e.Code)
}

func (l *Limit) words() string {
	if l.Count == 1 {
		return "restarted once within " + l.Window.String()
	}
	return "restarted " + strconv.Itoa(l.Count) + " times within " + l.Window.String()
}
