package supervise

import "github.com/svdir/svdir/supervise/status"

// These are the cells of a oneshot, of which up does its work and ends, and of a
// service that is skipped. One that has worked is up without a process, until a
// stop has down undo it, in the place of finish.

// skip is svexec's word that the condition is false, or that there is nothing to do; its
// end follows.
func (m *Machine) skip(ev Event) { m.skips, m.already = m.unborn, m.unborn && ev.Already }

// hasWorked says that the end of run is that of a oneshot which has done its work.
func (m *Machine) hasWorked(ev Event) bool {
	return m.oneshot && !m.unborn && m.fault == FaultNone && ev.Code == 0 && ev.Signal == 0
}

// work is the end of up. What was asked meanwhile follows.
func (m *Machine) work() {
	stops := m.State == status.Stopping
	m.forgetRun()
	m.done = true
	m.act(Action{Do: Keep})
	if stops {
		m.undo()
		return
	}
	m.State, m.Deadline, m.Ready = status.Up, never, true
	m.act(Action{Do: Announce, Letter: eventReady})
}

// undo runs down. Nothing else follows the end of up.
func (m *Machine) undo() {
	m.State, m.Deadline, m.Ready = status.Finishing, never, false
	m.act(Action{Do: Finish})
}
