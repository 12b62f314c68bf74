package supervise

import (
	"flag"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/status"
)

var (
	walkSeed  = flag.Uint64("seed", 0, "seed of the random walks, 0 for a new one")
	walkSteps = flag.Int("steps", 600_000, "steps of a random walk")
)

// letters that a walk sends, the wanted states more often than the rest.
var walkLetters = []byte("uuudddToxpcttkhaiq12byrlPCKOLGRA")

// ask sends a letter, and remembers what was asked last.
func (w *world) ask(l command.Letter) {
	w.t.Helper()
	if slices.Contains([]Kind{Up, Down, Once, NotAgain, DownTree}, kinds[l]) {
		w.before = 0
	}
	if kinds[l] == Down || kinds[l] == DownTree {
		w.meet()
	}
	switch l {
	case command.Up:
		w.asked, w.eager, w.owed = l, true, false
		w.due = !w.run && !w.isDone() || w.m.State == status.Stopping
	case command.Once:
		w.asked, w.eager, w.owed = l, true, true
		if w.run && w.m.State != status.Stopping || w.isDone() {
			w.owed = false // the run that there is
		}
	case command.DownTree:
		w.asked, w.whole = command.Down, w.whole || w.run || w.m.State == status.Stopping
	case command.Down, command.NotAgain:
		w.asked = command.Down
	case command.At:
		handled := w.rand.IntN(2) == 0
		if handled && (!w.run || w.m.State == status.Stopping) && w.m.State != status.Starting {
			w.asked, w.owed, w.eager = command.Up, false, true
		}
		w.step(Event{Kind: At, Letter: l, Handled: handled})
		return
	}
	if kinds[l] == Signal || kinds[l] == Term || kinds[l] == Kill {
		w.asksSignal = true
	}
	w.step(Event{Kind: kinds[l], Letter: l, Limit: worldKill, Way: w.way})
}

// happen is one thing of the world, drawn by chance.
func (w *world) happen() {
	w.t.Helper()
	if w.cross() {
		return
	}
	switch w.rand.IntN(14) {
	case 0, 1:
		w.ask(command.Letter(walkLetters[w.rand.IntN(len(walkLetters))]))
	case 2:
		w.endRun(w.rand.IntN(3), 0)
		w.drain()
	case 3:
		switch {
		case w.unborn && w.ends == 0 && w.rand.IntN(4) == 0:
			w.step(Event{Kind: Skip, Already: w.rand.IntN(2) == 0})
			w.endRun(1, 0)
			w.drain()
		case w.unborn && w.ends == 0:
			w.unborn = false
			w.step(Event{Kind: Started})
		case w.run && !w.unborn && w.m.waits && !w.m.Ready:
			w.step(Event{Kind: Ready})
		}
	case 4:
		code := 0
		if w.rand.IntN(8) == 0 {
			code = permanentFailure
			if w.finish && !w.ending && !w.m.eager && !w.m.changed && w.m.style.PermanentFailure {
				if w.asked != command.Down {
					w.before = w.asked
				}
				w.asked, w.owed = command.Down, false // it gives up
			}
		}
		w.endFinish(code, 0)
		w.drain()
	case 5:
		if n := len(w.scripts); n > 0 {
			l := w.scripts[n-1]
			w.scripts = w.scripts[:n-1]
			w.step(Event{Kind: Answered, Letter: l, Handled: w.rand.IntN(2) == 0})
		}
	case 6:
		if w.group && w.m.State == status.Stopping && !w.run {
			w.group = false
			w.step(Event{Kind: GroupEnded})
		}
	case 7:
		if w.m.lacks {
			w.step(w.weigh(1))
			break
		}
		if w.m.Want == status.WantUp && w.m.State != status.Stopping && (w.run || w.isDone()) {
			w.eager = true // it starts again at once
		}
		w.step(Event{Kind: []Kind{Renew, Freshen}[w.rand.IntN(2)], Limit: worldKill, Way: w.way})
	case 11:
		if w.m.timed && w.armed != never || w.job && w.run && w.m.State == status.Up && w.m.Want == status.WantUp {
			w.come()
			w.drain()
		}
	case 12:
		if w.run {
			w.step(Event{Kind: RunTooLong, Limit: worldKill, Way: w.way})
		}
	case 8:
		w.change()
	case 10:
		w.sicken()
	case 13:
		switch {
		case w.m.listens:
			w.step(Event{Kind: Connected})
		case w.lazy && w.m.State == status.Up:
			w.step(Event{Kind: Idle, Limit: worldKill * time.Duration(w.rand.IntN(2))})
		}
	case 9:
		w.pass(time.Duration(w.rand.IntN(1500)) * time.Millisecond)
	}
}

