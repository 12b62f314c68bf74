package svctl

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// Verdict is what a status means for somebody who waits.
type Verdict uint8

const (
	NotYet Verdict = iota
	Reached
	Never // the service gave up
)

// Goal is what can be waited for. Its word completes "to be".
type Goal struct {
	Word string
	// met judges now. before is the status from before anything was sent.
	met func(before, now *Service) bool
	// fails says why it will not come true, empty while it may.
	fails func(before, now *Service) string
	// gone says that it may come true when the supervisor is not there.
	gone bool
	// wantsUp says that a service which gave up will not reach it.
	wantsUp bool
	// probes says that the file check has a say.
	probes bool
	// whole says that it counts only while all others have reached theirs.
	whole bool
}

// The goals. Down is the process of run alone, Finished that finish has ended
// too, Stopped that the service will stay so.
var (
	Up = &Goal{Word: "up", met: isUp, wantsUp: true}
	// Begun is for who asks for a start, also where that waits for its time.
	Begun = &Goal{Word: "up", wantsUp: true, met: func(_, now *Service) bool {
		return isUp(nil, now) || waitsForTime(now)
	}}
	Ready    = &Goal{Word: "ready", met: isReady, wantsUp: true, probes: true}
	Checked  = &Goal{Word: "checked", met: isUp, wantsUp: true, probes: true}
	Down     = &Goal{Word: "down", met: func(_, now *Service) bool { return !now.Running() }, gone: true}
	Finished = &Goal{Word: "finished", met: isFinished, gone: true}
	Stopped  = &Goal{Word: "down", gone: true, met: func(_, now *Service) bool {
		return isFinished(nil, now) && now.Want != status.WantUp
	}}
	Restarted = &Goal{Word: "restarted", wantsUp: true, met: func(before, now *Service) bool {
		return isUp(nil, now) && (startedSince(before, now) || before.Listens()) || waitsForTime(now)
	}}
	RanOnce = &Goal{Word: "up", wantsUp: true, met: func(before, now *Service) bool {
		return runs(now) || now.State == status.Exited || startedSince(before, now)
	}}
	Ended = &Goal{Word: "ended", gone: true, met: func(before, now *Service) bool {
		return now.PID != before.PID || now.Starts > before.Starts // svlog may serve many logs
	}}
	Paused    = &Goal{Word: "paused", gone: true, met: func(_, now *Service) bool { return now.Paused || now.PID == 0 }}
	Continued = &Goal{Word: "continued", gone: true, met: func(_, now *Service) bool { return !now.Paused }}
	Left      = &Goal{Word: "left by its supervisor", gone: true, met: func(before, now *Service) bool {
		return !now.Supervised || before.Supervisor != now.Supervisor
	}}
	// Reexeced is for supervise itself, which counts, and says why it could not.
	Reexeced = &Goal{Word: "executed again", met: func(before, now *Service) bool {
		return now.Reexecs > before.Reexecs
	}, fails: func(before, now *Service) string {
		if now.ReexecFailures > before.ReexecFailures {
			return now.ReexecFailure
		}
		return ""
	}}
	// Changed is for one that rested, and has heard what it was told.
	Changed = &Goal{Word: "changed", gone: true, met: func(before, now *Service) bool {
		return now.State != before.State || now.Want != before.Want || now.Starts != before.Starts || now.Deaths != before.Deaths
	}}
	// Settled is for a whole tree, where nothing is on its way any more.
	Settled = &Goal{Word: "settled", gone: true, whole: true, met: isSettled}
	// Anything is reached at once.
	Anything = &Goal{Word: "what it is", gone: true, met: func(_, _ *Service) bool { return true }}
	Gone     = &Goal{Word: "gone", gone: true, met: func(_, now *Service) bool { return !now.Supervised }}
)

// IsEnd says that a process which runs is in the way of the goal.
func (g *Goal) IsEnd() bool {
	return g.gone && g != Paused && g != Continued && g != Anything && g != Settled
}

// ParseGoal is the goal that people name, false if there is none.
func ParseGoal(word string) (*Goal, bool) {
	for _, g := range []*Goal{Up, Ready, Down, Finished} {
		if g.Word == word {
			return g, true
		}
	}
	return nil, false
}

// isUp: one that waits for its first connection is as good as one that runs.
func isUp(_, now *Service) bool { return runs(now) || now.Listens() }

// runs: a oneshot does when it has worked, and then has no process.
func runs(now *Service) bool {
	switch now.State {
	case status.Stopping:
		return false
	case status.Starting:
		return now.Running() && !isOneshot(now.Dir)
	}
	return now.Running() || now.State == status.Up
}

