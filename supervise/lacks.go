package supervise

import (
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/status"
)

// These are the cells of what a service needs: its start waits until that is met,
// and where it will not be, the service has failed, and is still wanted.

// weighs says that what it needs is asked for.
func (m *Machine) weighs() bool { return m.lacks || m.State == status.Starting && !m.Running }

func (m *Machine) met(Event) {
	if m.weighs() {
		m.State, m.lacks = status.Starting, false
		m.act(Action{Do: Ask, Letter: command.Up})
	}
}

func (m *Machine) lack(Event) {
	if !m.weighs() {
		return
	}
	if m.State == status.Failed {
		m.act(Action{Do: Announce, Letter: eventDown}) // for those who need it in turn
	}
	m.State, m.Deadline, m.lacks = status.Waiting, never, true
}

// renew ends a run as a stop does, and what follows is wanted as before. The start
// is not the service's doing, so no limit counts it.
func (m *Machine) renew(ev Event) {
	if m.done {
		m.eager = true
		m.undo()
		return
	}
	if !m.Running || m.Want != status.WantUp {
		return
	}
	m.stop(ev)
	m.Want, m.eager = status.WantUp, true
}

func (m *Machine) freshen(Event) {
	if m.Running {
		m.act(Action{Do: Ask, Letter: command.Reload})
	}
}

func (m *Machine) unmet(ev Event) {
	if m.weighs() && (m.State != status.Failed || !m.lacks) {
		m.State, m.Deadline, m.lacks = status.Failed, never, true
		m.act(Action{Do: Announce, Letter: eventFailed, Cause: ev.Reason})
	}
}
