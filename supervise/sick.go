package supervise

// These are the cells of how well a run is, once it is there.

// isUnready: it is up as before, and what needs it does not start.
func (m *Machine) isUnready(Event) {
	if m.Ready {
		m.Ready, m.lost = false, true
		m.act(Action{Do: Announce, Letter: eventLost})
	}
}

// isExtended moves the end of patience, where there is one.
func (m *Machine) isExtended(ev Event) {
	if m.Running && m.Deadline != never && !m.young {
		m.Deadline = max(m.Deadline, m.now+ev.Limit)
	}
}

// isSick ends it, as a stop would.
func (m *Machine) isSick(ev Event) {
	if m.Running && !m.unborn {
		m.abort(ev.Fault, ev.Limit)
	}
}
