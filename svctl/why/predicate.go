package why

import (
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/supervise/tally"
	"github.com/svdir/svdir/svctl"
)

// explainer explains at one moment. seen are the services that the sentence has
// named already.
type explainer struct {
	now  time.Time
	seen map[string]bool
}

// predicate is what is said of a service after its name: what it is, and why.
func (e *explainer) predicate(c *Case) string {
	e.seen[c.Name] = true
	defer delete(e.seen, c.Name)
	switch {
	case c.Err != nil:
		return "cannot be looked at: " + svctl.Show(c.Err.Error())
	case !c.Supervised && c.Absence != "":
		return "is not supervised: " + svctl.Show(c.Absence)
	case !c.Supervised:
		return "is not supervised"
	}
	switch c.State {
	case status.Up:
		return e.up(c)
	case status.Starting:
		return e.starting(c)
	case status.Waiting:
		return e.waiting(c)
	case status.Failed:
		return e.failed(c)
	case status.Backoff:
		return "is in backoff" + with(": ", e.end(c)) + e.next(c)
	case status.Stopping:
		return e.been("stopping", c.Stopped) + pid(c) + ": " + e.kill(c)
	case status.Finishing:
		return "has ended" + e.how(c) + ", and its finish script runs" + pid(c)
	case status.Paused:
		return "is paused" + pid(c) + ": a signal stopped its process"
	case status.Exited:
		return e.exited(c)
	case status.Skipped:
		return "was skipped" + with(": ", reason(c))
	}
	return e.down(c)
}

func (e *explainer) up(c *Case) string {
	what := "up"
	if c.Ready {
		what = "up and ready"
	}
	return e.been(what, c.Since) + pid(c) + with(": ", reason(c))
}

func (e *explainer) starting(c *Case) string {
	if c.PID == 0 {
		return "is starting"
	}
	text := e.been("starting", c.Since) + pid(c)
	switch {
	case reason(c) != "":
		return text + ": " + reason(c)
	case c.Unheard != nil:
		return text + ": it does not listen yet at " + svctl.Show(join(c.Unheard))
	case c.Young:
		return text + ": it counts as up when it has lived for a while (set/min-uptime)"
	}
	return text + ": it has not said yet that it is ready"
}

func (e *explainer) waiting(c *Case) string {
	if text := e.lacks(c, false, ", and for "); text != "" {
		return "waits for " + text
	}
	if why := reason(c); why != "" {
		return "waits: " + strings.TrimPrefix(why, "waiting: ") + e.next(c)
	}
	if !c.NextStart.IsZero() {
		return "waits for its time" + e.next(c)
	}
	return "waits"
}

func (e *explainer) failed(c *Case) string {
	if text := e.lacks(c, true, ", and "); text != "" {
		return "has failed, as it needs " + text
	}
	if why := reason(c); why != "" {
		return "has failed: " + why
	}
	return "has failed" + with(": ", e.end(c))
}

// lacks are the needs that are not met, each with what that service is: down to the
// end of the chain.
func (e *explainer) lacks(c *Case, never bool, and string) string {
	var all []string
	for i := range c.Needs {
		n := &c.Needs[i]
		if n.Never != never {
			continue
		}
		text := lacked[n.Kind] + svctl.Show(n.Name)
		switch {
		case n.Trouble != "":
			text += ", which " + svctl.Show(n.Trouble)
		case e.seen[n.Name]:
			text += ", and so on" // only a graph that changes has a circle that nobody named
		case n.Other != nil:
			text += ", which " + e.predicate(n.Other)
		}
		all = append(all, text)
	}
	return strings.Join(all, and)
}

// lacked is what is missing of a service, by the kind of the need.
var lacked = [needs.Kinds]string{needs.Started: "the start of ", needs.Succeeded: "the success of ", needs.Completed: "the end of "}

func (e *explainer) exited(c *Case) string {
	if c.Want == status.WantOnce {
		return "has ended" + e.how(c) + ", and was wanted once"
	}
	return "has ended" + e.how(c) + ", and is not started again"
}

