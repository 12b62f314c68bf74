package needs

import (
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// Other is what is known of the service that is needed.
type Other struct {
	// Supervised says that somebody looks after it. Where nobody does, Record says
	// nothing.
	Supervised bool
	Oneshot    bool
	Record     status.Record
	// Success says that how its last run ended was a success.
	Success bool
}

// Answer is whether a need is met.
type Answer uint8

const (
	Met Answer = iota
	NotYet
	Never // as things are; it may be met again
)

// Judge says whether a need is met by what the other service is, and if not,
// why, for people.
func Judge(n *Need, o *Other) (Answer, string) {
	if n.Trouble != "" {
		return n.unmet(n.Trouble)
	}
	if !o.Supervised {
		return NotYet, n.Name + " is not supervised"
	}
	r := &o.Record
	if r.State == status.Skipped {
		return Met, "" // as if it were not there
	}
	if n.Strength != Hard && r.Want == status.WantDown && !r.State.HasProcess() {
		return Met, "" // nobody wants it to come
	}
	kind := n.Kind
	if kind == Usual {
		if kind = Ready; o.Oneshot {
			kind = Succeeded
		}
	}
	ended := r.State == status.Exited || r.State == status.Failed || o.Oneshot && r.State == status.Up
	switch {
	case (kind == Started || kind == Ready) && r.Listens():
		return Met, "" // who connects starts it
	case kind == Started && (r.State == status.Up || r.State == status.Paused || r.State == status.Starting && r.PID != 0):
		return Met, ""
	case kind == Ready && (r.State == status.Up && !r.Lost || r.State == status.Paused && r.Ready):
		return Met, ""
	case kind == Completed && ended:
		return Met, ""
	case kind == Succeeded && ended && r.State != status.Failed && (o.Success || r.State == status.Up):
		return Met, ""
	case r.State == status.Failed, kind == Succeeded && ended, kind != Completed && r.State == status.Exited:
		return n.unmet(fate(r.State))
	}
	if r.Lost {
		return NotYet, n.Name + " is not ready any more"
	}
	return NotYet, n.Name + " is " + r.State.String()
}

// After says what a service does by now that runs since then, and has started after
// the other.
func After(n *Need, o *Other, since time.Time) Follow {
	answer, _ := Judge(n, o)
	begun := o.Record.State.HasProcess() && o.Record.Since.After(since)
	switch {
	case n.Follow == Stop && (answer != Met || begun):
		return Stop
	case (n.Follow == Restart || n.Follow == Reload) && answer == Met && begun:
		return n.Follow
	}
	return Stay
}

func fate(s status.State) string {
	if s == status.Failed {
		return "has failed"
	}
	return "has ended"
}

// unmet is for what will not come by itself: who only wants it goes on.
func (n *Need) unmet(why string) (Answer, string) {
	if n.Strength != Hard {
		return Met, ""
	}
	return Never, n.Name + " " + why
}