// change is another content of what is watched: unless it is down because
// somebody has said so, it may be started for that, once more if it was for once.
func (w *world) change() {
	w.t.Helper()
	if gaveUp := w.m.State == status.Failed || w.m.State == status.Exited; gaveUp && w.before != 0 {
		w.asked, w.before = w.before, 0
	}
	w.owed = w.owed || w.asked == command.Once
	w.untouched = w.asked == command.Down
	w.step(Event{Kind: Changed, Limit: worldKill, Way: w.way})
	w.untouched = false
}

// drain lets the machine see what has happened.
func (w *world) drain() {
	w.t.Helper()
	if len(w.queue) > 0 {
		ev := w.queue[0]
		w.queue = w.queue[1:]
		w.step(ev)
	}
}

// pass lets time pass, and the deadlines that lie in it come.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	until := w.now + d
	for w.m.Deadline != never && w.m.Deadline <= until && !w.left {
		w.now = max(w.now, w.m.Deadline)
		w.step(Event{Kind: Timeout})
		if w.m.Deadline != never && w.m.Deadline <= w.now {
			w.fail("a deadline that has come stays")
		}
	}
	w.now = until
}

// quiet holds invariant 5: down, and then nothing but time, leads to down. A
// control script of a wait for ever is the user's: the scripts answer.
func (w *world) quiet() {
	w.t.Helper()
	w.ask(command.Down)
	w.answerAll()
	w.pass(worldDrain + worldKill + worldFinish + killAgain + 2*groupGrace)
	if !w.left && w.m.State != status.Down {
		w.fail("not down after a down and quiet")
	}
	if w.run || w.finish {
		w.fail("a process is left after a down and quiet")
	}
}

// answerAll ends all control scripts, and has svexec become run.
func (w *world) answerAll() {
	w.t.Helper()
	for len(w.scripts) > 0 && !w.left {
		l := w.scripts[0]
		w.scripts = w.scripts[1:]
		w.step(Event{Kind: Answered, Letter: l})
	}
	if w.unborn && w.ends == 0 && !w.left {
		w.unborn = false
		w.step(Event{Kind: Started})
	}
}

func TestWalk(t *testing.T) {
	seed := *walkSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-seed=%d", seed)
	for i, style := range []*Style{&ours, &daemontools, &runit, &s6} {
		t.Run(style.Name, func(t *testing.T) {
			source := rand.New(rand.NewPCG(seed, uint64(i))) // each walks its own way
			var met meetings
			for steps := 0; steps < *walkSteps; {
				w := &world{t: t, rand: source, asked: command.Up, now: time.Minute, rule: someRule(source), way: someWay(source), lazy: source.IntN(3) == 0, job: source.IntN(3) == 0}
				w.m = NewMachine(style, false)
				w.m.Want = status.WantUp
				w.step(Event{Kind: Boot})
				for range 200 {
					if w.left {
						break
					}
					w.happen()
				}
				if !w.left {
					w.quiet()
				}
				steps += w.steps
				met.add(w.met)
			}
			for i, n := range met {
				if least := *walkSteps / 600; n < least {
					t.Errorf("a down has met a pending %s %d times; want %d", pendingWords[i], n, least)
				}
			}
		})
	}
}

// TestWalkShutdown: after Shutdown nothing starts any more, and it leaves; a
// logger whose input has ended starts at most once more, and leaves.
func TestWalkShutdown(t *testing.T) {
	t.Run("service", func(t *testing.T) { walkToTheEnd(t, false) })
	t.Run("logger", func(t *testing.T) { walkToTheEnd(t, true) })
}

func walkToTheEnd(t *testing.T, logger bool) {
	seed := *walkSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-seed=%d", seed)
	source := rand.New(rand.NewPCG(seed, 1))
	for range 2000 {
		w := &world{t: t, rand: source, asked: command.Up, now: time.Minute, rule: someRule(source), way: someWay(source), lazy: source.IntN(3) == 0, job: source.IntN(3) == 0}
		w.m = NewMachine(&ours, logger)
		w.m.Want = status.WantUp
		w.step(Event{Kind: Boot})
		for range source.IntN(40) {
			if !w.left {
				w.happen()
			}
		}
		if w.left {
			continue
		}
		starts := w.started
		if logger {
			w.eager = true // its last run need not wait
			w.step(Event{Kind: InputEnd, Limit: worldKill, Left: source.IntN(2)})
		} else {
			w.step(Event{Kind: Shutdown, Limit: worldKill, Way: w.way})
			w.asked = command.Down
		}
		for range 5 {
			for _, l := range []command.Letter{command.Up, command.Once, command.Continue} {
				if !w.left {
					w.step(Event{Kind: kinds[l], Letter: l})
				}
			}
		}
		if !w.left {
			w.answerAll()
			w.pass(time.Minute)
		}
		for range 2 { // a control/u that the last run asked for, and that run
			if !w.left {
				w.answerAll()
				w.pass(time.Minute)
			}
		}
		if !w.left {
			w.fail("has not left after Shutdown and quiet")
		}
		if logger && w.started > starts && w.asked == command.Down {
			w.fail("a logger that was down was started for its last words")
		}
	}
}
