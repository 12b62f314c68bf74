package supervise

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/restart"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/supervise/stopping"
)

// Limits of the world in which the machine walks.
const (
	worldKill   = 3 * time.Second
	worldFinish = 2 * time.Second
	worldDrain  = 2 * time.Second
	worldPause  = time.Second // between the signals of a plan
)

// world is what the machine acts upon: processes that live and die, and a clock
// that is moved by hand. It checks the invariants of design as it goes.
type world struct {
	t     *testing.T
	rand  *rand.Rand
	m     Machine
	queue []Event
	now   time.Duration
	steps int
	trail []string // the last events, for a failure

	run, finish bool // processes
	group       bool // something of the group outlives run
	stubborn    bool // run ignores all but KILL
	unborn      bool // run is not executed yet
	whole       bool // every descendant of this run is to end
	scripts     []command.Letter
	asked       command.Letter // the last of u, d, o that was asked
	owed        bool           // an o that was not started yet
	eager       bool           // somebody asked for the next start
	before      command.Letter // what was asked before the rule, or finish, gave it up
	due         bool           // and no run that there was when he did is in its place
	started     time.Duration
	finishes    int  // since run ended
	ends        int  // of run, since it was started
	ending      bool // finish has ended, and nobody knows yet
	left        bool
	untouched   bool          // what happens now must do nothing
	rule        *restart.Rule // what set/ says of restarting
	lazy        bool          // somebody must come before it is started
	code        int           // of the last end of run
	sig         syscall.Signal
	job         bool             // its starts wait for their time
	armed       time.Duration    // that time, never without
	came        bool             // it has come
	way         *Way             // what set/ says of stopping
	hooks       []command.Letter // programs of set/ that this run's stop has asked
	asksSignal  bool             // somebody has asked for a signal since this run began
	met         meetings         // of a down with what was pending
}

func (w *world) fail(why string) {
	w.t.Helper()
	w.t.Fatalf("step %d, %v: %s (state %v, want %v); trail %v", w.steps, w.now, why, w.m.State, w.m.Want, w.trail)
}

func (w *world) step(ev Event) {
	w.t.Helper()
	w.queue = append(w.queue, ev)
	for len(w.queue) > 0 {
		ev := w.queue[0]
		w.queue = w.queue[1:]
		ev.At = w.now
		w.steps++
		switch ev.Kind {
		case RunEnded:
			w.run = false
			if w.unborn {
				// No finish may follow, and what was asked for is still to come.
				w.unborn, w.finishes, w.started = false, 1, 0
				w.owed = w.asked == command.Once
			}
		case Started:
			w.came = false
		case FinishEnded:
			w.finish, w.ending = false, false
		}
		if w.trail = append(w.trail, ev.Kind.String()+string(rune(max(ev.Letter, ' ')))); len(w.trail) > 30 {
			w.trail = w.trail[1:]
		}
		for _, a := range slices.Clone(w.m.Step(ev)) {
			w.trail = append(w.trail, "("+a.String()+")")
			w.perform(a)
		}
	}
	w.check()
}

// check is what must hold when nothing more comes of a step.
func (w *world) check() {
	w.t.Helper()
	m := &w.m
	switch {
	case m.Running != w.run:
		w.fail("the machine is wrong about run")
	case w.finish != (m.State == status.Finishing):
		w.fail("the machine is wrong about finish")
	case m.unborn != w.unborn && !w.group:
		w.fail("the machine is wrong about run being executed")
	case m.Ready && !m.Running && !m.done, m.Paused && !m.Running, m.GotTerm && !m.Running:
		w.fail("a flag of a process that is not there")
	case w.due && !w.m.Leaving && !m.lacks && (m.State == status.Failed || m.State == status.Exited) && w.asked == command.Up:
		w.fail("gives up what was asked for")
	case m.Deadline != never && !slices.Contains([]status.State{status.Starting, status.Stopping, status.Finishing, status.Backoff, status.Waiting}, m.State):
		w.fail("a deadline for nothing")
	case (m.State == status.Backoff || m.State == status.Waiting) && m.Deadline == never && !m.lacks && !m.timed && !m.listens:
		w.fail("waits for ever")
	case m.done && m.Running, w.isDone() && m.State != status.Up:
		w.fail("a oneshot that has worked, and is not up")
	case m.timed && (m.State != status.Waiting || m.lacks || m.Deadline != never):
		w.fail("waits for its time in another state")
	case m.listens && (m.State != status.Waiting || !w.lazy):
		w.fail("listens in another state")
	case m.lacks && m.State != status.Waiting && m.State != status.Failed:
		w.fail("lacks what it does not wait for")
	}
	if c := m.course; c != nil {
		kept := course{Way: Way{Plan: c.Plan, Stop: c.Stop}, next: c.next, easing: c.easing}
		if got := recallCourse(rememberCourse(nil, c)); !reflect.DeepEqual(got, &kept) {
			w.fail("the next supervise goes on with another course")
		}
	}
	if w.rule != nil && !m.lacks && w.asked == command.Up && (m.State == status.Failed || m.State == status.Exited) {
		w.before, w.asked = w.asked, command.Down // as the rule says, which has tests of its own
	}
}

