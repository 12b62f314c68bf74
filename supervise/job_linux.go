package supervise

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/schedule"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/supervise/status"
)

// haveJob is the job of the service, which from now on has one.
func (s *Service) haveJob() *job {
	if s.job == nil {
		s.job = newJob()
	}
	return s.job
}

// readJob reads what set/ says of times by now, and whether it says when to start.
func (s *Service) readJob() (timed bool) {
	j := s.haveJob()
	j.schedule = use(s, &j.schedule, nil, func() (*schedule.Schedule, error) {
		return servicedir.Text(s.dir, servicedir.Schedule, j.schedule, nil, setting.ParseSchedule)
	})
	j.every = 0
	if j.schedule == nil {
		j.every = value(s, servicedir.Every, &j.everySet, 0, setting.ParseEvery)
	}
	j.overlap = value(s, servicedir.Overlap, &j.overlap, setting.OverlapUsual, setting.ParseOverlap)
	j.missed = value(s, servicedir.Missed, &j.missed, false, setting.ParseMissed)
	return j.schedule != nil || j.every > 0
}

// comesLater says that this start is to wait for its time. One whose time has come
// takes the time away that somebody has set.
func (s *Service) comesLater() bool {
	set := s.job != nil && !s.job.at.IsZero()
	if (s.timed || set) && !s.m.due && !s.m.final {
		return true
	}
	if set {
		s.show() // that it is due, before what says so is gone
		s.dropAt()
	}
	if !s.timed && !s.limited && s.job != nil {
		s.dropTimer()
		s.job = nil
	}
	return false
}

// arm has Due come when it is time.
func (s *Service) arm() {
	timed := s.readJob()
	j := s.job
	s.timed = timed || servicedir.Exists(s.dir, servicedir.Schedule) || servicedir.Exists(s.dir, servicedir.Every) // which cannot be used
	if !s.timed && j.at.IsZero() {
		s.happen(Event{Kind: Due}) // what it waited for was taken away
		return
	}
	if j.plan(time.Now(), fifo.Now(), s.record.Starts == 0) {
		s.happen(Event{Kind: Due})
		return
	}
	if s.record.Reason = ""; !j.waits() {
		s.record.Reason = servicedir.Schedule + " says no time that comes"
	}
	s.setTimer()
}

