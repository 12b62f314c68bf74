package verb

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/plan"
	"github.com/svdir/svdir/svctl/wiring"
	"github.com/svdir/svdir/svscan/graph"
)

// planner makes the steps of a verb for names.
type planner func(g *graph.Graph, names []string, m graph.Mode, look plan.Look) []plan.Step

func setMode(o *options, v string) error {
	m, ok := graph.ParseMode(v)
	if !ok {
		return usageError("--mode is single, before, after or all")
	}
	o.mode = &m
	return nil
}

// mode is how much of the graph the verb is about.
func (c *call) mode() graph.Mode {
	if c.opt.mode != nil {
		return *c.opt.mode
	}
	return c.verb.mode
}

// plan adds to the tasks those of services that are to be told too, and puts all
// in the order in which they are told, as far as somebody waits for another. A
// path stands for itself alone.
func (c *call) plan(named []*task) ([]*task, error) {
	var all []*task
	done := map[*task]bool{}
	for _, t := range named {
		if done[t] || !t.isPlanned() {
			continue
		}
		var group []*task
		for _, other := range named {
			if other.isPlanned() && other.scan() == t.scan() {
				group, done[other] = append(group, other), true
			}
		}
		steps, err := c.steps(group)
		if err != nil {
			return nil, err
		}
		all = append(all, steps...)
	}
	for _, t := range named {
		if !done[t] {
			all = append(all, t)
		}
	}
	return all, nil
}

// isPlanned says that a service stands in a graph.
func (t *task) isPlanned() bool {
	return t.err == nil && t.Scan != "" && !t.Removed && !t.IsLogger() && strings.HasSuffix(t.Name, t.own())
}

// own is the name of a service in its own scan directory, which may be below that
// of the name.
func (t *task) own() string { return filepath.Base(t.Defined) }

func (t *task) scan() [2]string { return [2]string{t.Scan, strings.TrimSuffix(t.Name, t.own())} }

// steps are the tasks of services of one scan directory, with those that come to
// them.
func (c *call) steps(group []*task) ([]*task, error) {
	mode := c.mode()
	if mode == graph.Single && len(group) == 1 {
		return group, nil
	}
	var names []string
	byName := map[string]*task{}
	for _, t := range group {
		names = append(names, t.own())
		byName[t.own()] = t
	}
	place := group[0].scan()
	g, err := wiring.Of(place[0], names, mode)
	if err != nil {
		return nil, err
	}
	steps := c.verb.plan(g, names, mode, func(name string) *needs.Other {
		s := svctl.Read(svctl.Linked(place[0], name))
		return wiring.Other(&s)
	})
	var all []*task
	some := false
	for _, s := range steps {
		if byName[s.Name] == nil {
			t := &task{Target: svctl.Linked(place[0], s.Name), why: s.Why}
			t.Name = place[1] + s.Name
			byName[s.Name] = t
		}
		all = append(all, byName[s.Name])
		some = some || s.Why != "" || len(s.After) > 0
	}
	for _, s := range steps {
		for _, name := range s.After {
			byName[s.Name].after = append(byName[s.Name].after, byName[name])
			byName[name].awaited = true
		}
	}
	if !some {
		return group, nil // nobody minds another: as they were named
	}
	return all, nil
}

// brought are the tasks of services that were not named.
func brought(all []*task) []*task {
	return slices.DeleteFunc(slices.Clone(all), func(t *task) bool { return t.why == "" })
}

// rehearse says for each task what would be sent to it.
func (c *call) rehearse(all []*task) {
	for _, t := range all {
		if t.err == nil {
			t.text = svctl.Show(t.Name) + ": would be sent " + c.lettersFor(t)
			if t.why != "" {
				t.text += ", as " + svctl.Show(t.why)
			}
		}
	}
}

// lettersFor are what a task sends: who was not named is started for good, whatever
// the verb.
func (c *call) lettersFor(t *task) string {
	switch {
	case t.why != "" && c.verb.starts:
		return string(rune(command.Up))
	case c.opt.group:
		return c.verb.group
	case c.opt.whole:
		return c.verb.whole
	}
	return c.verb.letters
}

