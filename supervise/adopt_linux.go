package supervise

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/forkexec"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// A supervise may be killed at any instant. The next one goes on where it was:
// status.env is the last state that was written down, and supervise/child what
// may have happened since. A process is known again by its pid and by when it
// was started: it is the one that was meant if it was not started later than
// the note of it. So no stranger is ever taken for it, or signalled.

// acquire takes the lock. A supervise that was killed may have it for a moment
// longer: its last child gives it back when it executes its program.
func (s *Service) acquire() (int, error) {
	const moment = 500 * time.Millisecond
	fd, err := fifo.Lock(s.state, servicedir.Lock)
	if !errors.Is(err, unix.EAGAIN) {
		return fd, err
	}
	old, found := s.lastStatus()
	if found {
		s.job = recallJob(old.Machine, 0) // by the wall clock that is good for another boot too
		if s.job != nil {
			s.job.counts = false
		}
	}
	if !found || old.BootID != s.engine.boot {
		return fd, err
	}
	last := process{pid: old.Supervisor, latest: old.SupervisorTicks}
	if last.fd = claim(&last); last.fd >= 0 {
		_ = quiet.Close(last.fd) // nothing to flush
		return fd, err
	}
	if s.engine.host != nil {
		return fd, err // others wait for their turn: it is tried again
	}
	return fifo.LockWithin(s.state, servicedir.Lock, moment)
}

