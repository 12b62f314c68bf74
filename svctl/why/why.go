// Package why says in a few sentences why a service is what it is: what it waits
// for, down to what keeps that from coming, when it is tried again and why, how it
// ended before, who wants it, and what is wrong with its logger. The text is a pure
// function of a Case; Look finds out what that is.
package why

import (
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/supervise/tally"
	"github.com/svdir/svdir/svctl"
)

// Case is what is known of one service.
type Case struct {
	svctl.Service
	// Absence is why nobody supervises it, where nobody does.
	Absence string
	// Needs are what it needs, where that is not met.
	Needs []Need
	// Users are those wanted up that need it, or want it.
	Users []User
	// History is what happened to it, oldest first.
	History []tally.Line
	// Stopped is when the stop began that goes on, Kill when KILL comes; Killed: it
	// has come. Each is zero where it is not known, or there is none.
	Stopped, Kill time.Time
	Killed        bool
	// Young says that it starts, and counts as up when it has lived for a while.
	Young bool
	// Held says which address that it asks for is in use by whom, Unheard at which port
	// it is to listen, to be ready, and does not yet.
	Held, Unheard []string
	// Limited says that timeout-kill is set.
	Limited bool
	// Logger is its logger, nil if it has none.
	Logger *Case
}

// Need is something that a service needs and has not.
type Need struct {
	needs.Need
	Never bool
	// Other is the service that is needed, nil where there is none.
	Other *Case
}

// User is who needs a service.
type User struct {
	Name     string
	Strength needs.Strength
}

// Text is the explanation, one sentence each.
func Text(c *Case, now time.Time) []string {
	e := &explainer{now: now, seen: map[string]bool{}}
	all := []string{name(c) + " " + e.predicate(c) + "."}
	add := func(text string) {
		if text != "" {
			all = append(all, text+".")
		}
	}
	add(e.asked(c))
	add(e.wanted(c))
	add(e.changed(c))
	add(e.leftover(c))
	for _, text := range c.Held {
		add(upper(svctl.Show(text)))
	}
	add(e.deaths(c))
	add(e.advice(c))
	if log := c.Logger; log != nil && !isWell(log) {
		add("Its logger " + e.predicate(log))
	}
	return all
}

func name(c *Case) string { return svctl.Show(c.Name) }

// isWell says that a logger needs no word.
func isWell(c *Case) bool {
	switch c.State {
	case status.Up, status.Starting, status.Down, status.Stopping, status.Finishing:
		return c.Err == nil && c.Supervised && (c.State != status.Down || c.Want == status.WantDown)
	}
	return false
}

// asked is what was asked of the service beside what it is.
func (e *explainer) asked(c *Case) string {
	if c.Err != nil || !c.Supervised {
		return ""
	}
	var all []string
	if c.Removed {
		all = append(all, "it was taken out of the scan directory")
	}
	if c.Leaving {
		all = append(all, "its supervisor leaves when it has ended")
	}
	if c.GotTerm && c.PID != 0 && c.State != status.Stopping {
		all = append(all, "it was sent TERM")
	}
	if c.Paused && c.State != status.Paused {
		all = append(all, "it is paused")
	}
	return upper(strings.Join(all, "; "))
}

// wanted is who wants the service, and what.
func (e *explainer) wanted(c *Case) string {
	if c.Err != nil || !c.Supervised {
		return ""
	}
	var all []string
	switch {
	case c.Want == status.WantOnce:
		all = append(all, "it is wanted up once")
	case c.Want == status.WantUp:
		all = append(all, "it is wanted up")
	case c.State != status.Down: // that it is down says it
		all = append(all, "it is wanted down")
	}
	for _, strength := range []needs.Strength{needs.Hard, needs.Soft} {
		var users []string
		for _, u := range c.Users {
			if u.Strength == strength {
				users = append(users, svctl.Show(u.Name))
			}
		}
		verb := strength.String()
		if len(users) > 1 {
			verb = strings.TrimSuffix(verb, "s")
		}
		if users != nil {
			all = append(all, join(users)+" "+verb+" it")
		}
	}
	if !c.Enabled && c.Want != status.WantDown {
		all = append(all, "a file down keeps it from starting with its supervisor")
	}
	return upper(strings.Join(all, "; "))
}

// changed is which files the service does not know yet.
func (e *explainer) changed(c *Case) string {
	var files []string
	for _, file := range c.Changed {
		files = append(files, svctl.Show(file))
	}
	switch len(files) {
	case 0:
		return ""
	case 1:
		return files[0] + " was changed since it started: svctl restart " + name(c) + " takes it on"
	}
	return join(files) + " were changed since it started: svctl restart " + name(c) + " takes them on"
}

func (e *explainer) leftover(c *Case) string {
	switch {
	case c.Leftovers == 0:
		return ""
	case c.Leftovers == 1:
		return "A process of it is left"
	}
	return count(c.Leftovers) + " processes of it are left"
}

// advice is what to do, where that is not plain.
func (e *explainer) advice(c *Case) string {
	switch {
	case c.Err != nil || !c.Supervised || c.IsLogger():
	case c.State == status.Failed && len(c.Needs) == 0:
		return "svctl up " + name(c) + " starts it again"
	case c.State == status.Down && c.Want == status.WantDown && c.Users == nil:
		return "svctl up " + name(c) + " starts it"
	case c.State == status.Down && c.Want == status.WantDown:
		return "svctl up " + name(c) + " starts it, and those that wait for it follow"
	case c.State == status.Paused:
		return "svctl cont " + name(c) + " lets it go on"
	case c.State == status.Stopping && c.Kill.IsZero() && !c.Killed:
		return "svctl kill " + name(c) + " ends it at once"
	}
	return ""
}

// join makes one phrase of several: a, b and c.
func join(all []string) string {
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	last := len(all) - 1
	return strings.Join(all[:last], ", ") + " and " + all[last]
}

// upper begins a sentence with what is no name.
func upper(text string) string {
	for _, word := range []string{"it ", "its ", "a file ", "port "} {
		if strings.HasPrefix(text, word) {
			return strings.ToUpper(text[:1]) + text[1:]
		}
	}
	return text
}
