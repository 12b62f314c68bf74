package verb

import (
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/why"
)

// control sends the letters of a verb to all services, then waits for all of
// them together.
func control(c *call) int {
	if c.opt.group && c.verb.group == "" {
		return c.badUsage(usageError("no letter of a control FIFO does " + c.verb.word + " to a process group: kill, pause and cont have one"))
	}
	all, err := c.order()
	if err != nil {
		return c.fatal(err)
	}
	return c.report(all)
}

// order is control without the report.
func (c *call) order() ([]*task, error) {
	all, err := c.tasks()
	if err == nil && !c.opt.dryRun {
		err = svctl.Arrive(open(all), time.Now().Add(arrival)) // what it needs is known by then
	}
	if err == nil && c.verb.plan != nil {
		all, err = c.plan(all)
	}
	if err != nil {
		return nil, err
	}
	if c.opt.dryRun {
		c.rehearse(all)
		return all, nil
	}
	if err := svctl.Arrive(open(brought(all)), time.Now().Add(arrival)); err != nil {
		return nil, err
	}
	goal := c.goal()
	if goal == nil {
		return all, c.sendAll(all)
	}
	watch, err := watchAll(all, goal)
	if err != nil {
		return nil, err
	}
	defer watch.Close()
	var deadline time.Time
	if c.verb.starts {
		deadline = c.opt.limit(open(all))
		err = c.tellStarts(all)
	} else {
		deadline = c.opt.limitOf(longest(all))
		err = c.tellInTurn(watch, all, deadline)
	}
	if err != nil {
		return nil, err
	}
	return all, c.awaitUntil(watch, all, false, deadline)
}

// sendAll waits for nothing, so it does not watch either: the kernel takes
// milliseconds to end a watch.
func (c *call) sendAll(all []*task) error {
	for _, t := range all {
		if t.err == nil {
			t.wait = &svctl.Waiting{Before: svctl.Read(t.Target)}
		}
	}
	if c.verb.starts {
		return c.tellStarts(all)
	}
	c.tell(all)
	return nil
}

// tell sends the letters of the verb to all services.
func (c *call) tell(all []*task) {
	for _, t := range all {
		if t.err == nil {
			t.err = c.send(t)
		}
	}
}

// goal is what is waited for, nil for nothing.
func (c *call) goal() *svctl.Goal {
	switch {
	case c.opt.noWait, c.opt.cancel:
		return nil
	case c.opt.goal != nil:
		return c.opt.goal
	}
	return c.verb.goal
}

// watchAll begins to watch the services, so that nothing that the letters do
// is missed.
//
// What was not named is started for others: whether that helped shows there.
func watchAll(all []*task, goal *svctl.Goal) (*svctl.Watch, error) {
	var waits []*svctl.Waiting
	for _, t := range all {
		if t.err == nil {
			t.wait = &svctl.Waiting{Target: t.Target, Goal: goal}
			if t.why != "" && !goal.IsEnd() {
				t.wait.Goal = svctl.Anything
			}
			waits = append(waits, t.wait)
		}
	}
	return svctl.NewWatch(waits)
}

// send sends the letters of the verb to one service, unless they would be for
// nothing.
func (c *call) send(t *task) error {
	s := &t.wait.Before
	letters := c.lettersFor(t)
	refuse := func(reason string, kind error) error {
		t.wait.Verdict = svctl.Never
		return &svctl.Problem{Verb: c.doing(), Object: t.Name, Reason: reason, Kind: kind}
	}
	switch known := s.Err == nil && s.Supervised; {
	case c.verb.starts && t.Removed:
		return refuse("it is being removed", svctl.ErrNo)
	case known && c.verb.signal && !s.Running() && !c.endsFinish(s):
		return refuse("no process of it runs ("+s.State.String()+")", svctl.ErrNotSupervised)
	case known && c.verb.word == "reload" && s.Layout != status.Hybrid:
		letters = string(rune(command.Hup)) // what reload means where it is no letter
	case known && c.opt.later && !c.opt.cancel && s.Running() && s.State != status.Stopping:
		return refuse("it is up already", svctl.ErrNo)
	case known && !s.Understands(command.Letter(letters[0])):
		return refuse("its supervisor does not know the letter "+letters+", which is "+c.verb.word, svctl.ErrNo)
	}
	if c.opt.later && c.verb.starts {
		err := c.sendLater(t)
		if err != nil {
			t.wait.Verdict = svctl.Never
		}
		return err
	}
	t.wait.Asked = true
	err := svctl.Send(t.Target, toLetters(letters))
	if err != nil {
		t.wait.Verdict = svctl.Never
		return err
	}
	t.text = svctl.Show(t.Name) + ": sent " + letters
	return nil
}

