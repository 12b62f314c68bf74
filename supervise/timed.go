package supervise

import (
	"github.com/svdir/svdir/supervise/status"
)

// These are the cells of a start that waits for its time: that of a schedule, or one
// that somebody has set. Which time that is only the world knows: it says Later to a
// start that comes too soon, and Due when it has come.

// later has a start wait for its time.
func (m *Machine) later(Event) {
	if m.Running {
		return
	}
	if m.Leaving {
		m.rest(status.Down)
		return
	}
	m.State, m.Deadline, m.timed, m.lacks, m.tries, m.eager = status.Waiting, never, true, false, 0, false
	m.act(Action{Do: Arm})
}

// comes is when that time has come: this start is not asked for another.
func (m *Machine) comes(Event) {
	if !m.timed {
		return
	}
	m.due, m.eager = true, true // the pause between two runs is that of the schedule
	m.launch()
}

// replace is the next time of a job that still runs, where that makes way.
func (m *Machine) replace(ev Event) {
	if !m.Running || m.Want != status.WantUp || m.final {
		return
	}
	m.stop(ev)
	m.Want, m.eager, m.past, m.due = status.WantUp, true, nil, true
}

// at is a time for the start that somebody has set, or with nothing Handled has
// taken back.
func (m *Machine) at(ev Event) {
	switch {
	case m.final:
	case ev.Handled:
		m.Want, m.Leaving, m.owed, m.eager, m.due = status.WantUp, false, false, true, false
		m.tries, m.past = 0, nil
		m.launch()
	case m.timed:
		m.stayDown(ev)
	}
}

// atNext is at while it ends.
func (m *Machine) atNext(ev Event) {
	if ev.Handled {
		m.upAgain(ev)
	}
}

// ranTooLong is a run that takes longer than timeout-run.
func (m *Machine) ranTooLong(ev Event) {
	if m.Running {
		m.abort(FaultTimeoutRun, ev.Limit)
	}
}
