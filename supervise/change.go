package supervise

import "github.com/svdir/svdir/supervise/status"

// These are the cells of Changed: a file that set/watch asks for has another
// content. A service that is wanted is started again with that, as if somebody had
// asked for a restart, but at most once a second: who writes what is watched does
// not keep the machine busy. What was counted against it stays as it is, unless it
// was given up for that. A stop always wins.
//
// No letter in supervise/child tells the next supervise of a change. So what was
// made of it is written down before it is done.

// heeds says that a change counts.
func (m *Machine) heeds() bool {
	return m.Want != status.WantDown && !m.final && !m.Leaving && !m.LastWords
}

// rerun ends a run for a change. One that is not there yet will see it.
func (m *Machine) rerun(ev Event) {
	if m.done && m.heeds() {
		m.act(Action{Do: WriteDown})
		m.changed = true
		m.undo()
		return
	}
	if !m.Running || !m.heeds() {
		return
	}
	want := m.Want
	m.act(Action{Do: WriteDown})
	m.stop(ev)
	m.Want, m.changed, m.owed = want, true, want == status.WantOnce
}

// runNext is for a run that ends already, whyever: another follows.
func (m *Machine) runNext(Event) {
	if m.heeds() && !m.eager {
		m.changed, m.owed = true, m.Want == status.WantOnce
	}
}

// hurry is for a start that is delayed.
func (m *Machine) hurry(Event) {
	if m.heeds() && startAt(m.started, m.now, false) < m.Deadline {
		m.startSoon()
	}
}

// revive is for a service that has ended, or was given up, while it was wanted.
func (m *Machine) revive(Event) {
	if m.lacks || !m.revives() {
		return
	}
	if m.Want == status.WantDown {
		m.Want = m.gaveUp
	}
	m.owed, m.past, m.tries = m.Want == status.WantOnce, nil, 0
	m.act(Action{Do: WriteDown})
	m.startSoon()
}

// redo is for a oneshot whose work was done already.
func (m *Machine) redo(ev Event) {
	if m.already {
		m.revive(ev)
	}
}

// revives says that a change starts a service again that does not run.
func (m *Machine) revives() bool {
	return (m.Want != status.WantDown || m.gaveUp != status.WantDown) && !m.final && !m.Leaving
}

// startSoon starts it, a second after its last start at the earliest.
func (m *Machine) startSoon() {
	if at := startAt(m.started, m.now, false); at > m.now {
		m.State, m.Deadline = status.Backoff, at
	} else {
		m.launch()
	}
}

// awaitsChange says that a change would count, now or later.
func (m *Machine) awaitsChange() bool {
	switch m.State {
	case status.Down:
		return false
	case status.Skipped:
		return m.already && m.revives()
	case status.Failed, status.Exited:
		return m.revives()
	}
	return m.heeds()
}