// hearing is how long a service is given to hear that it is to come up, before
// those are told that wait for it.
const hearing = time.Second

// tellStarts tells all tasks to come up. Who waits for another looks at once at what
// that is: one that is not wanted is not waited for by those that only want it, and
// one that gave up makes others give up. So they are told when that has heard.
func (c *call) tellStarts(all []*task) error {
	heard := map[*task]*svctl.Waiting{}
	var waits []*svctl.Waiting
	for _, t := range all {
		if t.err != nil || !t.awaited {
			continue
		}
		switch r := &t.wait.Before; {
		case r.Want == status.WantDown, r.State == status.Failed, r.State == status.Exited:
			heard[t] = &svctl.Waiting{Target: t.Target, Goal: svctl.Changed}
			waits = append(waits, heard[t])
		}
	}
	if waits == nil {
		c.tell(all)
		return nil
	}
	watch, err := svctl.NewWatch(waits)
	if err != nil {
		return err
	}
	defer watch.Close()
	deaf := func(t *task) bool { return t.err == nil && heard[t] != nil && heard[t].Verdict == svctl.NotYet }
	for deadline := time.Now().Add(hearing); ; {
		var later []*task
		late := !time.Now().Before(deadline)
		for _, t := range all {
			if !late && slices.ContainsFunc(t.after, deaf) {
				later = append(later, t)
			} else {
				c.tell([]*task{t})
			}
		}
		if all = later; all == nil {
			return nil
		}
		if err := watch.Wait(true, deadline); err != nil {
			return err
		}
	}
}

// tellInTurn tells each service to end when those have ended that are to end before
// it.
func (c *call) tellInTurn(watch *svctl.Watch, all []*task, deadline time.Time) error {
	told := map[*task]bool{}
	for {
		open := 0
		for _, t := range all {
			if t.err != nil || told[t] {
				continue
			}
			switch blocked := t.blocker(); {
			case blocked == nil:
				told[t] = true
				t.err = c.send(t)
			case blocked.failed():
				t.fail(&svctl.Problem{Verb: c.verb.word, Object: t.Name, Kind: svctl.ErrNo,
					Reason: "there is no way to end " + svctl.Show(blocked.Name) + " before"})
			default:
				open++
			}
		}
		late := !deadline.IsZero() && !time.Now().Before(deadline)
		if open == 0 || late {
			break
		}
		if err := watch.Wait(true, deadline); err != nil {
			return err
		}
	}
	for _, t := range all {
		if t.err == nil && !told[t] {
			t.err = tooLateFor(t)
		}
	}
	return nil
}

// blocker is a task that is to be done before this one and is not, nil if there is
// none.
func (t *task) blocker() *task {
	var blocker *task
	for _, a := range t.after {
		if a.failed() {
			return a
		}
		if a.wait.Verdict != svctl.Reached {
			blocker = a
		}
	}
	return blocker
}

func (t *task) failed() bool { return t.err != nil || t.wait.Verdict == svctl.Never }

// fail ends a task that cannot be done.
func (t *task) fail(err error) { t.err, t.wait.Verdict = err, svctl.Never }

func tooLateFor(t *task) error {
	blocked := t.blocker()
	for seen := map[*task]bool{}; blocked.blocker() != nil && !seen[blocked]; blocked = blocked.blocker() {
		seen[blocked] = true // a graph that changes may have a circle
	}
	now := blocked.wait.Now.Line(time.Now())
	return late("timed out before " + svctl.Show(t.Name) + " was told: " + now + ", and is to end before")
}

// longest is what the services allow for their ends, one after the other where they
// wait for each other.
func longest(all []*task) time.Duration {
	sums := map[*task]time.Duration{}
	var most time.Duration
	for _, t := range all { // those before it come before
		if t.err != nil {
			continue
		}
		for _, a := range t.after {
			sums[t] = max(sums[t], sums[a])
		}
		sums[t] += svctl.Limit(t.Target)
		most = max(most, sums[t])
	}
	return most
}
