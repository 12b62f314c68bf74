package verb

import (
	"errors"
	"path/filepath"
	"time"

	"github.com/svdir/svdir/svctl"
)

// edit is enable and disable.
func edit(c *call) int {
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	change := svctl.Enable
	if c.verb.word == "disable" {
		change = svctl.Disable
	}
	for _, t := range all {
		if t.err == nil {
			t.err = change(t.Target)
			t.text = svctl.Show(t.Name) + ": " + c.verb.word + "d"
		}
	}
	return c.report(all)
}

// link puts a service directory into the scan directory.
func link(c *call) int {
	if len(c.args) < 1 || len(c.args) > 2 {
		return c.badUsage(usageError("link needs a service directory, and perhaps a name"))
	}
	dir := c.args[0]
	name := filepath.Base(filepath.Clean(dir))
	if len(c.args) == 2 {
		name = c.args[1]
	}
	return c.linkIn(dir, name)
}

// linkIn links a directory and waits until it is supervised.
func (c *call) linkIn(dir, name string) int {
	scan, err := c.opt.tree().Dir()
	if err != nil {
		return c.fatal(err)
	}
	t, err := svctl.Link(scan, dir, name)
	if err != nil {
		return c.fatal(err)
	}
	return c.report([]*task{c.arrive(t)})
}

// arrive waits until a service that was put into the scan directory has a
// supervisor.
func (c *call) arrive(t svctl.Target) *task {
	one := &task{Target: t, text: svctl.Show(t.Name) + ": linked"}
	if c.opt.noWait {
		return one
	}
	deadline := time.Now().Add(arrival)
	if c.opt.timeoutSet {
		deadline = c.opt.limit(nil)
	}
	if one.err = svctl.Arrive([]svctl.Target{t}, deadline); one.err != nil {
		return one
	}
	if one.err = svctl.Supervised("start", t); one.err == nil {
		s := svctl.Read(t)
		one.text = s.Line(time.Now())
	}
	return one
}

// unlink takes services out of the scan directory, and waits until nothing of
// them runs.
func unlink(c *call) int {
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	var waits []*svctl.Waiting
	var leaving []svctl.Target
	for _, t := range all {
		if t.err != nil {
			continue
		}
		t.Target, t.err = svctl.Unlink(t.Target)
		if t.err == nil {
			leaving = append(leaving, halves(t.Target)...)
			t.err = svctl.Dismiss(t.Target)
			t.text = svctl.Show(t.Name) + ": unlinked"
		}
	}
	if !c.opt.noWait {
		for _, t := range leaving {
			waits = append(waits, &svctl.Waiting{Target: t, Goal: svctl.Gone})
		}
	}
	if err := c.awaitGone(waits, leaving); err != nil {
		return c.fatal(err)
	}
	for _, t := range all {
		for _, w := range waits {
			if t.err == nil && w.Verdict != svctl.Reached && (w.Dir == t.Dir || filepath.Dir(w.Dir) == t.Dir) {
				t.err = w.Err
				if w.Err == nil {
					t.err = tooLate(w, time.Now())
				}
			}
		}
		if t.err == nil && c.opt.purge {
			t.err = svctl.Purge(t.Target)
		}
	}
	return c.report(all)
}

func (c *call) awaitGone(waits []*svctl.Waiting, targets []svctl.Target) error {
	watch, err := svctl.NewWatch(waits)
	if err != nil {
		return err
	}
	defer watch.Close()
	return watch.Wait(false, c.opt.limit(targets))
}

// halves are a service and its logger.
func halves(t svctl.Target) []svctl.Target {
	if log, ok := t.Log(); ok {
		return []svctl.Target{t, log}
	}
	return []svctl.Target{t}
}

// create is new.
func create(c *call) int {
	if len(c.args) != 1 || len(c.command) == 0 {
		return c.badUsage(usageError("new needs one name, then -- and a command"))
	}
	name := c.args[0]
	changes, err := parseChanges(c.opt.settings)
	if err != nil {
		return c.fatal(err)
	}
	definition := svctl.Definition{Argv: c.command, Logged: c.opt.logged, Changes: changes}
	scan, err := c.opt.tree().Dir()
	if err != nil {
		return c.fatal(err)
	}
	t := svctl.Linked(scan, name)
	if c.opt.newDir == "" {
		if err := svctl.Create(t, definition); err != nil {
			return c.fatal(err)
		}
		return c.report([]*task{c.arrive(t)})
	}
	// The name must be free before anything is made elsewhere.
	if found, err := c.opt.tree().Find(name); err == nil && len(found) > 0 {
		return c.fatal(&svctl.Problem{Verb: "make", Object: name, Reason: found[0].Defined + " exists", Kind: svctl.ErrUsage})
	} else if err != nil && !errors.Is(err, svctl.ErrNotSupervised) {
		return c.fatal(err)
	}
	t.Defined = filepath.Clean(c.opt.newDir)
	if err := svctl.Create(t, definition); err != nil {
		return c.fatal(err)
	}
	return c.linkIn(t.Defined, name)
}