// endsFinish: our supervise kills a finish script too.
func (c *call) endsFinish(s *svctl.Service) bool {
	return c.verb.word == "kill" && s.State == status.Finishing && s.Layout == status.Hybrid
}

// doing is the verb as it stands in a sentence.
func (c *call) doing() string {
	if c.verb.signal {
		return "signal"
	}
	return c.verb.word
}

func toLetters(s string) []command.Letter {
	all := make([]command.Letter, len(s))
	for i := range all {
		all[i] = command.Letter(s[i])
	}
	return all
}

// await waits for the goals of all tasks, and fills in what came of them.
func (c *call) await(watch *svctl.Watch, all []*task, first bool) error {
	return c.awaitUntil(watch, all, first, c.opt.limit(open(all)))
}

func (c *call) awaitUntil(watch *svctl.Watch, all []*task, first bool, deadline time.Time) error {
	if err := watch.Wait(first, deadline); err != nil {
		return err
	}
	if c.verb.goal == svctl.Stopped {
		c.release(all, deadline)
	}
	now := time.Now()
	reached := false
	for _, t := range all {
		reached = reached || t.wait != nil && t.wait.Verdict == svctl.Reached
	}
	for _, t := range all {
		if t.err != nil {
			continue
		}
		t.text = ""
		switch t.wait.Verdict {
		case svctl.Reached:
			if t.wait.Goal == svctl.Anything {
				t.wait.Now = svctl.Read(t.Target)
			}
			t.text = t.wait.Now.Line(now)
		case svctl.Never:
			t.err = gaveUp(t.wait, now)
		case svctl.NotYet:
			if !first || !reached {
				t.err = tooLate(t.wait, now)
			}
		}
	}
	return nil
}

// gaveUp says why the goal of a service cannot be reached.
func gaveUp(w *svctl.Waiting, now time.Time) error {
	if w.Err != nil {
		return w.Err
	}
	line := strings.TrimPrefix(w.Now.Line(now), svctl.Show(w.Name)+": ")
	return &svctl.Problem{Verb: "get", Object: w.Name + " " + w.Goal.Word, Kind: svctl.ErrNo,
		Reason: "it is " + line + "; " + lookAt(svctl.Show(w.Name))}
}

// tooLate says what a service does instead of reaching its goal, and what can
// be done about it.
func tooLate(w *svctl.Waiting, now time.Time) error {
	name, s := svctl.Show(w.Name), &w.Now
	if w.Goal == svctl.Settled {
		if c, err := why.Look(w.Target); err == nil {
			return late("timed out waiting for " + name + " to be settled: " + strings.TrimSuffix(why.Text(c, now)[0], "."))
		}
	}
	parts := []string{"timed out waiting for " + name + " to be " + w.Goal.Word, "it is " + strings.TrimPrefix(s.Line(now), name+": ")}
	switch running := s.Running(); {
	case !s.Supervised:
		parts = append(parts, "start svscan, or look at its messages")
	case s.State == status.Finishing && s.Layout == status.Hybrid:
		parts = append(parts, "its finish script still runs: svctl kill "+name+" ends that")
	case s.State == status.Finishing:
		parts = append(parts, "its finish script still runs")
	case running && w.Goal.IsEnd() && s.Want == status.WantUp && !s.Leaving && !s.Removed:
		parts = append(parts, "svctl down "+name+" stops it")
	case running && (w.Goal.IsEnd() || w.Goal == svctl.Restarted):
		parts = append(parts, "svctl kill "+name+" ends it at once")
	case running:
		parts = append(parts, "its log may say what it waits for")
	default:
		parts = append(parts, lookAt(name))
	}
	return late(strings.Join(parts, "; "))
}

// lookAt says where to look for the reason of a death.
func lookAt(name string) string { return "svctl history " + name + " and its log may say why" }