// setTimer has the kernel tell when the next time has come by the wall clock, or
// when that was set.
func (s *Service) setTimer() {
	j := s.job
	if j.next.IsZero() {
		s.dropTimer()
		return
	}
	if j.timer < 0 {
		fd, err := unix.TimerfdCreate(unix.CLOCK_REALTIME, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
		if err != nil {
			s.noTimer(err)
			return
		}
		j.timer = fd
		s.engine.poll.Add(fd, unix.POLLIN, s, tagClock)
	}
	at := unix.ItimerSpec{Value: unix.NsecToTimespec(j.next.UnixNano())}
	if err := unix.TimerfdSettime(j.timer, unix.TFD_TIMER_ABSTIME|unix.TFD_TIMER_CANCEL_ON_SET, &at, nil); err != nil {
		s.noTimer(err)
	}
}

// noTimer does without one: the clock is looked at once a minute.
func (s *Service) noTimer(err error) {
	s.tell("unable to make a timer: " + reason(err) + ", looking at the clock each minute")
	wait := min(max(time.Until(s.job.next), 0), time.Minute)
	if at := fifo.Now() + wait; before(at, s.job.wake) {
		s.job.wake = at
	}
}

func (s *Service) dropTimer() {
	if s.job != nil && s.job.timer >= 0 {
		s.engine.poll.Remove(s.job.timer)
		_ = quiet.Close(s.job.timer) // nothing was written
		s.job.timer = -1
	}
}

// timerTold is that the time has come, or that the clock was set.
func (s *Service) timerTold() {
	var n [8]byte
	_, _ = fifo.Retry(func() (int, error) { return quiet.Read(s.job.timer, n[:]) }) // ECANCELED: the clock was set
	s.lookAtClock()
}

// lookAtClock is when a time may have come.
func (s *Service) lookAtClock() {
	switch {
	case s.m.timed:
		s.perform(Action{Do: Arm})
		s.drain()
		s.flush()
	case s.replaces():
		due := s.job.plan(time.Now(), fifo.Now(), false)
		if s.job.ran = true; due {
			s.handle(Event{Kind: Due, Limit: s.timeoutKill(), Way: s.way()})
		}
		s.setTimer()
	}
}

// replaces says that the next time ends the run that there is.
func (s *Service) replaces() bool {
	return s.job != nil && s.timed && s.job.overlap == setting.OverlapReplace && s.m.Running && s.m.State.HasProcess()
}

// jobBegan is that run is executed, or was a while ago by an earlier supervise.
func (s *Service) jobBegan(age time.Duration) {
	if s.limited {
		j := s.haveJob()
		j.runDue = 0
		if limit := value(s, servicedir.TimeoutRun, &j.limit, 0, setting.ParseTimeoutRun); limit > 0 {
			j.runDue = max(fifo.Now()-age, s.m.started) + limit // whatever the wall clock says
		}
	}
	if !s.timed {
		return
	}
	s.readJob()
	if s.replaces() {
		s.job.ran = false
		s.job.plan(time.Now(), fifo.Now(), false)
		s.setTimer()
	}
	s.job.ran = true
}

// jobTimeout does what is due of a job.
func (s *Service) jobTimeout(now time.Duration) {
	j := s.job
	if j == nil {
		return
	}
	if j.runDue != 0 && j.runDue <= now {
		j.runDue = 0
		s.handle(Event{Kind: RunTooLong, Limit: s.timeoutKill(), Way: s.way()})
	}
	if j.wake != never && j.wake <= now {
		j.wake = never
		s.lookAtClock()
	}
}

// settleJob forgets what is of no use any more, after whatever has happened.
func (s *Service) settleJob() {
	j := s.job
	if j == nil {
		return
	}
	if !s.m.Running {
		j.runDue = 0
	}
	if !s.m.timed && !s.replaces() {
		s.dropTimer()
		j.wake, j.next = never, time.Time{}
	}
	if s.m.Want == status.WantDown && !s.m.Leaving {
		j.last, j.counts = time.Time{}, false // it begins anew
	}
}

// askedAt is the letter A: a time was written down, or taken away.
func (s *Service) askedAt(ev Event) Event {
	t, set := servicedir.ParseStartAt(string(readFile(s.state, servicedir.StartAt)))
	ignored := Event{Kind: Look, Letter: ev.Letter}
	switch {
	case set && s.m.Running && s.m.State != status.Stopping:
		s.dropAt() // it is up
		return ignored
	case set:
		s.haveJob().at, ev.Handled = t, true
	case s.job == nil || s.job.at.IsZero():
		return ignored
	default:
		s.job.at = time.Time{}
		ev.Handled = s.readJob() // it waits for its schedule
	}
	return ev
}

// dropAt takes away the time that somebody has set.
func (s *Service) dropAt() {
	if s.job != nil {
		s.job.at = time.Time{}
	}
	_ = quiet.Unlinkat(s.state, servicedir.StartAt, 0) // it may be gone
}

// overruleAt: a letter that asks for something else than a start at that time.
func (s *Service) overruleAt(kind Kind) {
	if s.job == nil || s.job.at.IsZero() {
		return
	}
	switch kind {
	case Up, Down, DownTree, Once, NotAgain, Exit:
		s.dropAt()
	}
}

// adoptJob goes on with the job of an earlier supervise, whose words these are.
func (s *Service) adoptJob(words []byte) {
	s.job = recallJob(words, s.engine.epoch)
	if !s.m.timed && !s.m.due {
		return
	}
	if t, set := servicedir.ParseStartAt(string(readFile(s.state, servicedir.StartAt))); set {
		s.haveJob().at = t
	}
}
