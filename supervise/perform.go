package supervise

import (
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// perform does one action. What it brings about at once is queued.
func (s *Service) perform(a Action) {
	switch a.Do {
	case Weigh:
		s.weigh()
	case Ask:
		s.ask(a.Letter)
	case Start:
		s.start()
	case Finish:
		s.startFinish()
	case SendSignal:
		s.signal(a.Signal, a.Group)
	case SendDown:
		s.signal(s.firstSignal(), false)
	case SendReload:
		s.signal(s.reloadSignal(), false)
	case KillRun:
		s.signal(syscall.SIGKILL, s.has(servicedir.KillGroupTimeout))
	case EndGroup:
		if a.Signal == 0 {
			a.Signal = s.downSignal()
		}
		s.endRest(a.Scope, a.Signal, syscall.SIGCONT)
	case KillGroup:
		s.endRest(a.Scope, syscall.SIGKILL)
	case GiveUpGroup:
		s.giveUpGroup()
	case KillFinish:
		s.killFinish()
	case CheckInput:
		// A consumer sees no end, and others may write on.
		if len(s.sources) > 0 || s.pending() == 0 {
			s.happen(Event{Kind: InputIdle})
		}
	case MakeDown:
		s.makeDown()
	case RemoveDown:
		s.removeDown()
	case NoteDeath:
		s.noteDeath(a.Cause)
	case WriteDown:
		s.show()
	case Announce:
		switch a.Letter {
		case eventUp:
			if s.timed || s.limited {
				s.jobBegan(0)
			}
		case eventReady:
			s.record.ReadyAt = time.Now()
			s.note("ready", s.run.pid)
		case eventLost:
			s.note("unready", s.run.pid)
		case eventFailed:
			s.record.Reason = a.Cause
			s.tell(a.Cause)
			s.note("failed", 0)
		case eventListening:
			s.record.Reason = status.Listening
		}
		s.announce(a.Letter)
	case Leave:
		s.leave()
	case Part:
		s.pair.part()
	case ExecAgain:
		s.engine.wantExec(s)
	case KillHook:
		s.killHook(a.Letter)
	case Over:
		s.over(a.Next)
	case Arm:
		s.arm()
	case Keep:
		s.keep()
	}
}

// start starts run.
func (s *Service) start() {
	if !s.mayStart() {
		return
	}
	if s.requests.once {
		s.show() // so that the letters that led here are not obeyed again after a kill
	}
	// The end of the last run is announced apart: s6's clients stop reading at D
	// and would miss an u in the same piece.
	s.sendEvents()
	attributes := s.hasAttributes()
	if s.comesLater() {
		s.happen(Event{Kind: Later})
		return
	}
	files, closeFiles, equipped := s.equip()
	if !equipped {
		return
	}
	defer closeFiles()
	if s.wantsShared(attributes) {
		s.dropHealth()
		s.startServed()
		return
	}
	s.useShared(false)
	s.leads = s.style.Session && !s.has(servicedir.NoSetsid)
	lock, files, err := s.serviceLock(files)
	if err != nil {
		s.unlocked(err)
		return
	}
	defer closeLock(lock)
	notify, files, err := s.readiness(files)
	if err != nil {
		s.unstarted("unable to start run: "+reason(err), time.Second)
		return
	}
	s.equipHealth(attributes)
	l, report, files, err := s.via(s.program(attributes), files)
	var p process
	if err == nil {
		p, err = s.spawn(s.slot(runSlot, s.runs+1), l.path, l.argv, files, s.leads)
	}
	for _, fd := range []int{notify, report} {
		if fd >= 0 {
			_ = quiet.Close(fd) // the child has its own
		}
	}
	if err != nil {
		s.dropReadiness()
		s.dropReport()
		s.notStarted(l, err)
		return
	}
	s.run = p
	s.runs++
	s.given = given{both: s.twin, sum: s.named}
	s.await(p, tagRun)
	kind := Launched
	if s.record.Since, s.record.StartTicks = time.Now(), p.ticks; !l.through {
		kind = Started
		s.begun()
	}
	s.happen(s.startEvent(kind))
}

// equip opens the standard descriptors and the pipes of run, or says why it cannot.
func (s *Service) equip() (files []uintptr, done func(), ok bool) {
	s.plumb()
	if !s.gather() {
		s.record.Reason = noProducer
		s.happen(Event{Kind: NoRun})
		return nil, nil, false
	}
	if !s.openSockets() || s.waitForUse() || !s.choosePorts() {
		return nil, nil, false
	}
	files, done, err := s.descriptors()
	if err != nil {
		s.unstarted("unable to start run: "+reason(err), time.Second)
		return nil, nil, false
	}
	pipes := len(files)
	files = s.addSockets(files)
	if err := s.collision(pipes, len(files)); err != nil {
		done()
		s.unlocked(err)
		return nil, nil, false
	}
	return files, done, true
}

// begun is when run is executed.
func (s *Service) begun() {
	s.told, s.record.Reason, s.record.Leftovers = "", "", 0
	s.record.Text, s.record.Phase, s.record.Errno = "", "", 0
	s.record.Starts++
	s.record.Since = time.Now()
	s.note("start", s.run.pid)
	s.planLog()
}

// notStarted says why what l starts could not be started, once.
func (s *Service) notStarted(l launch, err error) {
	name, why, missing := servicedir.Run, "", false
	switch l.path {
	case "./run":
		why, missing = servicedir.WhyNot(s.dir, name, s.path(name), err)
	case "./up":
		name = servicedir.Up
		why, _ = servicedir.WhyNot(s.dir, name, s.path(name), err)
		if err == unix.EACCES {
			why += "; as a line of execline it needs execlineb, which is not installed"
		}
	default:
		name, why = l.path, reason(err)
	}
	if missing && s.isOneshot() {
		s.oneshot = true
		s.start()
		return
	}
	if missing {
		s.record.Reason = "no run script"
		s.happen(Event{Kind: NoRun})
		return
	}
	var soon time.Duration
	switch err {
	case unix.EAGAIN, unix.ENOMEM, unix.EMFILE, unix.ENFILE, unix.ETXTBSY:
		soon = time.Second // the system is short of something: it passes
		why += ", trying again in 1 second"
	}
	s.unstarted("unable to start "+name+": "+why, soon)
}

func (s *Service) unstarted(why string, soon time.Duration) {
	s.record.Reason = why
	s.tell(why)
	s.happen(Event{Kind: Unstarted, Limit: soon})
}

// startFinish starts finish with the arguments of s6, or those of runit under
// its name.
func (s *Service) startFinish() {
	undoes := s.m.done && servicedir.Exists(s.dir, servicedir.Down)
	if undoes {
		s.unkeep() // perhaps once more
	}
	if !s.m.oneshot && !s.has(servicedir.Finish) {
		s.happen(s.finishEnd(ending{}, false))
		return
	}
	if s.run.latest != 0 && s.adoptFinish() {
		s.happen(Event{Kind: FinishStarted, Limit: s.timeoutFinish()})
		if s.finish.fd < 0 && !s.adopting {
			end := s.lookUp(&s.finish, finishSlot)
			s.noteFinish(end)
			s.happen(s.finishEnd(end, true))
		}
		return // else resume looks whether it has ended
	}
	if s.m.oneshot {
		s.startUndo(undoes)
		return
	}
	var err error
	s.finish, err = s.spawnScript(s.slot(finishSlot, s.runs), s.finishArguments())
	s.finishStarted(servicedir.Finish, "./finish", err, s.timeoutFinish())
}

// finishStarted is what follows the start of finish, or of what has its place.
func (s *Service) finishStarted(name, path string, err error, limit time.Duration) {
	if err != nil {
		why, _ := servicedir.WhyNot(s.dir, path, s.path(name), err)
		s.tell("unable to start " + name + ": " + why + ", going on without")
		s.happen(s.finishEnd(ending{}, false))
		return
	}
	s.files.finishing = time.Now()
	s.await(s.finish, tagFinish)
	s.happen(Event{Kind: FinishStarted, Limit: limit})
}

func (s *Service) finishArguments() []string {
	code, signal := strconv.Itoa(s.record.ExitCode()), strconv.Itoa(s.record.ExitSignal())
	if s.record.ExitCode() < 0 {
		code = strconv.Itoa(s.style.Killed) // with signal 0 where nobody knows
	}
	if s.style.ShortFinish {
		return []string{"./finish", code, strconv.Itoa(int(s.record.Wait & 0xff))}
	}
	return []string{"./finish", code, signal, s.name, strconv.Itoa(s.run.pid)}
}

func (s *Service) killFinish() {
	if s.finish.fd < 0 {
		return
	}
	for _, sig := range []syscall.Signal{syscall.SIGCONT, syscall.SIGKILL} {
		if s.style.Session && !s.isStranger(&s.finish) {
			_ = unix.Kill(-s.finish.pid, sig) // ESRCH: it has just ended
		} else {
			_ = quiet.PidfdSendSignal(s.finish.fd, sig) // likewise
		}
	}
}

// signal signals the process of run, or its group where it leads one. A pidfd
// never means another process.
func (s *Service) signal(sig syscall.Signal, group bool) {
	if s.run.fd < 0 {
		return
	}
	if s.served {
		s.orderSignal(sig)
		return
	}
	var err error
	if group && s.leads {
		err = unix.Kill(-s.run.pid, sig)
	} else {
		err = quiet.PidfdSendSignal(s.run.fd, sig)
	}
	if err != nil && err != unix.ESRCH {
		s.warn("unable to send " + unix.SignalName(sig) + ": " + reason(err))
	}
}

// makeDown makes the file down, as s6 does for D.
func (s *Service) makeDown() {
	if s.isOneshot() {
		s.warn("unable to make down: that of a oneshot is a program")
		return
	}
	fd, err := quiet.Openat(s.dir, servicedir.Down, unix.O_WRONLY|unix.O_CREAT|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o644)
	if err != nil {
		s.warn("unable to make down: " + reason(err))
		return
	}
	_ = quiet.Close(fd) // nothing was written
}

func (s *Service) removeDown() {
	if s.isOneshot() {
		return // it is its program
	}
	if err := quiet.Unlinkat(s.dir, servicedir.Down, 0); err != nil && err != unix.ENOENT {
		s.warn("unable to remove down: " + reason(err))
	}
}

// part shows what is so, for the supervise that comes next. Letters that wait are
// kept for it.
func (s *Service) part() {
	s.readSocket()
	s.show()
	for {
		if letters, noted, err := s.take(); err != nil || !noted || len(letters) == 0 {
			break
		}
	}
	s.announce(eventLeft)
	s.sendEvents()
}

// leave closes the service for good, after what is so now has been shown.
func (s *Service) leave() {
	s.closeSockets()
	s.announce(eventLeft)
	s.flush()
	s.gone = true
	s.pair.left(s)
}
