// Package stopping is how a service is asked to end: a plan of signals, each with
// the time that it is given before the next one follows. Pure.
package stopping

import (
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Step is one signal, and how long after it comes the next. The last of a plan
// has no Pause.
type Step struct {
	Signal syscall.Signal
	Pause  time.Duration
}

// Plan is the signals of a stop, in their order. Only the last may be KILL.
type Plan []Step

// MaxSteps bounds a plan.
const MaxSteps = 8

// Usual is what the field has: a signal, and after a limit KILL; 0 is no limit.
func Usual(sig syscall.Signal, limit time.Duration) Plan {
	if limit == 0 {
		return Plan{{Signal: sig}}
	}
	return Plan{{sig, limit}, {Signal: syscall.SIGKILL}}
}

// Surely is the plan with KILL at its end: where it has none, pause after the last
// signal.
func (p Plan) Surely(pause time.Duration) Plan {
	last := len(p) - 1
	if p[last].Signal == syscall.SIGKILL {
		return p
	}
	sure := append(make(Plan, 0, len(p)+1), p...)
	sure[last].Pause = pause
	return append(sure, Step{Signal: syscall.SIGKILL})
}

// Limit is how long after its begin KILL comes, 0 if it never does.
func (p Plan) Limit() time.Duration {
	total := time.Duration(0)
	for _, s := range p {
		if s.Signal == syscall.SIGKILL {
			return max(total, time.Millisecond)
		}
		total += s.Pause
	}
	return 0
}

// Append appends the plan as one word: numbers of signals and milliseconds, as in
// 15:5000,2:5000,9.
func (p Plan) Append(b []byte) []byte {
	for i, s := range p {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(s.Signal), 10)
		if s.Pause > 0 {
			b = strconv.AppendInt(append(b, ':'), s.Pause.Milliseconds(), 10)
		}
	}
	return b
}

// Parse reads what Append has written, nil if it is something else.
func Parse(word string) Plan {
	const lastSignal, maxMillis = 64, 1 << 40
	var p Plan
	for step := range strings.SplitSeq(word, ",") {
		number, pause, paused := strings.Cut(step, ":")
		sig, err := strconv.ParseUint(number, 10, 7)
		millis, err2 := strconv.ParseUint(pause, 10, 63)
		if err != nil || sig == 0 || sig > lastSignal || paused && (err2 != nil || millis == 0 || millis > maxMillis) || len(p) > MaxSteps {
			return nil
		}
		p = append(p, Step{syscall.Signal(sig), time.Duration(millis) * time.Millisecond})
	}
	for i, s := range p {
		last := i == len(p)-1
		if last != (s.Pause == 0) || s.Signal == syscall.SIGKILL && !last {
			return nil
		}
	}
	return p
}
