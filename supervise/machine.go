package supervise

import (
	"syscall"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/restart"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// Kind is what kind of event came.
type Kind uint8

const (
	// Letters, from supervise/control. D, U and Q are d, u and O that also
	// make or remove the file down.
	Signal Kind = iota // every signal letter that has no kind of its own
	Up
	Down
	Once
	Exit
	Pause
	Continue
	Term
	Kill
	NotAgain
	Look
	DownTree
	LetGo
	Reexec
	At // a time for the next start; Handled: one is set
	// From supervise itself.
	Boot     // supervise has begun, and the service is wanted up
	Shutdown // TERM: stop, and leave
	InputEnd // a logger's service has left: nobody writes any more
	// From processes.
	Answered   // control/X ended, or there is none
	Launched   // svexec was started, and will become run
	Started    // run was started, or svexec became it
	NoRun      // there is no run
	Unstarted  // run could not be started
	Skip       // run is not to be started: its condition is false, or its work done
	Ready      // run said that it is ready
	Unready    // it is not any more
	Extended   // it asks for more time until it is
	Sick       // it has failed, though it runs: Fault
	RunEnded   // the process of run ended
	GroupEnded // nothing is left of its process group, session or tree
	FinishStarted
	FinishEnded // finish ended, or there is none
	InputIdle   // a logger's FIFO is empty
	Renew       // what it has started after was restarted, or went: it is to end, and starts again
	Freshen     // likewise, but it is to read its configuration again
	// From what it needs.
	Met     // nothing is in the way of a start
	Lacks   // something is not yet as it must be
	Unmet   // something will not be, by itself
	Changed // what set/watch asks for has another content
	// From the clock.
	Later      // the time for this start has not come
	Due        // it has
	RunTooLong // timeout-run has passed
	// From its sockets.
	Listens   // nobody has come yet, so run is not started
	Connected // somebody has
	Idle      // nobody has been there for long
	Timeout   // the deadline has come
	Kinds
)

var kindWords = [Kinds]string{"signal", "up", "down", "once", "exit", "pause", "continue", "term", "kill",
	"not-again", "look", "down-tree", "let-go", "reexec", "at", "boot", "shutdown", "input-end", "answered", "launched", "started", "no-run", "unstarted", "skip", "ready", "unready", "extended", "sick", "run-ended",
	"group-ended", "finish-started", "finish-ended", "input-idle", "renew", "freshen", "met", "lacks", "unmet", "changed", "later", "due", "run-too-long", "listens", "connected", "idle", "timeout"}

// String is the word for the kind.
func (k Kind) String() string { return kindWords[k] }

// Event is one thing that happened, with what the machine must know of it.
type Event struct {
	Kind Kind
	// Letter is the letter of a request, or the X of the control/X that was
	// Answered.
	Letter command.Letter
	// Handled: control/X ended with 0, so no signal is sent.
	Handled bool
	// Notifies: the run that was Started or Launched will say when it is ready.
	Notifies bool
	// Oneshot: what was Started or Launched does its work and ends.
	Oneshot bool
	// Already: with Skip, the work of the oneshot is done already.
	Already bool
	// Scope: with RunEnded, what is to follow. It is ScopeUsual where nobody asked
	// for another, and may be where nothing follows anyway.
	Scope servicedir.Scope
	// Fault: with Sick, how; Limit is then as of a stop. With Extended, Limit is
	// what it asks for.
	Fault Fault
	// Lazy: with FinishEnded, run is started by those who come: that it ends in order is
	// nothing to tell.
	Lazy bool
	// Timed: with FinishEnded, the next start waits for its time.
	Timed bool
	At    time.Duration // monotonic
	// Limit: with what may stop it, and with RunEnded, timeout-kill; with FinishStarted,
	// timeout-finish; with Unstarted, how long to wait where trying again soon
	// may help. 0 is none.
	Limit time.Duration
	// Patience: with Started and Launched, how long it may be starting: with
	// Notifies until it is ready (timeout-up), else until it counts as up
	// (min-uptime). 0 is none.
	Patience time.Duration
	// Code and Signal say how a process ended: Signal 0 means by itself.
	Code   int
	Signal syscall.Signal
	// Rule: with RunEnded and FinishEnded, what set/ says of restarting, nil where
	// it says nothing; and with FinishEnded how run itself ended, and a number by
	// chance.
	Rule      *restart.Rule
	RunCode   int
	RunSignal syscall.Signal
	Chance    uint32
	// Left counts, with GroupEnded, the processes that outlived all of it; with
	// InputEnd, and with RunEnded of a consumer, the bytes that wait for the logger.
	Left int
	// Reason: with Unmet, what it is, for people.
	Reason string
	// Way: with what may stop it, and with RunEnded, how set/ says to, nil where it
	// says nothing.
	Way *Way
}

// Do is what kind of thing is to be done.
type Do uint8

const (
	Weigh       Do = iota // what the service needs: Met, Lacks or Unmet
	Ask                   // run control/Letter; Answered at once if there is none
	Start                 // run: Started, NoRun or Unstarted
	Finish                // finish: FinishStarted or FinishEnded
	SendSignal            // Signal to the process of run, or to its group
	SendDown              // the down signal to the process of run
	SendReload            // the reload signal to the process of run
	KillRun               // KILL to the process of run: timeout-kill has passed
	EndGroup              // Signal, or else the down signal, and CONT to what is left in Scope, until GroupEnded
	KillGroup             // KILL to what is left in Scope
	GiveUpGroup           // wait no longer for it: GroupEnded
	KillFinish            // CONT and KILL to finish
	CheckInput            // InputIdle if the logger's FIFO is empty
	MakeDown              // make the file down
	RemoveDown            // remove the file down
	NoteDeath             // remember the end of run, with Cause
	WriteDown             // what is so by now, before the rest is done
	Announce              // event Letter to the event directory
	Leave                 // close the service for good
	Part                  // leave, and leave everything running
	ExecAgain             // execute the program of supervise again
	KillHook              // KILL to the program of set/ that Letter stands for
	Over                  // run has ended, and nobody asked for it; Next is what follows
	Arm                   // Due when the time for the next start comes
	Keep                  // what the oneshot has exported, and what its inputs were
)

// Action is one thing to be done.
type Action struct {
	Do     Do
	Letter command.Letter
	Signal syscall.Signal
	Group  bool
	Scope  servicedir.Scope
	Cause  string
	Next   status.State
}

// never is the deadline of a machine that waits for nothing.
const never = time.Duration(-1)

// Machine is the policy of one service: pure, it has no clock and touches
// nothing. Step tells it what happened, its fields are what is so now.
type Machine struct {
	State status.State
	Want  status.Want
	// Running: the process of run exists, or will become it. Leaving: leave when
	// it is down.
	Running, Leaving       bool
	Paused, GotTerm, Ready bool
	// Deadline is when Timeout is due, never if it is not.
	Deadline time.Duration
	// LastWords is set while the service of this logger is leaving: the logger
	// then ends by the end of its input, so that it reads all of it.
	LastWords bool

	style   *Style
	logger  bool             // its standard input is the FIFO of a service
	final   bool             // Shutdown: no letter brings it back
	eager   bool             // somebody asked for the next start, so it is not delayed
	owed    bool             // a start: a once that was asked for, or one for what waits
	unborn  bool             // launched, and not yet run
	skips   bool             // and it will not be, see Skip
	already bool             // since its work was done: a change may be more of it
	oneshot bool             // what was started does its work and ends
	done    bool             // it has: the service is up until that is undone
	waits   bool             // started, and will say when it is ready
	limit   time.Duration    // timeout-kill of this stop, 0 for none
	killed  bool             // it has passed
	drains  bool             // no end but that of its input is expected
	letter  command.Letter   // what this run was asked last that may end it
	whole   bool             // this stop takes every descendant, whatever is set
	scope   servicedir.Scope // of what follows the end of this run
	tries   int              // starts that failed in a row
	started time.Duration    // when run was started last
	ended   time.Duration    // when it ended last
	lacks   bool             // a start waits for what it needs
	timed   bool             // a start waits for its time
	due     bool             // that has come, or does not matter: for the next start
	listens bool             // a start waits for somebody to come
	young   bool             // it is not up before it has lived for a while
	lost    bool             // it was ready, and is not
	// patience is how long this run may be starting, 0 for ever.
	patience time.Duration
	fault    Fault         // why we end this run ourselves
	changed  bool          // another run follows this one, for what is watched has changed
	gaveUp   status.Want   // what was wanted before it was given up, or had ended for good
	past     *restart.Past // since somebody asked for the start, where a rule asks for it
	course   *course       // of this stop, where set/ says how
	way      *Way          // of the event
	now      time.Duration // of the event
	acts     []Action
	room     [8]Action // of acts: what Step says never needs more memory
}

// NewMachine is a service that is down.
func NewMachine(style *Style, logger bool) Machine {
	return Machine{Deadline: never, started: -startPause, style: style, logger: logger}
}

// Step takes one event, and says what to do, in this order. The slice is good
// until the next Step.
func (m *Machine) Step(ev Event) []Action {
	m.acts = m.room[:0]
	m.now, m.way = ev.At, ev.Way
	switch ev.Letter {
	case command.DownForGood, command.NeverAgain:
		m.act(Action{Do: MakeDown})
	case command.UpForGood:
		m.act(Action{Do: RemoveDown})
	}
	table[ev.Kind].of(m.State).do(m, ev)
	return m.acts
}

func (m *Machine) act(a Action) { m.acts = append(m.acts, a) }

// isOver says that nothing runs, and that nothing will by itself.
func (m *Machine) isOver() bool {
	switch m.State {
	case status.Down, status.Failed, status.Exited, status.Skipped:
		return true
	}
	return false
}

// after sets the deadline, or clears it where d is 0.
func (m *Machine) after(d time.Duration) {
	m.Deadline = never
	if d > 0 {
		m.Deadline = m.now + d
	}
}

// rest is a state in which nothing runs and nothing is due.
func (m *Machine) rest(s status.State) {
	m.State, m.Deadline, m.lacks, m.timed, m.due, m.listens = s, never, false, false, false, false
	if m.Leaving {
		m.act(Action{Do: Leave})
	}
}
