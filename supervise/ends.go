package supervise

import (
	"syscall"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/restart"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// These are the cells of what happens to a service: its processes begin and
// end, and time passes.

// The events of s6's event directory that the machine announces.
const (
	eventUp     = command.Letter('u') // run was started
	eventReady  = command.Letter('U') // run is ready
	eventLost   = command.Letter('N') // run is not ready any more: ours alone
	eventDead   = command.Letter('d') // run ended
	eventDown   = command.Letter('D') // finish ended too
	eventFailed = command.Letter('O') // and it is not started again
	// And one of ours: the sockets are there, and run is started when somebody comes.
	eventListening = command.Letter('l')
)

// permanentFailure is the exit code of finish that says: not again (s6).
const permanentFailure = 125

// hasLaunched: the process is there, and run is not yet.
func (m *Machine) hasLaunched(ev Event) {
	m.exists(ev)
	m.unborn = true
	m.State = status.Starting
	if m.waits || m.oneshot {
		m.after(m.patience)
	}
}

// hasStarted is run itself. What was asked of svexec on its way stays asked.
func (m *Machine) hasStarted(ev Event) {
	if !m.unborn {
		m.exists(ev)
	}
	m.unborn, m.tries, m.due = false, 0, false
	if m.State == status.Starting {
		m.State = m.runState()
		if m.State == status.Up || m.Deadline == never {
			m.bePatient()
		}
		if m.final {
			// A logger's last run: it reads to the end of its input.
			m.State, m.drains = status.Stopping, true
			m.after(drainPause)
		}
	}
	m.act(Action{Do: Announce, Letter: eventUp})
}

// exists is a new process, of which nothing was asked.
func (m *Machine) exists(ev Event) {
	m.Running, m.waits, m.started, m.Deadline = true, ev.Notifies, m.now, never
	m.patience, m.fault, m.oneshot = ev.Patience, 0, ev.Oneshot && !m.logger
	m.skips, m.already, m.done = false, false, false
	m.young = !ev.Notifies && !m.oneshot && ev.Patience > 0
	m.eager, m.owed, m.killed, m.letter = false, false, false, 0
	m.whole, m.changed, m.scope, m.course = false, false, servicedir.ScopeUsual, nil
}

func (m *Machine) noRun(Event) { m.missed(status.Waiting, Event{}) }

func (m *Machine) unstarted(ev Event) { m.missed(status.Backoff, ev) }

// missed is a start that did not come about: it is tried again, later and
// later, or soon where ev.Limit says so.
func (m *Machine) missed(s status.State, ev Event) {
	m.tries++
	if m.Leaving {
		m.rest(status.Down)
		return
	}
	m.State = s
	if ev.Limit > 0 {
		m.after(ev.Limit)
	} else {
		m.after(retryAfter(m.tries))
	}
}

func (m *Machine) isReady(Event) {
	if m.Ready {
		return
	}
	m.Ready, m.lost = true, false
	if m.State == status.Starting {
		m.State, m.Deadline = status.Up, never
	}
	m.act(Action{Do: Announce, Letter: eventReady})
}

func (m *Machine) runEnded(ev Event) {
	if !m.Running {
		return
	}
	if m.hasWorked(ev) {
		m.work()
		return
	}
	if !m.unborn {
		m.act(Action{Do: NoteDeath, Cause: m.cause(ev)})
	}
	m.ended = m.now
	m.act(Action{Do: Announce, Letter: eventDead})
	if m.diedUnread(ev) {
		m.Want, m.eager = status.WantOnce, true
	}
	wanted := m.State == status.Stopping && !m.drains && (m.letter != 0 || m.fault != 0)
	m.forgetRun()
	m.scope = m.reach(ev.Scope)
	if m.scope != servicedir.ScopeTree && (!wanted || m.scope == servicedir.ScopeProcess) {
		m.finish()
		return
	}
	if !wanted {
		// No stray of this run may live beside the next.
		m.State, m.killed, m.limit = status.Stopping, false, ev.Limit
		m.after(m.limit)
		m.setCourse()
	}
	m.endRest()
}

// diedUnread says that the stop of a consumer has killed it while something waited,
// perhaps before it could hear signals: that is worth one more start. Who hears the
// signal has read what there was.
func (m *Machine) diedUnread(ev Event) bool {
	return m.lastRun() && m.letter == command.Down && !m.killed && ev.Signal != 0 && ev.Left > 0
}

// lastRun says that a logger which is to leave has one more start.
func (m *Machine) lastRun() bool { return m.owed && m.logger && m.final }

// reach is how far the end of this run reaches.
func (m *Machine) reach(set servicedir.Scope) servicedir.Scope {
	switch {
	case m.whole:
		return servicedir.ScopeTree
	case set != servicedir.ScopeUsual:
		return set
	case m.style.Group:
		return servicedir.ScopeGroup
	}
	return servicedir.ScopeProcess
}

// endRest ends what run has left behind, at the deadline of this stop by KILL.
func (m *Machine) endRest() {
	m.overtake()
	m.act(Action{Do: EndGroup, Scope: m.scope, Signal: m.course.signal()})
	switch {
	case m.killed, m.course.signal() == syscall.SIGKILL:
		m.act(Action{Do: KillGroup, Scope: m.scope})
		m.after(killAgain)
	case m.limit == 0 && !m.course.hasMore():
		m.after(groupGrace)
	}
}

// forgetRun forgets what was so of a process of run that is gone.
func (m *Machine) forgetRun() {
	m.Running, m.Paused, m.GotTerm, m.Ready, m.waits, m.drains, m.young, m.lost = false, false, false, false, false, false, false, false
}

// cause is why run ended, in a word for the history.
func (m *Machine) cause(ev Event) string {
	switch {
	case m.fault != 0:
		return m.fault.String()
	case m.killed:
		return "timeout"
	case m.State == status.Stopping && m.changed:
		return "watch"
	case m.State == status.Stopping && m.Want == status.WantUp:
		return "restart"
	case m.State == status.Stopping:
		return "stop"
	case m.letter != 0:
		return "signal"
	case ev.Code < 0:
		return "unknown"
	case ev.Code == 0 && ev.Signal == 0, ev.Rule != nil && ev.Rule.Success.Has(ev.Code, ev.Signal):
		return "exit"
	}
	return "crash"
}

// groupEnded comes at once where nothing was left.
func (m *Machine) groupEnded(Event) {
	if !m.Running {
		m.finish()
	}
}

func (m *Machine) finish() {
	if m.unborn {
		m.notBorn()
		return
	}
	m.State, m.Deadline, m.course = status.Finishing, never, nil
	m.act(Action{Do: Finish})
}

// notBorn is the end of svexec: it could not become run, or was told not to. No
// finish follows what never began.
func (m *Machine) notBorn() {
	m.unborn, m.course = false, nil
	m.act(Action{Do: Announce, Letter: eventDown})
	switch {
	case m.Want == status.WantDown:
		m.rest(status.Down)
	case m.eager && (!m.Leaving || m.lastRun()):
		m.launch()
	case m.changed && m.heeds():
		m.startSoon()
	case m.skips:
		m.rest(status.Skipped)
	default:
		m.owed = m.Want == status.WantOnce
		m.missed(status.Backoff, Event{})
	}
}

func (m *Machine) finishStarted(ev Event) { m.after(ev.Limit) }

func (m *Machine) finishEnded(ev Event) {
	v := m.verdict(ev)
	m.ended, m.done = 0, false
	if v.Failed {
		m.gaveUp = m.Want
		m.Want, m.owed = status.WantDown, false
		m.act(Action{Do: Announce, Letter: eventFailed, Cause: v.Why})
	}
	m.act(Action{Do: Announce, Letter: eventDown})
	switch {
	case v.Failed:
		m.over(status.Failed)
		m.rest(status.Failed)
	case m.Leaving && !m.lastRun() || m.Want == status.WantDown:
		m.rest(status.Down)
	case m.Want == status.WantOnce && !m.owed:
		m.over(status.Exited)
		m.rest(status.Exited)
	case !v.Again:
		m.gaveUp, m.Want = m.Want, status.WantDown
		m.over(status.Exited)
		m.rest(status.Exited)
	case ev.Timed && m.Want == status.WantUp && !m.due:
		m.over(status.Waiting)
		m.later(ev)
	case v.At > m.now:
		m.over(status.Backoff)
		m.State, m.Deadline = status.Backoff, v.At
	default:
		m.over(status.Backoff)
		m.launch()
	}
}

// over is an end that nobody asked for.
func (m *Machine) over(next status.State) {
	if !m.Leaving && (m.letter == 0 || m.fault != FaultNone) {
		m.act(Action{Do: Over, Next: next})
	}
}

// verdict is whether and when the next run follows this one, if it is wanted.
func (m *Machine) verdict(ev Event) restart.Verdict {
	if m.style.PermanentFailure && ev.Code == permanentFailure && ev.Signal == 0 && !m.eager && !m.changed {
		return restart.Verdict{Failed: true, Why: "finish said not to start it again (exit 125)"}
	}
	if m.fault == FaultIdle || ev.Lazy && ev.RunCode == 0 && ev.RunSignal == 0 {
		ev.Rule = nil // it waits for the next one to come
	}
	if m.done || ev.Rule == nil || m.eager || m.changed || m.Leaving || m.Want != status.WantUp {
		return restart.Verdict{Again: true, At: startAt(m.started, m.now, m.eager)}
	}
	if m.past == nil {
		m.past = new(restart.Past)
	}
	end := restart.End{Started: m.started, Ended: m.ended, Code: ev.RunCode, Signal: ev.RunSignal, Asked: m.letter != 0, Fault: m.fault.String()}
	return m.past.Next(ev.Rule, &end, m.now, ev.Chance)
}

// inputIdle: no byte waits, and yet the logger sees no end: a stray process
// holds the writing end.
func (m *Machine) inputIdle(Event) {
	if !m.Running || !m.drains {
		return
	}
	m.drains = false
	m.letter = command.Term
	m.after(m.limit)
	m.GotTerm = true
	m.act(Action{Do: SendDown})
	m.act(Action{Do: SendSignal, Signal: syscall.SIGCONT})
}

// tooLong is the deadline of stopping and finishing.
func (m *Machine) tooLong(Event) {
	switch {
	case m.State == status.Finishing:
		m.act(Action{Do: KillFinish})
		m.after(killAgain)
	case m.drains:
		m.after(drainPause)
		m.act(Action{Do: CheckInput})
	case m.isEasing():
		m.act(Action{Do: KillHook, Letter: drainHook})
		m.beginPlan()
	case m.goOn():
	case m.Running:
		m.killed = true
		m.act(Action{Do: KillRun})
		m.after(killAgain)
	case m.limit > 0 && !m.killed, m.scope == servicedir.ScopeTree:
		m.killed = true
		m.act(Action{Do: KillGroup, Scope: m.scope})
		m.after(killAgain)
	default:
		m.Deadline = never
		m.act(Action{Do: GiveUpGroup, Scope: m.scope})
	}
}
