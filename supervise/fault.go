package supervise

import (
	"syscall"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// Fault is why a run is ended that nobody asked to end: it has failed, whatever
// it answers. Its word is the cause of the death in the history.
type Fault uint8

const (
	FaultNone       Fault = iota
	FaultTimeoutUp        // it was not ready in time
	FaultWatchdog         // it has not said for too long that it is well
	FaultAlive            // set/alive has failed
	FaultTimeoutRun       // it took longer than it may
	FaultIdle             // it has nothing to do, which is no failure
	Faults
)

var faultWords = [Faults]string{"", "timeout-up", "watchdog", "alive", "timeout-run", "idle"}

// String is the word for the fault, empty for none.
func (f Fault) String() string { return faultWords[f] }

// abort ends a run that has failed, as a stop would; it stays wanted. Where no
// timeout-kill limits it, it has as long as what is left of a group.
func (m *Machine) abort(f Fault, limit time.Duration) {
	if limit == 0 {
		limit = groupGrace
	}
	m.end(f, limit)
}

// end is abort without a limit where there is none.
func (m *Machine) end(f Fault, limit time.Duration) {
	if !m.Running { // a oneshot that has worked
		return
	}
	m.fault, m.State, m.killed, m.limit, m.Paused, m.GotTerm = f, status.Stopping, false, limit, false, true
	m.after(limit)
	if m.way != nil {
		m.faulty()
	} else {
		m.act(Action{Do: SendDown})
	}
	m.act(Action{Do: SendSignal, Signal: syscall.SIGCONT})
}

// bePatient begins the time that a run may be starting; its age counts from when
// it is run.
func (m *Machine) bePatient() {
	m.Deadline = never
	if m.State == status.Starting && !(m.unborn && m.young) {
		m.after(m.patience)
	}
}

// patienceEnds: it has lived for long enough, or it should be ready by now.
func (m *Machine) patienceEnds(ev Event) {
	m.Deadline = never
	if !m.young {
		m.abort(FaultTimeoutUp, ev.Limit)
		return
	}
	m.young = false
	m.isReady(ev)
	if m.past != nil {
		m.past.Bad, m.past.Pause = 0, 0
	}
}
