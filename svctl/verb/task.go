package verb

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/wiring"
)

// task is what a verb does to one service, and what came of it.
type task struct {
	svctl.Target
	wait *svctl.Waiting
	err  error
	text string // the line to report, if there is no err
	// why is for whom a service is told that was not named, after are those that
	// are to be done before, and awaited says that it is one of these.
	why     string
	after   []*task
	awaited bool
}

// outcome is a task as JSON shows it.
type outcome struct {
	Name    string      `json:"name"`
	Verb    string      `json:"verb"`
	Exit    int         `json:"exit"`
	Message string      `json:"message"`
	Service *svctl.View `json:"service"`
}

// tasks finds what the names of the call name, each service once. A name that
// is not found is a task with an error.
func (c *call) tasks() ([]*task, error) {
	tree := c.opt.tree()
	if c.opt.all {
		if len(c.args) > 0 {
			return nil, usageError("--all and names exclude each other")
		}
		targets, err := tree.Services()
		if !c.verb.itself {
			targets = slices.DeleteFunc(targets, isBundle) // its members are among them
		}
		return tasksOf(targets), err
	}
	if len(c.args) == 0 {
		return nil, usageError(c.verb.word + " needs a name; --all means every service of the scan directory")
	}
	var all []*task
	seen := map[string]bool{}
	for _, name := range c.args {
		found, err := tree.Find(name)
		if err != nil {
			all = append(all, &task{Target: svctl.Target{Name: name}, err: err})
		}
		for _, t := range c.members(tasksOf(found)) {
			if !seen[t.Dir] {
				all = append(all, t)
			}
			seen[t.Dir] = true
		}
	}
	return all, nil
}

// isBundle says that a name stands for others.
func isBundle(t svctl.Target) bool { return t.Scan != "" && t.Type() == servicedir.TypeBundle }

// members puts its members in the place of each bundle.
func (c *call) members(found []*task) []*task {
	var all []*task
	for _, t := range found {
		if c.verb.itself || !isBundle(t.Target) {
			all = append(all, t)
			continue
		}
		names, err := wiring.Members(t.Target)
		if err != nil {
			t.err = err
			all = append(all, t)
		}
		head := strings.TrimSuffix(t.Name, t.own())
		for _, name := range names {
			one := &task{Target: svctl.Linked(t.Scan, name)}
			if one.Name = head + name; !one.IsThere() {
				one.err = &svctl.Problem{Verb: "find", Object: one.Name, Kind: svctl.ErrNotSupervised,
					Reason: "no such service is linked, though the bundle " + t.own() + " has it"}
			}
			all = append(all, one)
		}
	}
	return all
}

func tasksOf(targets []svctl.Target) []*task {
	all := make([]*task, len(targets))
	for i, t := range targets {
		all[i] = &task{Target: t}
	}
	return all
}

// open are the targets of the tasks that nothing is wrong with so far.
func open(all []*task) []svctl.Target {
	var targets []svctl.Target
	for _, t := range all {
		if t.err == nil {
			targets = append(targets, t.Target)
		}
	}
	return targets
}

// report says what came of each task, one line each, and makes the exit code.
func (c *call) report(all []*task) int {
	code := done
	outcomes := []outcome{}
	for _, t := range all {
		one := codeOf(t.err)
		code = max(code, one)
		if c.opt.json {
			outcomes = append(outcomes, c.outcome(t, one))
			continue
		}
		if t.err != nil {
			c.complain(t.err, len(all) > 1)
		} else if t.text != "" {
			fmt.Fprintln(c.out, t.text)
		}
	}
	if c.opt.json {
		code = max(code, c.writeJSON(outcomes))
	}
	return code
}

func (c *call) outcome(t *task, code int) outcome {
	o := outcome{Name: t.Name, Verb: c.verb.word, Exit: code, Message: t.text}
	if t.err != nil {
		o.Message = t.err.Error()
	}
	if t.Dir != "" {
		s := svctl.Inspect(t.Target)
		s.InspectChanges()
		v := svctl.NewView(&s, time.Now())
		o.Service = &v
	}
	return o
}

func (c *call) writeJSON(v any) int {
	if err := svctl.WriteJSON(c.out, v); err != nil {
		return c.fatal(err)
	}
	return done
}

// late is the error of a goal that was not reached in time.
type late string

func (l late) Error() string { return string(l) }

// codeOf is the exit code for an error.
func codeOf(err error) int {
	var wrong usageError
	var time late
	var end ending
	switch {
	case err == nil:
		return done
	case errors.As(err, &time):
		return timedOut
	case errors.As(err, &end):
		return end.code
	case errors.As(err, &wrong), errors.Is(err, svctl.ErrUsage):
		return wrongUse
	case errors.Is(err, svctl.ErrNotSupervised):
		return notSupervised
	case errors.Is(err, svctl.ErrNo):
		return no
	}
	return failed
}

// complain says what went wrong with one service; others says that svctl goes
// on with others.
func (c *call) complain(err error, others bool) {
	kind := "fatal"
	if others {
		kind = "warning"
	}
	fmt.Fprintln(c.err, "svctl: "+kind+": "+err.Error())
}

// fatal ends the call.
func (c *call) fatal(err error) int {
	var wrong usageError
	if errors.As(err, &wrong) {
		return c.badUsage(err)
	}
	c.complain(err, false)
	return codeOf(err)
}

// badUsage says what is wrong with the call, and how it is right.
func (c *call) badUsage(err error) int {
	usage := Usage
	if c.verb != nil {
		usage = "svctl " + c.verb.word + " " + c.verb.args
	}
	fmt.Fprintln(c.err, "svctl: fatal: "+err.Error()+"\nsvctl: usage: "+usage)
	return wrongUse
}
