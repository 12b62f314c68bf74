package setting

import (
	"errors"
	"strings"
	"syscall"
	"time"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/stopping"
)

// What set/ says of stopping, for package stopping.

var errPlan = errors.New("not signals and the times between them, as TERM 5s INT 5s KILL; at most 8, and KILL the last")

// ParsePlan reads set/stop-signals: SIGNAL [TIME SIGNAL]...
func ParsePlan(value string) (stopping.Plan, error) {
	words := strings.Fields(value)
	if len(words)%2 == 0 || len(words) > 2*stopping.MaxSteps-1 {
		return nil, errPlan
	}
	var p stopping.Plan
	for i := 0; i < len(words); i += 2 {
		last := i == len(words)-1
		sig, err := servicedir.ParseSignal("", words[i])
		if err != nil || sig == syscall.SIGKILL && !last {
			return nil, errPlan
		}
		step := stopping.Step{Signal: sig}
		if !last {
			step.Pause, err = ParseDuration(words[i+1])
		}
		if err != nil || !last && step.Pause < time.Millisecond || step.Pause > maxPause {
			return nil, errPlan
		}
		p = append(p, step)
	}
	return p, nil
}

func checkPlan(text string) error { return check(text, ParsePlan) }

// ParseDrainTime reads set/drain-time: 0s is no limit.
func ParseDrainTime(value string) (time.Duration, error) { return ParseUptime(value) }

func checkDrainTime(text string) error { return check(text, ParseDrainTime) }
