package supervise

import (
	"slices"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/status"
)

// What may be pending when a down comes, which must end it. A walk has to meet each
// of them often.
const (
	restartPending   = iota // the next start, after a pause
	readinessPending        // that it is ready, or ready again
	changePending           // another run, for what is watched has changed
	faultPending            // the end of a run that is sick
	timePending             // the time of a start
	needPending             // what it needs
	usePending              // somebody who uses it, or the end of a run that nobody uses
	pendings
)

var pendingWords = [pendings]string{"restart", "readiness", "change", "fault", "time", "need", "use"}

// meetings count the downs that came while each was pending.
type meetings [pendings]int

func (m *meetings) add(more meetings) {
	for i, n := range more {
		m[i] += n
	}
}

// pending is what a down would find, had none come before.
func (w *world) pending() [pendings]bool {
	m := &w.m
	if m.Want == status.WantDown {
		return [pendings]bool{}
	}
	return [pendings]bool{
		restartPending:   m.State == status.Backoff,
		readinessPending: m.Running && (m.lost || m.waits && !m.Ready),
		changePending:    m.changed,
		faultPending:     m.Running && m.fault != FaultNone && m.fault != FaultIdle,
		timePending:      m.timed,
		needPending:      m.lacks,
		usePending:       m.listens || m.Running && m.fault == FaultIdle,
	}
}

// meet counts what a down finds.
func (w *world) meet() {
	for i, is := range w.pending() {
		if is {
			w.met[i]++
		}
	}
}

// cross may send a down while something is pending, which chance alone seldom does.
func (w *world) cross() bool {
	w.t.Helper()
	is, often := w.pending(), 6
	if is[faultPending] {
		often = 2 // it does not last
	}
	if !slices.Contains(is[:], true) || w.rand.IntN(often) > 0 {
		return false
	}
	w.ask([]command.Letter{command.Down, command.DownTree}[w.rand.IntN(2)])
	return true
}