func (e *explainer) down(c *Case) string {
	switch {
	case c.Want != status.WantDown:
		return "is down, and about to start"
	case !c.Enabled && c.Starts == 0:
		return e.been("down", c.Since) + ": a file down keeps it from starting with its supervisor"
	case !c.Enabled:
		return e.been("down", c.Since) + ": nobody wants it up, and a file down keeps it from starting with its supervisor"
	}
	return e.been("down", c.Since) + ": nobody wants it up"
}

// kill is how a stop goes on.
func (e *explainer) kill(c *Case) string {
	switch {
	case c.Killed:
		return "it was sent KILL, and is not gone yet"
	case !c.Kill.IsZero():
		return "it was asked to end, and KILL comes " + e.in(c.Kill)
	case !c.Limited:
		return "it was asked to end, and nothing forces it (timeout-kill is not set)"
	}
	return "it was asked to end"
}

// next is when it is tried again, as the end of a sentence.
func (e *explainer) next(c *Case) string {
	if c.NextStart.IsZero() {
		return ""
	}
	return ", next start " + e.in(c.NextStart)
}

func (e *explainer) in(at time.Time) string {
	if d := at.Sub(e.now).Round(time.Second); d > 0 {
		return "in " + svctl.Age(d)
	}
	return "now"
}

// been is what it is, and for how long.
func (e *explainer) been(what string, since time.Time) string {
	if since.IsZero() {
		return "is " + what
	}
	return "has been " + what + " for " + svctl.Age(e.now.Sub(since))
}

// end is how it ended last: as supervise puts it, else in our words.
func (e *explainer) end(c *Case) string {
	if why := reason(c); why != "" {
		return why
	}
	return ended(c.LastExit())
}

// how is the same in parentheses.
func (e *explainer) how(c *Case) string {
	if end := e.end(c); end != "" {
		return " (" + end + ")"
	}
	return ""
}

func ended(exit string) string {
	switch {
	case exit == "unknown":
		return "nobody saw how it ended"
	case exit == "" || exit[0] == 'S':
		return exit
	}
	return "exit code " + exit
}

// deaths are the last three ends that nobody asked for.
func (e *explainer) deaths(c *Case) string {
	const most = 3
	var all []string
	for i := len(c.History) - 1; i >= 0 && len(all) < most; i-- {
		if l := &c.History[i]; l.Kind == "end" && l.Cause != "stop" && l.Cause != "restart" {
			all = append(all, e.death(l))
		}
	}
	switch len(all) {
	case 0:
		return ""
	case 1:
		return "It ended before: " + all[0]
	}
	return "It ended " + strings.ToLower(count(len(all))) + " times, the last first: " + strings.Join(all, "; ")
}

func (e *explainer) death(l *tally.Line) string {
	text := ended(strconv.Itoa(l.Code))
	switch {
	case l.Unknown:
		text = ended("unknown")
	case l.Signal != 0:
		text = svctl.SignalName(l.Signal)
	}
	switch {
	case l.Lived >= time.Millisecond:
		text += " after " + lived(l.Lived)
	case l.Cause != "": // who notes one notes the other
		text += " at once"
	}
	switch l.Cause {
	case "crash", "exit", "unknown", "":
	case "timeout-up":
		text += ", as it was not ready in time"
	case "timeout":
		text += ", as it did not end in time"
	case "kill":
		text += ", as it was asked for KILL"
	default:
		text += ", for " + svctl.Show(l.Cause)
	}
	return text + ", " + svctl.Age(e.now.Sub(l.At)) + " ago"
}

func lived(d time.Duration) string {
	if d < time.Second {
		return strconv.FormatInt(d.Milliseconds(), 10) + " ms"
	}
	return svctl.Age(d)
}

func pid(c *Case) string {
	if c.PID == 0 {
		return ""
	}
	return " (pid " + strconv.Itoa(c.PID) + ")"
}

func reason(c *Case) string { return svctl.Show(c.Reason) }

// with puts head before text, if there is any.
func with(head, text string) string {
	if text == "" {
		return ""
	}
	return head + text
}

// count is a small number in a word.
func count(n int) string {
	words := []string{"No", "One", "Two", "Three"}
	if n < len(words) {
		return words[n]
	}
	return strconv.Itoa(n)
}
