package supervise

import (
	"time"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// stopPause is how long a stop is not shown: most programs end sooner, and then
// the end is shown alone. When we leave after it, hundreds of others often end at
// the same time, and all of it takes longer: leavePause. servePause is how long it
// is not shown that the shared svlog was told of a log.
const stopPause, leavePause, servePause = 2 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond

// birthPause is how long a start is not shown that nobody waits for: most of what
// dies again and again dies at once, and then its death is shown alone. That is two
// files to replace instead of eight.
const birthPause = 10 * time.Millisecond

// flush shows what is so now. What is about to be over may wait a moment: what comes
// of it within that replaces it. And so may the end of a run, until it is known what
// is left of it.
func (s *Service) flush() {
	if s.isUnsure() {
		return
	}
	if pause := s.pause(); pause == 0 {
		s.show()
	} else if s.files.hold == 0 {
		s.files.hold = fifo.Now() + pause
	}
}

// pause is how long the state that the machine has now may wait to be shown, 0 if
// it may not. A start after a backoff may, if no letter asked for it.
func (s *Service) pause() time.Duration {
	switch was := s.record.State; {
	case s.gone, was == s.m.State:
		return 0
	case s.m.State == status.Starting && s.served && s.m.unborn:
		return servePause
	case !s.m.Running:
		return 0
	case s.m.State == status.Stopping && s.m.Leaving:
		return leavePause
	case s.m.State == status.Stopping:
		return stopPause
	case was == status.Backoff && !s.m.Ready && s.requests.obeyed == 0:
		return birthPause
	}
	return 0
}

// show shows what is so now, in this order: status, stat and pid, death_tally and
// history, status.env, events. So who waits for status.env, as svctl does, finds
// all the rest. A death that is followed at once by a start is shown once.
func (s *Service) show() {
	if s.gone {
		return
	}
	s.fillRecord()
	f := &s.files
	f.failed, f.hold = false, 0
	packed := status.Pack(&s.record)
	f.text = append(f.text[:0], packed[:]...)
	s.replace(servicedir.Status, &f.status)
	f.text = status.AppendStat(f.text[:0], &s.record)
	s.replace(servicedir.Stat, &f.stat)
	f.text = status.AppendPID(f.text[:0], &s.record)
	s.replace(servicedir.PID, &f.pid)
	if s.m.Running && s.record.StartTicks == 0 {
		s.record.StartTicks = proc.StartTicks(s.run.pid) // after what clients wait for
	}
	s.writeTally()
	s.writeHistory()
	s.writeEnv()
	f.shown, f.stale = true, f.failed
	s.forgetRequests()
	s.clearSpent()
	s.sendEvents()
}

// writeEnv writes status.env, from which the next supervise goes on.
func (s *Service) writeEnv() {
	f := &s.files
	s.record.Machine = s.rememberWatch(s.given.remember(f.remember(s.m.remember(s.record.Machine[:0], s.engine.epoch))))
	s.record.Machine = rememberJob(s.rememberEnd(s.record.Machine), s.job, s.engine.epoch)
	f.text = status.AppendEnv(f.text[:0], &s.record)
	s.replace(servicedir.StatusEnv, &f.env)
}

// sendEvents tells the event directory what was announced.
func (s *Service) sendEvents() {
	if f := &s.files; len(f.events) > 0 {
		if !s.isPlain() {
			fifo.Notify(s.dir, servicedir.Event, f.events)
		}
		f.events = f.events[:0]
	}
}

// fillRecord copies the machine's state into the record.
func (s *Service) fillRecord() {
	r, m := &s.record, &s.m
	was := r.State
	r.State, r.Want, r.Leaving = m.State, m.Want, m.Leaving
	r.Ready, r.Lost, r.Paused, r.GotTerm = m.Ready, m.lost, m.Paused, m.GotTerm
	r.Run, r.RunPID, r.RunLeads = s.runs, s.run.pid, s.leads
	r.PID = 0
	switch {
	case m.Running:
		r.PID = s.run.pid
	case s.finish.fd >= 0:
		r.PID, r.StartTicks = s.finish.pid, s.finish.ticks
	case s.hunt != nil:
		r.PID, r.StartTicks = s.hunt.pid, 0
	case len(s.group) > 0:
		r.PID, r.StartTicks = s.group[0].pid, 0 // what is left of it is the service still
	default:
		r.StartTicks = 0
	}
	if (was.HasProcess() || s.files.hold > 0) && !m.State.HasProcess() { // shown or not
		r.Since = time.Now()
	}
	if m.State == status.Down || m.State == status.Exited {
		r.Reason = ""
	}
	if r.Watched = s.watcher.watches(); r.Watched && m.State == status.Exited {
		r.Reason = "watching"
	}
	r.Flaps = 0
	if m.past != nil {
		r.Flaps = m.past.Bad
	}
	r.NextStart = time.Time{}
	if m.Deadline != never && (m.State == status.Backoff || m.State == status.Waiting) {
		r.NextStart = time.Now().Add(m.Deadline - fifo.Now())
	}
	if m.timed && s.job != nil {
		r.NextStart = s.job.shown
	}
}

// announce notes an event for the event directory.
func (s *Service) announce(event command.Letter) {
	s.files.events = append(s.files.events, byte(event))
}

// becameReady is the newline on the notification descriptor.
func (s *Service) becameReady() {
	s.handle(Event{Kind: Ready})
}

// warn says a warning about this service.
func (s *Service) warn(text string) {
	s.engine.notice.Say(s.style.Name + " " + s.name + ": warning: " + text + "\n")
}

// tell warns, but not twice in a row of the same.
func (s *Service) tell(text string) {
	if s.told != text {
		s.told = text
		s.warn(text)
	}
}
