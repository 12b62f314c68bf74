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
// the end is shown alone.
const stopPause = 2 * time.Millisecond

// flush shows what is so now. A stop may wait a moment: what comes of it within
// stopPause replaces it. And so may the end of a run, until it is known what is
// left of it.
func (s *Service) flush() {
	if s.isUnsure() {
		return
	}
	if s.m.State == status.Stopping && s.m.Running && s.record.State != status.Stopping && !s.gone {
		if s.files.hold == 0 {
			s.files.hold = fifo.Now() + stopPause
		}
		return
	}
	s.show()
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
	s.record.Machine = s.given.remember(f.remember(s.m.remember(s.record.Machine[:0], s.engine.epoch)))
	s.record.Machine = rememberJob(s.rememberEnd(s.record.Machine), s.job, s.engine.epoch)
	f.text = status.AppendEnv(f.text[:0], &s.record)
	s.replace(servicedir.StatusEnv, &f.env)
}

// sendEvents tells the event directory what was announced.
func (s *Service) sendEvents() {
	if f := &s.files; len(f.events) > 0 {
		fifo.Notify(s.dir, servicedir.Event, f.events)
		f.events = f.events[:0]
	}
}

// fillRecord copies the machine's state into the record.
func (s *Service) fillRecord() {
	r, m := &s.record, &s.m
	was := r.State
	r.State, r.Want, r.Leaving = m.State, m.Want, m.Leaving
	r.Ready, r.Paused, r.GotTerm = m.Ready, m.Paused, m.GotTerm
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
	if was.HasProcess() && !m.State.HasProcess() {
		r.Since = time.Now()
	}
	if m.State == status.Down || m.State == status.Exited {
		r.Reason = ""
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
