package why

import (
	"bytes"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/wiring"
	"github.com/svdir/svdir/svscan/graph"
)

// Look finds out what is the case with a service, and with all that it waits for.
func Look(t svctl.Target) (*Case, error) {
	c := look(t)
	c.Service = svctl.Inspect(t)
	c.Service.InspectChanges()
	c.History, _ = svctl.History(t) // other supervisors keep none
	if c.Service.Logger != nil {
		log, _ := t.Log()
		c.Logger = look(log)
	}
	c.addresses()
	own := filepath.Base(t.Defined)
	if t.Scan == "" || t.Removed || t.IsLogger() || filepath.Base(t.Name) != own {
		return c, nil
	}
	g, err := wiring.Whole(t.Scan)
	if err != nil {
		return nil, err
	}
	f := &finder{scan: t.Scan, graph: g, known: map[string]*Case{own: c}}
	f.needs(c, own)
	f.users(c, own)
	return c, nil
}

// look is what is known of a service from its own files.
func look(t svctl.Target) *Case {
	c := &Case{Service: svctl.Read(t)}
	c.Enabled = true // who only has a part in the story
	var p *svctl.Problem
	if err := svctl.Supervised("ask", t); errors.As(err, &p) && errors.Is(err, svctl.ErrNotSupervised) && p.Reason != "not supervised" {
		c.Absence = p.Reason
	}
	words := c.Machine
	limit, limited := number(words, "limit")
	c.Limited = limited || c.Layout != status.Hybrid // others do not say
	c.Young = has(words, "young")
	if c.State != status.Stopping {
		return c
	}
	c.Killed = has(words, "killed")
	if at, ok := number(words, "deadline"); ok && !c.Killed {
		c.Kill = wall(at)
		if limited {
			c.Stopped = c.Kill.Add(-limit)
		}
	}
	return c
}

// addresses finds who is in the way of it at the addresses that it asks for, or where it
// does not listen yet.
func (c *Case) addresses() {
	switch {
	case c.Err != nil || !c.Supervised:
		return
	case c.State == status.Starting:
		c.Unheard = svctl.Unheard(c.Target)
	}
	if c.PID != 0 {
		return
	}
	idle := c.State == status.Down && c.Want == status.WantDown
	for _, h := range svctl.Holders(c.Target) {
		known := h.PID != 0 && strings.Contains(c.Reason, h.String())
		if !known && (!idle || h.IsOf(c.Target)) {
			c.Held = append(c.Held, h.Says(c.Target))
		}
	}
}

// finder looks for the services of one scan directory, each once.
type finder struct {
	scan  string
	graph *graph.Graph
	known map[string]*Case
}

func (f *finder) find(name string) *Case {
	c := f.known[name]
	if c == nil {
		c = look(svctl.Linked(f.scan, name))
		f.known[name] = c
		f.needs(c, name)
	}
	return c
}

// needs finds what a service that waits, or has failed for want of something, does
// not have.
func (f *finder) needs(c *Case, name string) {
	if c.Err != nil || !c.Supervised || !has(c.Machine, "lacks") {
		return
	}
	for _, n := range f.graph.Needs(name) {
		one := Need{Need: n}
		other := &needs.Other{}
		if n.Trouble == "" {
			one.Other = f.find(n.Name)
			other = wiring.Other(&one.Other.Service)
		}
		answer, _ := needs.Judge(&n, other)
		one.Never = answer == needs.Never
		if answer != needs.Met {
			c.Needs = append(c.Needs, one)
		}
	}
}

// users finds who needs or wants it, and is wanted up.
func (f *finder) users(c *Case, own string) {
	for _, name := range f.graph.Names() {
		for _, n := range f.graph.Needs(name) {
			if n.Name != own || n.Trouble != "" || n.Strength == needs.Order {
				continue
			}
			if s := svctl.Read(svctl.Linked(f.scan, name)); s.Supervised && s.Want != status.WantDown {
				c.Users = append(c.Users, User{name, n.Strength})
			}
			break
		}
	}
}

// Of the words that the machine of a supervise remembers, these matter here.

func has(words []byte, word string) bool {
	for w := range bytes.FieldsSeq(words) {
		if string(w) == word {
			return true
		}
	}
	return false
}

func number(words []byte, name string) (time.Duration, bool) {
	for w := range bytes.FieldsSeq(words) {
		if value, ok := strings.CutPrefix(string(w), name+"="); ok {
			n, err := strconv.ParseInt(value, 10, 64)
			return time.Duration(n) * time.Millisecond, err == nil
		}
	}
	return 0, false
}

// wall is a moment of the clock of the machine, since boot, as one of the wall.
func wall(at time.Duration) time.Time {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		return time.Time{}
	}
	return time.Now().Add(at - time.Duration(ts.Nano()))
}
