package supervise

import (
	"syscall"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// These are the cells of what is asked of a service. After Shutdown no letter
// makes it run again.

func (m *Machine) begin(ev Event) {
	if m.final {
		return
	}
	m.Want, m.Leaving, m.owed = status.WantUp, false, false
	m.eager, m.tries = ev.Kind != Boot, 0
	m.past, m.due = nil, false
	m.launch()
}

func (m *Machine) wantUp(Event) {
	if !m.final {
		m.due = m.due && m.Want == status.WantUp // a once was asked for, and is no more
		m.Want, m.Leaving, m.owed = status.WantUp, false, false
	}
}

// upAgain is up while it ends: the start that follows was asked for.
func (m *Machine) upAgain(ev Event) {
	m.wantUp(ev)
	m.eager, m.past = true, nil
}

func (m *Machine) beginOnce(ev Event) {
	if m.final {
		return
	}
	m.nextOnce(ev)
	m.tries = 0
	m.launch()
}

// thisOnce makes the run that there is, or that is about to be, the last.
func (m *Machine) thisOnce(Event) {
	if !m.final {
		m.Want, m.Leaving, m.owed, m.due = status.WantOnce, false, !m.Running && !m.done, true
	}
}

func (m *Machine) nextOnce(Event) {
	if !m.final {
		m.Want, m.Leaving, m.owed, m.eager, m.past, m.due = status.WantOnce, false, true, true, nil, true
	}
}

// launch weighs what the service needs. When that is met, control/u is asked, and
// then run started. What reads for the last time needs nothing but that.
func (m *Machine) launch() {
	m.State, m.Deadline, m.lacks, m.timed, m.listens = status.Starting, never, false, false, false
	if m.final {
		m.act(Action{Do: Ask, Letter: command.Up})
	} else {
		m.act(Action{Do: Weigh})
	}
}

// tryNow is for a start that waits: its time has come, or something in the
// directory changed. A change does not hurry a service that died too soon.
func (m *Machine) tryNow(ev Event) {
	if (ev.Kind == Timeout || m.tries > 0) && !m.lacks && !m.timed {
		m.launch()
	}
}

func (m *Machine) stayDown(Event) {
	m.Want = status.WantDown
	m.rest(status.Down)
}

func (m *Machine) wantDown(Event) {
	m.Want, m.owed, m.changed, m.due = status.WantDown, false, false, false
}

// unwant and halt are for starting, where run may not be there yet.

func (m *Machine) unwant(ev Event) {
	if m.Running {
		m.wantDown(ev)
	} else {
		m.stayDown(ev)
	}
}

func (m *Machine) halt(ev Event) {
	if m.Running {
		m.stop(ev)
	} else {
		m.stayDown(ev)
	}
}

// stop asks run to end. timeout-kill counts from here.
func (m *Machine) stop(ev Event) {
	m.wantDown(ev)
	if m.done {
		m.undo()
		return
	}
	m.State, m.Deadline, m.limit, m.killed = status.Stopping, never, 0, false
	m.setCourse()
	m.stopMore(ev)
}

// stopMore is one more request to end: the signal again, the deadline as it is.
func (m *Machine) stopMore(ev Event) {
	m.wantDown(ev)
	if !m.Running || m.LastWords {
		return
	}
	if m.course == nil {
		m.limitBy(ev.Limit)
	}
	m.drains = false
	m.letter = command.Down
	m.askToEnd()
}

// limitBy is timeout-kill of a stop that has had none.
func (m *Machine) limitBy(limit time.Duration) {
	if m.limit == 0 && limit > 0 {
		m.limit = limit
		m.after(limit)
	}
}

// The same with every descendant, where there is something to end.

func (m *Machine) stopTree(ev Event) {
	m.whole = true
	m.stop(ev)
}

func (m *Machine) haltTree(ev Event) {
	m.whole = m.Running
	m.halt(ev)
}

// stopTreeMore widens a stop, also one of which only the rest is left.
func (m *Machine) stopTreeMore(ev Event) {
	m.whole = true
	m.stopMore(ev)
	if !m.Running && m.scope != servicedir.ScopeTree {
		m.scope = servicedir.ScopeTree
		m.endRest()
	}
}

// leave is exit where nothing runs.
func (m *Machine) leave(Event) {
	if m.logger && m.style.LoggerStays {
		return
	}
	m.quit()
}

// quit leaves from a state in which nothing runs.
func (m *Machine) quit() {
	m.Leaving = true
	switch m.State {
	case status.Waiting, status.Backoff, status.Starting:
		m.State = status.Down
	}
	m.rest(m.State)
}

// exit leaves when the service has ended; under runit's name it ends it.
func (m *Machine) exit(ev Event) {
	if m.logger && m.style.LoggerStays {
		return
	}
	if !m.Running && m.State == status.Starting {
		m.quit()
		return
	}
	m.Leaving = true
	switch {
	case !m.style.ExitKills || !m.Running && !(m.done && m.State == status.Up):
		return
	case m.State == status.Stopping && m.course != nil:
		m.stopMore(ev)
	default:
		m.stop(ev)
	}
	m.letter = command.Exit
}

// endNow is Shutdown, and the end of a logger that does not run.
func (m *Machine) endNow(ev Event) {
	m.final, m.Leaving = true, true
	switch {
	case m.done && m.State == status.Up, m.Running && m.State != status.Stopping:
		reads := m.logger && m.Want != status.WantDown
		m.stop(ev)
		m.owed = reads // one more start, should it die before it has read
	case m.Running || m.State == status.Stopping || m.State == status.Finishing:
		m.wantDown(ev)
		if m.Running && !m.drains {
			m.limitBy(ev.Limit)
		}
	default:
		m.wantDown(ev)
		m.quit()
	}
}

// drain lets a running logger read to the end of its input.
func (m *Machine) drain(ev Event) {
	if !m.Running {
		m.drainOnce(ev)
		return
	}
	m.final, m.Leaving, m.LastWords = true, true, false
	m.wantDown(ev)
	if m.Paused {
		m.resume(ev)
	}
	if m.State != status.Stopping || m.Deadline == never {
		m.State, m.drains, m.limit, m.killed, m.course = status.Stopping, true, ev.Limit, false, nil
		m.after(drainPause)
	}
}

// drainOnce is for a logger between two runs: what waits in its FIFO is worth
// one more start.
func (m *Machine) drainOnce(ev Event) {
	m.final, m.Leaving, m.limit = true, true, ev.Limit
	if ev.Left == 0 || m.Want == status.WantDown {
		m.wantDown(ev)
		if m.State != status.Finishing && m.State != status.Stopping {
			m.rest(status.Down)
		}
		return
	}
	m.Want, m.owed, m.eager = status.WantOnce, true, true
	if m.State == status.Waiting || m.State == status.Backoff {
		m.launch()
	}
}

func (m *Machine) pause(Event) {
	if !m.Running {
		return
	}
	m.Paused = true
	if m.State != status.Stopping {
		m.State, m.Deadline = status.Paused, never
	}
	m.act(Action{Do: Ask, Letter: command.Pause})
}

func (m *Machine) resume(Event) {
	if !m.Running {
		return
	}
	m.Paused = false
	if m.State == status.Paused {
		m.State = m.runState()
		m.bePatient()
	}
	m.act(Action{Do: Ask, Letter: command.Continue})
}

// runState is the state of a run that nothing was asked of.
func (m *Machine) runState() status.State {
	if m.unborn || m.young || m.oneshot || m.waits && !m.Ready && !m.lost {
		return status.Starting
	}
	return status.Up
}

// ask is every letter that ends in a signal.
func (m *Machine) ask(ev Event) {
	if !m.Running {
		return
	}
	switch ev.Letter {
	case command.Term, command.Kill, command.Interrupt, command.Quit, command.Abort, command.Restart, command.KillGroup:
		if m.letter != command.Down && m.letter != command.Exit {
			m.letter = ev.Letter
		}
	}
	m.act(Action{Do: Ask, Letter: ev.Letter})
}

// answer follows control/X: unless that has Handled it, the signal is sent.
func (m *Machine) answer(ev Event) {
	if ev.Letter == command.Up {
		if !m.Running && m.State == status.Starting {
			m.act(Action{Do: Start})
		}
		return
	}
	if ev.Letter == drainHook {
		m.drained()
		return
	}
	wanted := m.asksToEnd()
	if !m.Running || ev.Letter == stopHook && !wanted {
		return
	}
	if ev.Letter == stopHook {
		ev.Letter = command.Term
		ev.Handled = ev.Handled || m.course != nil && m.course.next > 1 // later ones were sent
	}
	if !ev.Handled {
		m.send(ev.Letter, wanted)
	}
	if ev.Letter == command.Term && wanted {
		// A paused process would not see the signal.
		m.Paused = false
		m.act(Action{Do: SendSignal, Signal: syscall.SIGCONT})
		m.act(Action{Do: Ask, Letter: m.letter})
	}
}

func (m *Machine) send(l command.Letter, wanted bool) {
	info, _ := command.Unpack(byte(l))
	switch {
	case l == command.Term && wanted:
		m.sendStop()
	case l == command.Restart:
		m.GotTerm = true
		m.act(Action{Do: SendDown})
	case l == command.Reload:
		m.act(Action{Do: SendReload})
	case info.Signal != 0:
		m.GotTerm = m.GotTerm || l == command.Term
		m.act(Action{Do: SendSignal, Signal: info.Signal, Group: info.Group})
	}
}

// letGo and execAgain are for whoever hosts the machine; what runs does not
// notice.

func (m *Machine) letGo(Event) { m.act(Action{Do: Part}) }

func (m *Machine) execAgain(Event) { m.act(Action{Do: ExecAgain}) }

func (m *Machine) killFinish(Event) { m.act(Action{Do: KillFinish}) }