func isOneshot(path string) bool {
	dir, err := openPath(path)
	if err != nil {
		return false
	}
	defer unix.Close(dir)
	kind, _, _ := servicedir.ReadValue(dir, servicedir.Type) // what is bad says nothing
	return kind == servicedir.TypeOneshot
}

// waitsForTime says that it starts by a schedule, or when somebody has said.
func waitsForTime(s *Service) bool {
	return s.Supervised && s.State == status.Waiting && s.Want == status.WantUp && !s.NextStart.IsZero() && s.Reason == ""
}

// isReady: a service that says when it is ready is believed, else running must
// do, and its check.
func isReady(_, now *Service) bool {
	return isUp(nil, now) && (now.Ready || now.Listens() || !tellsReady(now.Dir) && !isAsked(now))
}

// isAsked says that supervise does not know yet, or not any more, that a service is
// ready of which set/ has it find out.
func isAsked(now *Service) bool {
	if now.State != status.Starting && !now.Lost {
		return false
	}
	for _, name := range []string{servicedir.NotifySocket, servicedir.Checks, servicedir.Ports} {
		if exists(filepath.Join(now.Dir, name)) {
			return true
		}
	}
	return false
}

func tellsReady(dir string) bool {
	return exists(filepath.Join(dir, servicedir.NotificationFD)) || exists(filepath.Join(dir, servicedir.Daemonizes))
}

func isFinished(_, now *Service) bool { return now.PID == 0 && now.State != status.Finishing }

// isSettled: it is what it will be, until somebody asks for something else or it
// ends. Our supervise says up of one that is ready.
func isSettled(_, now *Service) bool {
	switch {
	case !now.Supervised:
		return now.Removed
	case now.State == status.Exited, now.State == status.Failed, now.State == status.Skipped:
		return true
	case now.State == status.Down:
		return now.Want == status.WantDown
	case now.State == status.Up:
		return now.Ready || now.Layout == status.Hybrid || !tellsReady(now.Dir)
	}
	return false
}

// startedSince says that the process of run is another than before.
func startedSince(before, now *Service) bool {
	return now.Starts > before.Starts || now.PID != 0 && now.PID != before.PID || !now.Since.Equal(before.Since)
}

// judge says whether the goal is met, once and now. changed says that the
// status was written since the letters were sent, if any were asked for: an old one
// proves no failure, and nothing of a oneshot that is asked once more.
// Nor does a death from before them, of which the last is still being told.
func (g *Goal) judge(before, now *Service, changed, asked bool, deadline time.Time) Verdict {
	switch {
	case !now.Supervised && !g.gone:
		return NotYet
	case g.wantsUp && now.IsAlreadyDone() && (changed || !asked):
		return Reached // as good as if it had been started for it
	case !g.met(before, now):
		died := now.Deaths > before.Deaths && (now.State == status.Failed || now.State == status.Exited)
		lacks := now.State == status.Failed && strings.HasPrefix(now.Reason, lackReason)
		if g.wantsUp && changed && (died || lacks || now.State == status.Skipped) {
			return Never
		}
		return NotYet
	case g.probes && !(g == Ready && now.Ready) && !passes(now.Target, deadline):
		return NotYet
	}
	return Reached
}

// lackReason is how supervise begins the reason of one that will not come up for
// want of another.
const lackReason = "dependency "

// Is answers once, without waiting.
func (g *Goal) Is(now *Service) bool {
	return g.judge(now, now, false, false, time.Now().Add(checkTime)) == Reached
}

// checkTime bounds a check that nobody set a deadline for.
const checkTime = 7 * time.Second

// passes runs the executable check of a service, as runit's sv does: in the
// service directory, and without it all is well.
func passes(t Target, deadline time.Time) bool {
	dir, err := openPath(t.Dir)
	if err != nil {
		return false
	}
	defer unix.Close(dir)
	if !servicedir.IsExecutable(dir, servicedir.Check) {
		return true
	}
	if deadline.IsZero() {
		deadline = time.Now().Add(checkTime)
	}
	// A check that hangs is ended at the deadline, which is at least a moment
	// away: one that was asked for once has to have its chance.
	ctx, cancel := context.WithDeadline(context.Background(), later(deadline, time.Now().Add(time.Second)))
	defer cancel()
	cmd := exec.CommandContext(ctx, "./"+servicedir.Check)
	cmd.Dir = t.Dir
	return cmd.Run() == nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