func (w *world) perform(a Action) {
	w.t.Helper()
	if w.untouched {
		w.fail("does " + a.String() + " to what is to end by itself, or is down")
	}
	switch a.Do {
	case Weigh:
		w.queue = append(w.queue, w.weigh(2))
	case Ask:
		w.askHook(a.Letter)
		if w.rand.IntN(4) == 0 && !slices.Contains(w.scripts, a.Letter) {
			w.scripts = append(w.scripts, a.Letter)
		} else if !slices.Contains(w.scripts, a.Letter) {
			w.queue = append(w.queue, Event{Kind: Answered, Letter: a.Letter})
		}
	case Start:
		w.start()
	case Finish:
		if w.group {
			w.fail("finish beside what run has left")
		}
		if w.run || w.finish {
			w.fail("finish beside run or finish")
		}
		if w.finishes++; w.finishes > 1 {
			w.fail("a second finish after one run")
		}
		w.finish = true
		w.queue = append(w.queue, Event{Kind: FinishStarted, Limit: worldFinish})
	case SendSignal:
		if w.eases() && !w.asksSignal && a.Signal != syscall.SIGCONT && a.Signal != syscall.SIGSTOP {
			w.fail("a signal while set/drain runs")
		}
		w.signal(a.Signal)
	case KillHook:
		if !w.m.isEasing() && !slices.Contains(w.hooks, a.Letter) {
			w.fail("ends a program that was not asked for")
		}
		w.scripts = slices.DeleteFunc(w.scripts, func(l command.Letter) bool { return l == a.Letter })
	case SendDown:
		w.signal(syscall.SIGTERM)
	case SendReload:
		w.signal(syscall.SIGHUP)
	case KillRun:
		w.signal(syscall.SIGKILL)
	case EndGroup:
		if w.run {
			w.fail("ends the rest of a run that is there")
		}
		if w.whole && a.Scope != servicedir.ScopeTree {
			w.fail("ends less than the whole tree")
		}
		if w.group = w.rand.IntN(3) == 0; !w.group {
			w.queue = append(w.queue, Event{Kind: GroupEnded})
		}
	case KillGroup, GiveUpGroup:
		if a.Do == GiveUpGroup && a.Scope == servicedir.ScopeTree {
			w.fail("leaves something of a tree")
		}
		w.group = false
		w.queue = append(w.queue, Event{Kind: GroupEnded})
	case Arm:
		w.armed = w.now + time.Duration(w.rand.IntN(4))*time.Second
		if w.armed == w.now {
			w.come()
		}
	case CheckInput:
		if w.rand.IntN(2) == 0 {
			w.queue = append(w.queue, Event{Kind: InputIdle})
		}
	case KillFinish:
		w.endFinish(0, syscall.SIGKILL)
	case Over:
		if w.run || w.asked == command.Down && a.Next != status.Failed || w.m.lacks {
			w.fail("an end that was asked for, or is none")
		}
	case Announce:
		w.announce(a.Letter)
	case Leave:
		if w.run || w.finish {
			w.fail("leaves a process behind")
		}
		w.left = true
	}
}

// come is when the time for a start has come.
func (w *world) come() {
	w.armed = never
	w.came, w.eager = true, true
	w.queue = append(w.queue, Event{Kind: Due, Limit: worldKill, Way: w.way})
}

// start holds invariants 1, 2, 3 and 6.
func (w *world) start() {
	w.t.Helper()
	switch {
	case w.run || w.finish:
		w.fail("a second process of run, or one beside finish")
	case w.asked == command.Down:
		w.fail("a start after down was asked")
	case w.asked == command.Once && !w.owed && !w.m.final:
		w.fail("a second start for one once")
	case w.ends == 1 && w.finishes != 1:
		w.fail("a start without finish before it")
	case !w.eager && w.started > 0 && w.now-w.started < startPause:
		w.fail("a start too soon")
	}
	if w.job && !w.m.due {
		w.queue = append(w.queue, Event{Kind: Later})
		return
	}
	if w.job && !w.came && w.asked == command.Up && !w.m.final {
		w.fail("a start before its time")
	}
	if w.lazy && w.m.Want == status.WantUp && !w.m.final && w.rand.IntN(2) == 0 {
		w.queue = append(w.queue, Event{Kind: Listens})
		return
	}
	if w.rand.IntN(10) == 0 {
		kind := []Kind{NoRun, Unstarted}[w.rand.IntN(2)]
		w.queue = append(w.queue, Event{Kind: kind})
		return
	}
	w.run, w.started, w.ends, w.finishes, w.eager, w.due, w.owed = true, w.now, 0, 0, false, false, false
	w.whole, w.hooks, w.asksSignal = false, nil, len(w.scripts) > 0                                               // which were asked for another run
	w.scripts = slices.DeleteFunc(w.scripts, func(l command.Letter) bool { _, hook := hookName(l); return hook }) // of the run before
	w.stubborn = w.rand.IntN(4) == 0
	ev := Event{Kind: Started, Notifies: w.rand.IntN(2) == 0, Oneshot: w.rand.IntN(3) == 0, Patience: time.Duration(w.rand.IntN(3)) * 700 * time.Millisecond}
	if w.unborn = w.rand.IntN(3) == 0; w.unborn {
		ev.Kind = Launched
	}
	w.queue = append(w.queue, ev)
}