// lastStatus is what the last supervise has written here.
func (s *Service) lastStatus() (status.Record, bool) {
	text := s.files.text[:cap(s.files.text)]
	fd, err := fifo.Retry(func() (int, error) {
		return quiet.Openat(s.state, servicedir.StatusEnv, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return status.Record{}, false // nobody was here
	}
	n, err := fifo.Retry(func() (int, error) { return quiet.Read(fd, text) })
	_ = quiet.Close(fd) // it was only read
	if err != nil {
		return status.Record{}, false
	}
	if text = text[:n]; n == cap(s.files.text) {
		const most = 8 << 10
		text = s.read(servicedir.StatusEnv, most)
	}
	old, err := status.ParseEnv(text)
	return old, err == nil
}

// recall reads what an earlier supervise has written, and says whether there is
// something to go on with.
func (s *Service) recall() bool {
	old, found := s.lastStatus()
	e := s.engine
	if s.record.LogDir = old.LogDir; s.input < 0 && !s.consumes() {
		s.record.LogDir = "" // it is no logger any more
	}
	if !found || old.BootID != e.boot || old.InitTicks != 0 && old.InitTicks != e.initTicks || old.Supervisor == 0 || old.Gone() {
		return false
	}
	if old.Run == 0 && old.PID != 0 { // from before 0.2
		old.Run, old.RunPID, old.RunLeads = 1, old.PID, leadsSession(old.PID)
	}
	old.InitTicks = e.initTicks
	old.Supervisor, old.SupervisorTicks, old.ReexecFailure = e.self, e.ticks, ""
	s.m.recall(&old, e.epoch)
	s.files.recall(old.Machine)
	s.given.recall(old.Machine)
	s.recallWatch(old.Machine)
	s.recallEnd(old.Machine)
	s.adoptJob(old.Machine)
	s.cut(servicedir.History, s.files.historySize)
	s.cut(servicedir.DeathTally, s.files.tallySize)
	s.runs, s.leads = old.Run, old.RunLeads
	old.LogDir = s.record.LogDir
	if old.Machine = s.record.Machine; old.PID != old.RunPID {
		old.StartTicks = 0 // of finish
	}
	if s.pair.again {
		old.Reexecs++
	}
	s.record = old
	return true
}

// recallChild is for a status that could not be written at all, on a full disk:
// a run that lives is gone on with all the same.
func (s *Service) recallChild() bool {
	run := s.noted(runSlot)
	if s.notes() < 0 || run.PID == 0 || !s.ofThisWorld() {
		return false
	}
	p := adopted(run)
	if p.fd = claim(&p); p.fd < 0 {
		return false
	}
	s.forget(p) // adopt claims it once more
	s.record.Since = time.Now()
	s.m.Want = status.WantUp
	return true
}

// adopt takes over the processes that an earlier supervise has left. What comes
// of it happens in resume, when all services are hosted.
func (s *Service) adopt() {
	s.adopting = true
	ticks := s.record.StartTicks
	s.run = process{pid: s.record.RunPID, fd: -1, earliest: ticks, latest: max(ticks, 1), sequence: s.runs} // unknown: anybody is a stranger
	run := s.noted(runSlot)
	handed := run.Sequence == s.runs && run.PID != 0 && run.PID != s.run.pid // to its daemon, see handOn
	if run.Sequence == s.runs && run.PID == s.run.pid && ticks == 0 || handed {
		s.run = adopted(run)
	}
	s.useShared(s.isServed())
	switch {
	case run.Sequence > s.runs && run.PID != 0:
		s.adoptUnseen(run)
	case run.Sequence > s.runs:
		s.sought = &run
		s.seek()
	case s.m.Running:
		s.adoptRun()
	}
	if s.m.State.HasProcess() {
		s.adoptScope(handed)
	}
	if s.m.State == status.Finishing {
		s.adoptFinish()
	}
	s.adoptSockets()
	for _, letter := range scriptLetters {
		s.adoptScript(letter)
	}
}

// adoptUnseen takes over a run of which nothing but its note is known. If the
// one before was thought to run still, its end was not written down either. One
// that was still svexec when that was written never was a run.
func (s *Service) adoptUnseen(run forkexec.Record) {
	if s.m.Running && !s.m.unborn {
		s.noteEnd(s.lookUp(&s.run, runSlot))
		s.noteDeath("unknown")
	}
	s.m.forgetRun()
	s.m.unborn, s.given.sum = false, 0
	s.runs = run.Sequence
	s.run = adopted(run)
	s.m.State, s.m.Deadline = status.Starting, never
	s.adoptRun()
	attributes := s.hasAttributes()
	s.adoptHealth(attributes)
	s.leads = !s.served && (s.run.fd >= 0 && leadsSession(s.run.pid) || s.run.fd < 0 && s.style.Session)
	kind := Launched
	if s.report < 0 && !attributes { // else resume finds out whether it has become run
		kind = Started
		s.begun()
	}
	s.record.Since, s.record.StartTicks = time.Now().Add(run.Time-boottime()), 0
	s.oneshot = s.isOneshot()
	s.happen(s.startEvent(kind))
}

// adoptRun takes over the process of run, and the FIFOs by which it says more.
func (s *Service) adoptRun() {
	s.run.fd = claim(&s.run)
	if s.useShared(s.isServed()); s.served && s.run.fd >= 0 {
		s.adoptServed(s.m.Running && !s.m.unborn)
		return
	}
	s.reopenReadiness()
	s.reopenReport()
	if s.run.fd >= 0 {
		s.await(s.run, tagRun)
		s.planLog()
	}
}

// adoptFinish takes over finish, if it was started.
func (s *Service) adoptFinish() bool {
	finish := s.noted(finishSlot)
	if finish.Sequence != s.runs || finish.PID == 0 {
		return false
	}
	s.finish = adopted(finish)
	s.files.finishing = time.Now().Add(finish.Time - boottime())
	if s.finish.fd = claim(&s.finish); s.finish.fd >= 0 {
		s.await(s.finish, tagFinish)
	}
	return true
}

// adoptScript takes over control/X, or at least its answer.
func (s *Service) adoptScript(letter command.Letter) {
	noted := s.noted(slotOf(letter))
	if noted.PID == 0 {
		return
	}
	sc := script{letter: letter, run: noted.Sequence, process: adopted(noted)}
	if sc.fd = claim(&sc.process); sc.fd >= 0 {
		s.await(sc.process, tagScript+int(letter))
	}
	s.scripts = append(s.scripts, sc)
}

// notExecuted is how svexec ends where it cannot become run.
const notExecuted = 111

// resume goes on: first what was asked for, then what has ended meanwhile, then
// what the last supervise was about to do.
func (s *Service) resume() {
	s.drain()
	if s.served && s.report >= 0 {
		s.heardServed(tagReport)
	}
	var end ending
	dead := s.m.Running && s.run.fd < 0
	if dead {
		end = s.lookUp(&s.run, runSlot)
	}
	if s.m.unborn && s.report < 0 && s.hasBecome(dead, end) {
		s.begun()
		s.step(Event{Kind: Started}) // while nobody was there to be told
	}
	if s.m.waits && !s.m.Ready && (!s.saysReady() && s.wasReady() || s.handedOn != 0) {
		s.dropReadiness()
		s.becameReady()
	}
	s.leftRequests()
	if s.pair.leaving {
		s.m.Want = status.WantDown // what has ended meanwhile does not start again
	}
	if dead {
		s.dropReadiness()
		s.dropReport()
		s.runEnded(end)
	}
	for i := len(s.scripts) - 1; i >= 0; i-- {
		if sc := &s.scripts[i]; sc.fd < 0 {
			s.spent = append(s.spent, sc.letter)
			s.answered(i, s.lookUp(&sc.process, slotOf(sc.letter)))
		}
	}
	m := &s.m
	switch {
	case s.gone:
	case m.State == status.Starting && !m.Running && !s.asking(command.Up):
		s.perform(Action{Do: Weigh})
	case m.State == status.Stopping && m.Running && m.changed && !s.asking(command.Term):
		s.perform(Action{Do: Ask, Letter: command.Term}) // perhaps once more
	case m.lacks:
		s.perform(Action{Do: Weigh})
	case m.timed:
		s.perform(Action{Do: Arm})
	case m.State == status.Stopping && !m.Running && len(s.group) == 0:
		s.perform(Action{Do: EndGroup, Scope: m.scope, Signal: m.course.signal()})
	case m.isEasing() && !s.asking(drainHook):
		s.step(Event{Kind: Answered, Letter: drainHook})
	case m.State == status.Finishing && s.finish.pid == 0:
		s.startFinish()
	case m.State == status.Finishing && s.finish.fd < 0:
		s.finishEnded(s.lookUp(&s.finish, finishSlot))
	case (m.State == status.Backoff || m.State == status.Waiting) && m.Deadline == never:
		m.Deadline = fifo.Now()
	}
	s.drain()
	s.adopting = false
	if s.m.State == status.Down && s.m.Want == status.WantUp && !s.m.Leaving && !s.pair.leaving {
		s.step(Event{Kind: Boot})
	}
	if !s.isUnsure() {
		s.show()
	}
}

// hasBecome says that svexec, which says nothing any more, has become run. Who was to
// and could not, or found nothing to do, has ended, or is about to.
func (s *Service) hasBecome(dead bool, end ending) bool {
	if dead {
		return end.code() != notExecuted
	}
	return s.run.fd < 0 || hasProgram(s.run.pid)
}

// adopted is the process that has noted itself, which may be gone.
func adopted(noted forkexec.Record) process {
	const noteAfter = 2 * ticksPerSecond // at the latest, on the busiest machine
	latest := ticksOf(noted.Time)
	return process{pid: noted.PID, fd: -1, earliest: latest - min(latest, noteAfter), latest: latest, sequence: noted.Sequence}
}

// claim opens a pidfd of the process that p names, -1 if it is gone: also where
// another has its pid by now.
func claim(p *process) int {
	if p.pid <= 0 {
		return -1
	}
	fd, err := unix.PidfdOpen(p.pid, 0)
	if err != nil {
		return -1
	}
	if ticks := proc.StartTicks(p.pid); ticks == 0 || ticks > p.latest {
		_ = quiet.Close(fd) // nothing to flush
		return -1
	}
	return fd
}

// ticksPerSecond is that of all that the kernel tells of time in /proc, on
// every processor.
const ticksPerSecond = 100

// ticksOf is a time since boot in ticks: what was started later has more.
func ticksOf(t time.Duration) uint64 { return uint64(t / (time.Second / ticksPerSecond)) }

// boottime is the clock by which children note when they were started.
func boottime() time.Duration { return clock(unix.CLOCK_BOOTTIME) }

func clock(id int32) time.Duration {
	var now unix.Timespec
	quiet.ClockGettime(id, &now)
	return time.Duration(now.Nano())
}

// leadsSession says that the process pid leads its session.
func leadsSession(pid int) bool {
	sid, err := unix.Getsid(pid)
	return err == nil && sid == pid
}
