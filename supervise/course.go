package supervise

import (
	"bytes"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/supervise/stopping"
)

// Way is how set/ says that a service is to be stopped.
type Way struct {
	// Plan has a signal at least: without set/stop-signals it is what the field has.
	Plan stopping.Plan
	// Drain: set/drain is run first, for DrainTime at most, 0 for no limit.
	Drain     bool
	DrainTime time.Duration
	// Stop: set/stop is run in place of the first signal.
	Stop bool
}

// course is a stop on its way, where set/ says how. What is edited meanwhile is for
// the next one. The times of the plan count from its begin, whatever set/stop does.
type course struct {
	Way
	next   int  // signal of the plan, 0 before it has begun
	easing bool // set/drain runs, and the service still serves
}

// The programs in set/ that are run as control/X is: of a letter that is none.
const (
	drainHook = command.Letter('<')
	stopHook  = command.Letter('.')
)

// setCourse is how the stop goes that begins.
func (m *Machine) setCourse() {
	m.course = nil
	if m.way != nil {
		m.course = &course{Way: *m.way}
	}
}

// askToEnd asks run to end, or asks it again. Each program of set/ is run once for
// a stop.
func (m *Machine) askToEnd() {
	c := m.course
	switch {
	case c == nil:
		m.act(Action{Do: Ask, Letter: command.Term})
	case c.easing, c.next > 0 && c.Stop:
	case c.next > 0:
		m.act(Action{Do: Ask, Letter: command.Term})
	case c.Drain && !m.unborn:
		c.easing = true
		m.after(c.DrainTime)
		m.act(Action{Do: Ask, Letter: drainHook})
	default:
		m.beginPlan()
	}
}

// beginPlan begins the stop itself.
func (m *Machine) beginPlan() {
	c, letter := m.course, command.Term
	c.easing, c.next, m.limit = false, 1, c.Plan.Limit()
	m.after(c.Plan[0].Pause)
	switch {
	case c.Plan[0].Signal == syscall.SIGKILL: // nothing has its place
		m.after(killAgain)
		m.act(Action{Do: KillRun})
		return
	case c.Stop && !m.unborn:
		letter = stopHook
	}
	m.act(Action{Do: Ask, Letter: letter})
}

// drained is the end of set/drain, whatever it answers.
func (m *Machine) drained() {
	if m.Running && m.isEasing() {
		m.beginPlan()
	}
}

func (m *Machine) isEasing() bool { return m.course != nil && m.course.easing }

// signal is the one that the plan has come to, 0 where there is none.
func (c *course) signal() syscall.Signal {
	if c == nil {
		return 0
	}
	return c.Plan[max(c.next, 1)-1].Signal
}

// hasMore says that another signal follows.
func (c *course) hasMore() bool { return c != nil && c.next < len(c.Plan) }

// goOn sends the next signal of the plan, to run or to what is left of it, and says
// whether there was one. KILL is not for it.
func (m *Machine) goOn() bool {
	c := m.course
	if !c.hasMore() || c.Plan[c.next].Signal == syscall.SIGKILL {
		return false
	}
	step := c.Plan[c.next]
	c.next++
	m.after(step.Pause)
	if !m.Running {
		m.endRest()
		return true
	}
	m.Paused = false
	m.act(Action{Do: SendSignal, Signal: step.Signal})
	m.act(Action{Do: SendSignal, Signal: syscall.SIGCONT})
	return true
}

// overtake has a plan that has not begun begin with what run has left.
func (m *Machine) overtake() {
	if c := m.course; c != nil && c.next == 0 {
		c.easing, c.next, m.limit = false, 1, c.Plan.Limit()
		m.after(c.Plan[0].Pause)
	}
}

// faulty is the course of a run that we end because it has failed: it ends for
// certain, and nobody is asked.
func (m *Machine) faulty() {
	plan := m.way.Plan.Surely(groupGrace)
	m.course = &course{Way: Way{Plan: plan}, next: 1}
	m.limit = plan.Limit()
	m.after(plan[0].Pause)
	m.act(Action{Do: SendSignal, Signal: plan[0].Signal})
}

// sendStop sends the signal of a wanted stop.
func (m *Machine) sendStop() {
	m.GotTerm = true
	if m.course == nil {
		m.act(Action{Do: SendDown})
	} else {
		m.act(Action{Do: SendSignal, Signal: m.course.signal()})
	}
}

// asksToEnd says that what is asked of run is to end, and that this has begun.
func (m *Machine) asksToEnd() bool {
	return m.State == status.Stopping && !m.isEasing() && (m.letter == command.Down || m.letter == command.Exit)
}

// The words of a course, beside those in memory.go.
const signalsWord, nextWord, easingWord, stopWord = "signals", "next-signal", "easing", "stop-program"

// rememberCourse appends them; they are never the first.
func rememberCourse(b []byte, c *course) []byte {
	if c == nil {
		return b
	}
	b = c.Plan.Append(append(b, " "+signalsWord+"="...))
	if c.next > 0 {
		b = strconv.AppendInt(append(b, " "+nextWord+"="...), int64(c.next), 10)
	}
	if c.easing {
		b = append(b, " "+easingWord...)
	}
	if c.Stop {
		b = append(b, " "+stopWord...)
	}
	return b
}

// recallCourse is what was remembered, nil for nothing.
func recallCourse(words []byte) *course {
	var c course
	for word := range bytes.FieldsSeq(words) {
		name, value, _ := strings.Cut(string(word), "=")
		switch name {
		case signalsWord:
			c.Plan = stopping.Parse(value)
		case nextWord:
			n, _ := strconv.ParseUint(value, 10, 7) // 0 where it is none
			c.next = int(n)
		case easingWord:
			c.easing = true
		case stopWord:
			c.Stop = true
		}
	}
	if c.Plan == nil {
		return nil
	}
	c.next = min(c.next, len(c.Plan))
	return &c
}
