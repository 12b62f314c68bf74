package background

import (
	"strconv"
	"syscall"
	"time"
)

// phase is how far it got.
type phase uint8

const (
	starting phase = iota // the program runs
	waiting               // it ended well, and the daemon is not known yet
	guarding              // the daemon runs
	ending                // all that is left is being ended
	over
)

// kind is what kind of event came.
type kind uint8

const (
	programEnded kind = iota
	found             // the pid file names the daemon
	daemonEnded
	childEnded // another one
	noneLeft   // no child is there any more
	asked      // a signal came
	timeout
)

// event is one thing that happened.
type event struct {
	kind   kind
	at     time.Duration
	status syscall.WaitStatus // of who ended
	signal syscall.Signal     // that came
	why    string             // with timeout: what is wrong with the pid file
}

// do is what is to be done.
type do uint8

const (
	sayReady do = iota
	forward     // signal to the daemon
	endAll      // TERM and CONT to all below us
	killAll
)

type action struct {
	do     do
	signal syscall.Signal
}

const (
	never = time.Duration(-1)
	grace = 5 * time.Second // from TERM to KILL
)

// machine is the policy: pure, it touches nothing.
type machine struct {
	phase    phase
	limit    time.Duration // for the pid file
	deadline time.Duration // when timeout is due
	end      End           // once it is over
	held     []syscall.Signal
	killing  bool
}

func newMachine(limit time.Duration) machine { return machine{limit: limit, deadline: never} }

// step takes one event, and says what to do.
func (m *machine) step(ev event) []action {
	switch m.phase {
	case starting, waiting:
		return m.early(ev)
	case guarding:
		switch ev.kind {
		case asked:
			return []action{{forward, ev.signal}}
		case daemonEnded:
			m.phase, m.end = over, endOf(ev.status)
		}
	case ending:
		switch {
		case ev.kind == noneLeft:
			m.phase = over
		case ev.kind == timeout, m.killing && ev.kind != asked: // it may have forked meanwhile
			m.killing, m.deadline = true, never
			return []action{{do: killAll}}
		}
	}
	return nil
}

// early is all that happens before the daemon is known.
func (m *machine) early(ev event) []action {
	switch ev.kind {
	case programEnded:
		if end := endOf(ev.status); end != (End{}) {
			end.Why = "unable to start daemon: the program " + in(ev.status)
			return m.giveUp(end, ev.at)
		}
		m.phase, m.deadline = waiting, ev.at+m.limit
	case found:
		m.phase, m.deadline = guarding, never
		acts := []action{{do: sayReady}}
		for _, sig := range m.held {
			acts = append(acts, action{forward, sig})
		}
		return acts
	case timeout:
		why := "unable to find daemon within " + m.limit.String() + ": " + ev.why
		return m.giveUp(End{Code: systemFailed, Why: why}, ev.at)
	case asked:
		switch ev.signal {
		case syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT:
			return m.giveUp(End{Signal: ev.signal}, ev.at)
		}
		m.held = append(m.held, ev.signal) // for the daemon: the program would die of most
	}
	return nil
}

// giveUp ends all that runs, so that nothing is left unsupervised, and then us.
func (m *machine) giveUp(end End, at time.Duration) []action {
	m.phase, m.end, m.deadline = ending, end, at+grace
	return []action{{do: endAll}}
}

// endOf is the end of a process as ours.
func endOf(status syscall.WaitStatus) End {
	if status.Signaled() {
		return End{Signal: status.Signal()}
	}
	return End{Code: status.ExitStatus()}
}

// in says how a process ended.
func in(status syscall.WaitStatus) string {
	if status.Signaled() {
		return "was ended by signal " + strconv.Itoa(int(status.Signal()))
	}
	return "exited " + strconv.Itoa(status.ExitStatus())
}
