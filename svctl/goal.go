package svctl

import (
	"context"
	"os/exec"
	"path/filepath"
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
}

// The goals. Down is the process of run alone, Finished that finish has ended
// too, Stopped that the service will stay so.
var (
	Up       = &Goal{Word: "up", met: isUp, wantsUp: true}
	Ready    = &Goal{Word: "ready", met: isReady, wantsUp: true, probes: true}
	Checked  = &Goal{Word: "checked", met: isUp, wantsUp: true, probes: true}
	Down     = &Goal{Word: "down", met: func(_, now *Service) bool { return !now.Running() }, gone: true}
	Finished = &Goal{Word: "finished", met: isFinished, gone: true}
	Stopped  = &Goal{Word: "down", gone: true, met: func(_, now *Service) bool {
		return isFinished(nil, now) && now.Want != status.WantUp
	}}
	Restarted = &Goal{Word: "restarted", wantsUp: true, met: func(before, now *Service) bool {
		return isUp(nil, now) && (startedSince(before, now) || before.Listens())
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
	Gone = &Goal{Word: "gone", gone: true, met: func(_, now *Service) bool { return !now.Supervised }}
)

// IsEnd says that a process which runs is in the way of the goal.
func (g *Goal) IsEnd() bool { return g.gone && g != Paused && g != Continued }

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

func runs(now *Service) bool { return now.Running() && now.State != status.Stopping }

// isReady: a service that says when it is ready is believed, else running must
// do, and its check.
func isReady(_, now *Service) bool {
	return isUp(nil, now) && (now.Ready || now.Listens() || !tellsReady(now.Dir))
}

func tellsReady(dir string) bool {
	return exists(filepath.Join(dir, servicedir.NotificationFD)) || exists(filepath.Join(dir, servicedir.Daemonizes))
}

func isFinished(_, now *Service) bool { return now.PID == 0 && now.State != status.Finishing }

// startedSince says that the process of run is another than before.
func startedSince(before, now *Service) bool {
	return now.Starts > before.Starts || now.PID != 0 && now.PID != before.PID || !now.Since.Equal(before.Since)
}

// judge says whether the goal is met, once and now. changed says that the
// status was written since the letters were sent: an old one proves no failure.
// Nor does a death from before them, of which the last is still being told.
func (g *Goal) judge(before, now *Service, changed bool, deadline time.Time) Verdict {
	switch {
	case !now.Supervised && !g.gone:
		return NotYet
	case !g.met(before, now):
		died := now.Deaths > before.Deaths && (now.State == status.Failed || now.State == status.Exited)
		lacks := now.State == status.Failed && now.Want == status.WantUp // something that it needs
		if g.wantsUp && changed && (died || lacks || now.State == status.Skipped) {
			return Never
		}
		return NotYet
	case g.probes && !(g == Ready && now.Ready) && !passes(now.Target, deadline):
		return NotYet
	}
	return Reached
}

// Is answers once, without waiting.
func (g *Goal) Is(now *Service) bool {
	return g.judge(now, now, false, time.Now().Add(checkTime)) == Reached
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