func (w *world) signal(sig syscall.Signal) {
	w.t.Helper()
	if !w.run {
		w.fail("a signal to nobody")
	}
	deadly := sig == syscall.SIGKILL || sig == syscall.SIGTERM || sig == syscall.SIGHUP
	if deadly && (!w.stubborn || sig == syscall.SIGKILL) {
		w.endRun(0, sig)
	}
}

func (w *world) endRun(code int, sig syscall.Signal) {
	if w.run && w.ends == 0 {
		w.ends++
		w.code, w.sig = code, sig
		w.queue = append(w.queue, Event{Kind: RunEnded, Code: code, Signal: sig, Rule: w.rule, Limit: worldKill * time.Duration(w.rand.IntN(2)),
			Scope: servicedir.Scope(w.rand.IntN(int(servicedir.ScopeTree) + 1)), Left: w.rand.IntN(2), Way: w.way})
	}
}

// askHook holds that a program of set/ is run once for a stop.
func (w *world) askHook(l command.Letter) {
	w.t.Helper()
	if _, hook := hookName(l); !hook {
		return
	}
	if slices.Contains(w.hooks, l) {
		w.fail("a program of set/ is run twice for one stop")
	}
	w.hooks = append(w.hooks, l)
}

// eases says that set/drain runs: nothing has asked run to end yet.
func (w *world) eases() bool { return w.m.isEasing() && slices.Contains(w.scripts, drainHook) }

// someWay is what set/ may say of stopping, or nothing.
func someWay(source *rand.Rand) *Way {
	drain, stop := source.IntN(2) == 0, source.IntN(2) == 0
	plans := []stopping.Plan{stopping.Usual(syscall.SIGTERM, worldKill),
		{{Signal: syscall.SIGINT, Pause: worldPause}, {Signal: syscall.SIGTERM, Pause: worldPause}, {Signal: syscall.SIGKILL}}, {{Signal: syscall.SIGKILL}}}
	if stop {
		plans = plans[:2] // what it does alone may be without effect
	}
	if source.IntN(2) == 0 {
		return nil
	}
	return &Way{Plan: plans[source.IntN(len(plans))], Drain: drain, DrainTime: worldDrain, Stop: stop}
}

func (w *world) endFinish(code int, sig syscall.Signal) {
	if w.finish && !w.ending {
		w.ending = true
		w.queue = append(w.queue, Event{Kind: FinishEnded, Code: code, Signal: sig,
			Timed: w.job, Rule: w.rule, Lazy: w.lazy, RunCode: w.code, RunSignal: w.sig, Chance: w.rand.Uint32()})
	}
}

// announce holds invariant 4.
func (w *world) announce(l command.Letter) {
	w.t.Helper()
	truth := map[command.Letter]bool{
		eventUp:        w.run && !w.unborn,
		eventReady:     w.m.Ready && (w.run || w.m.done),
		eventLost:      w.run && !w.m.Ready,
		eventDead:      !w.run,
		eventDown:      !w.run,
		eventFailed:    !w.run,
		eventListening: w.m.listens,
	}
	if !truth[l] {
		w.fail("announced before it is true: " + string(rune(l)))
	}
}

// someRule is a rule of restarting, or none.
func someRule(source *rand.Rand) *restart.Rule {
	rules := []*restart.Rule{nil, nil, {When: restart.OnFailure}, {When: restart.Never}, {Limit: restart.Limit{Count: 2, Window: 10 * time.Second}},
		{Delay: restart.Delay{Min: time.Second, Max: 8 * time.Second, Factor: 2}, MinUptime: 2 * time.Second},
		{Answer: restart.Answer{Do: restart.Again, Delay: 3 * time.Second}}}
	return rules[source.IntN(len(rules))]
}

// weigh is what comes of what the service needs: one in so many times it lacks
// something.
func (w *world) weigh(often int) Event {
	kinds := []Kind{Lacks, Unmet}
	for range often {
		kinds = append(kinds, Met, Met)
	}
	return Event{Kind: kinds[w.rand.IntN(len(kinds))]}
}

// isDone says that a oneshot has worked, and nobody undoes it yet.
func (w *world) isDone() bool { return w.m.done && !w.finish }

// sicken is news of how well run is.
func (w *world) sicken() {
	w.t.Helper()
	if !w.run || w.unborn || w.ends > 0 {
		return
	}
	switch w.rand.IntN(7) {
	case 0, 6:
		w.step(Event{Kind: Sick, Fault: Fault(1 + w.rand.IntN(int(Faults)-1)), Limit: worldKill * time.Duration(w.rand.IntN(2)), Way: w.way})
	case 1:
		w.step(Event{Kind: Extended, Limit: time.Duration(w.rand.IntN(3)) * time.Second})
	case 2, 3:
		w.step(Event{Kind: Unready})
	default:
		if w.m.lost {
			w.step(Event{Kind: Ready})
		}
	}
}
