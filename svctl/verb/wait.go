package verb

import (
	"time"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svctl"
)

// wait waits without sending anything.
func wait(c *call) int {
	switch {
	case c.opt.goal != nil:
		return waitFor(c, c.opt.goal)
	case c.opt.all:
		return waitFor(c, svctl.Settled)
	}
	return waitFor(c, svctl.Up)
}

// check waits for services that have a supervisor; who has none fails at once.
func check(c *call) int { return waitFor(c, c.verb.goal) }

func waitFor(c *call, goal *svctl.Goal) int {
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	if goal == svctl.Checked {
		if err := svctl.Arrive(open(all), time.Now().Add(arrival)); err != nil {
			return c.fatal(err)
		}
		for _, t := range all {
			if t.err == nil {
				t.err = svctl.Supervised("check", t.Target)
			}
		}
	}
	watch, err := watchAll(all, goal)
	if err != nil {
		return c.fatal(err)
	}
	defer watch.Close()
	if err := c.await(watch, all, c.opt.any); err != nil {
		return c.fatal(err)
	}
	code := c.report(all)
	if c.opt.any && reachedOne(all) {
		return done // what is wrong with another was told
	}
	return code
}

func reachedOne(all []*task) bool {
	for _, t := range all {
		if t.wait != nil && t.wait.Verdict == svctl.Reached {
			return true
		}
	}
	return false
}

// ask answers by the exit code alone.
func ask(c *call) int {
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	code := done
	for _, t := range all {
		if t.err == nil {
			t.err = svctl.Supervised("ask", t.Target)
		}
		if t.err == nil && !c.answer(t.Target) {
			code = no
		}
	}
	return max(code, c.report(all))
}

// answer is whether what is-up, ready or is-failed asks is so.
func (c *call) answer(t svctl.Target) bool {
	s := svctl.Read(t)
	switch c.verb.word {
	case "is-up":
		return svctl.Up.Is(&s)
	case "ready":
		return svctl.Ready.Is(&s)
	}
	return s.State == status.Failed
}
