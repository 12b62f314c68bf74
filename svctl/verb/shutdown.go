package verb

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/wiring"
)

// Exit codes of shutdown alone.
const (
	killed   = 10
	survived = 11
)

// ending is how a service ended that was to end by itself: its exit code, and why.
type ending struct {
	code int
	text string
}

func (e ending) Error() string { return e.text }

// shutdown ends a whole tree, and says how.
func shutdown(c *call) int {
	if len(c.args) > 1 {
		return c.badUsage(usageError("shutdown takes no names but the code of svscan -guard, if there is one: it ends all"))
	}
	tree := c.opt.tree()
	scan, err := tree.Dir()
	if err != nil {
		return c.fatal(err)
	}
	services, err := tree.Services()
	if err != nil {
		return c.fatal(err)
	}
	deadline := c.opt.limitOf(c.opt.grace + slowest(scan, services))
	end, err := svctl.NewShutdown(scan, services)
	if err == nil {
		err = end.Begin(strings.Join(c.args, ""))
	}
	if err != nil {
		return c.fatal(err)
	}
	defer end.Close()
	if c.opt.graceSet {
		end.KillAfter(c.opt.grace)
	}
	show := func() time.Time { return time.Time{} }
	if _, isTerminal := terminal(c.err); isTerminal || c.opt.verbose {
		show = (&blockers{end: end, err: c.err, next: time.Now().Add(blockerPause)}).show
	}
	over, err := end.Wait(deadline, show)
	if err != nil {
		return c.fatal(err)
	}
	return c.report(c.endings(end, over))
}

// endings is what came of each service, and of svscan. Of those that have ended
// as they should only JSON and -v tell, and of loggers only where they have not.
func (c *call) endings(end *svctl.Shutdown, over bool) []*task {
	var all []*task
	blocking := end.Blockers()
	for _, e := range end.All {
		t := &task{Target: e.Target, text: svctl.Show(e.Name) + ": ended"}
		left := end.Survives(e)
		switch {
		case !over && slices.Contains(blocking, e):
			t.err = tooLate(&e.Waiting, time.Now())
		case !over && !e.Ended() && !e.IsLogger():
			t.err = late("timed out before " + svctl.Show(e.Name) + " was told to end: it ends after others")
		case over && left != "":
			t.err = ending{survived, svctl.Show(e.Name) + " survived: " + left}
		case end.WasKilled(e):
			t.err = ending{killed, svctl.Show(e.Name) + " was ended by KILL"}
		case e.IsLogger():
			continue
		}
		all = append(all, t)
	}
	if !c.opt.json && !c.opt.verbose {
		all = slices.DeleteFunc(all, func(t *task) bool { return t.err == nil })
	}
	svscan := &task{Target: svctl.Target{Name: end.Scan}, text: svctl.Show(end.Scan) + ": svscan has ended"}
	if !over {
		svscan.err = late("timed out waiting for the svscan of " + svctl.Show(end.Scan) + " to end")
	}
	return append(all, svscan)
}

// slowest is what the services allow for their ends, one after the other where they
// wait for each other.
func slowest(scan string, services []svctl.Target) time.Duration {
	g, _ := wiring.Whole(scan) // where it cannot be read nobody waits
	users, sums := g.Users(), map[string]time.Duration{}
	own := map[string]time.Duration{}
	for _, t := range services {
		own[t.Name] = svctl.Limit(t)
		if log, ok := t.Log(); ok {
			own[t.Name] += svctl.Limit(log)
		}
	}
	var sum func(name string) time.Duration
	sum = func(name string) time.Duration {
		if most, known := sums[name]; known {
			return most
		}
		sums[name] = own[name] // as far as a circle is concerned
		var most time.Duration
		for _, user := range users[name] {
			most = max(most, sum(user))
		}
		sums[name] = own[name] + most
		return sums[name]
	}
	var most time.Duration
	for name := range own {
		most = max(most, sum(name))
	}
	return most
}

// blockers says who is waited for, when that changes, and not too often.
type blockers struct {
	end  *svctl.Shutdown
	err  io.Writer
	next time.Time
	said string
}

const blockerPause = time.Second

// show says it, and when it wants to look again.
func (b *blockers) show() time.Time {
	const most = 5
	var names []string
	all := b.end.Blockers()
	for _, e := range all[:min(len(all), most)] {
		name := svctl.Show(e.Name) + " (" + e.Now.StateWord()
		if e.Now.PID != 0 {
			name += ", pid " + strconv.Itoa(e.Now.PID)
		}
		names = append(names, name+")")
	}
	if len(all) > most {
		names = append(names, fmt.Sprintf("and %d more", len(all)-most))
	}
	text := strings.Join(names, ", ")
	switch now := time.Now(); {
	case text == b.said || text == "":
		return time.Time{}
	case now.Before(b.next):
		return b.next
	default:
		b.said, b.next = text, now.Add(blockerPause)
		fmt.Fprintln(b.err, "svctl: still waiting for "+text)
		return time.Time{}
	}
}
