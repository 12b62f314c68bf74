package supervise

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/restart"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/supervise/status"
)

// What a service needs stands in supervise/needs, which svscan writes. Until it is
// met we subscribe to the events of those that it needs, and read their status
// whenever something is told.

// needing is what a service needs, nil for nothing.
type needing struct {
	all    []needs.Need
	subs   []*fifo.Subscription // to each of them, or nil
	follow bool                 // what is done after a start is seen to
	// imports: one of them has exported variables, as far as was seen at the last start.
	imports bool
	told    time.Time // the last start of another of which the service was told
}

// maxNeeds bounds what is read of supervise/needs.
const maxNeeds = 1 << 20

// readNeeds reads what svscan has written, when supervise begins and whenever it
// is told to look.
func (s *Service) readNeeds() {
	s.dropNeeds()
	imports := s.adopting || s.needing != nil && s.needing.imports
	s.needing = nil
	if s.input >= 0 || !servicedir.Exists(s.state, servicedir.Needs) {
		return
	}
	if all := needs.Parse(s.read(servicedir.Needs, maxNeeds)); len(all) > 0 {
		s.needing = &needing{all: all, subs: make([]*fifo.Subscription, len(all)), imports: imports}
	}
}

// lookAtNeeds is readNeeds when svscan has written, which may concern a start that
// waits, or one that has been.
func (s *Service) lookAtNeeds() {
	if s.readNeeds(); s.m.lacks {
		s.weigh()
	}
	s.keepNeeds()
}

// weigh says whether what the service needs is met.
func (s *Service) weigh() {
	verdict, reason, imports := Event{Kind: Met}, "", false
	for i := range s.needs() {
		n := &s.needing.all[i]
		s.subscribe(i) // before the status is read
		other := otherOf(n.Dir)
		imports = imports || n.Strength == needs.Hard && other.Record.Exports
		switch answer, why := needs.Judge(n, other); {
		case answer == needs.Never && verdict.Kind != Unmet:
			reason = "dependency " + why
			verdict = Event{Kind: Unmet, Reason: reason}
		case answer == needs.NotYet && verdict.Kind == Met:
			reason = "waiting: " + why
			verdict = Event{Kind: Lacks}
		}
	}
	if s.needing != nil {
		s.needing.imports = imports
	}
	if verdict.Kind == Met {
		if why, ok := s.takesTurn(); !ok {
			verdict, reason = Event{Kind: Lacks}, why
		}
	}
	if verdict.Kind != Met {
		s.record.Reason = reason
	}
	s.happen(verdict)
}

// needs is what the service needs.
func (s *Service) needs() []needs.Need {
	if s.needing == nil {
		return nil
	}
	return s.needing.all
}

// subscribe subscribes to the events of the service that is needed, as far as it
// is there: svscan tells us when it comes.
func (s *Service) subscribe(i int) {
	n := &s.needing.all[i]
	if s.needing.subs[i] != nil || n.Trouble != "" {
		return
	}
	dir, err := openDir(n.Dir)
	if err != nil {
		return
	}
	s.engine.subscriptions++
	sub, err := fifo.Subscribe(dir, servicedir.Event, s.engine.subscriptions)
	_ = quiet.Close(dir) // nothing was written
	if err != nil {
		s.tell("unable to subscribe to the events of " + n.Name + ": " + reason(err))
		return
	}
	s.needing.subs[i] = sub
	s.engine.poll.Add(sub.FD(), unix.POLLIN, s, tagNeeds)
}

// needsChanged is when something was told of what is needed.
func (s *Service) needsChanged() {
	if s.turn != nil && s.turn.sub != nil {
		s.turn.sub.Drain()
	}
	for i := range s.needs() {
		if sub := s.needing.subs[i]; sub != nil {
			sub.Drain()
		}
	}
	if s.m.lacks {
		s.weigh()
	} else {
		s.followNeeds()
	}
	s.drain()
	s.flush()
}

// keepNeeds has only those subscriptions that this state asks for: all while a start
// waits, and of a service that is there those to whom it does something afterwards.
func (s *Service) keepNeeds() {
	n := s.needing
	if n == nil || s.m.lacks || s.m.weighs() {
		return
	}
	there := s.m.Running || s.m.done
	if there && n.follow {
		return
	}
	s.dropNeeds()
	if n.follow = there; !there {
		return
	}
	for i := range n.all {
		if n.all[i].Follow != needs.Stay {
			s.subscribe(i)
		}
	}
	s.followNeeds()
}

// followNeeds does what is to be done after what has become of the others.
func (s *Service) followNeeds() {
	for i := range s.needs() {
		n := &s.needing.all[i]
		if n.Follow == needs.Stay || s.record.Since.IsZero() || s.m.State == status.Stopping || s.m.State == status.Finishing {
			continue
		}
		other := otherOf(n.Dir)
		switch needs.After(n, other, s.record.Since) {
		case needs.Restart, needs.Stop:
			s.happen(Event{Kind: Renew, Limit: s.timeoutKill(), Way: s.way()})
			return
		case needs.Reload:
			if other.Record.Since.After(s.needing.told) {
				s.needing.told = other.Record.Since
				s.happen(Event{Kind: Freshen})
			}
		}
	}
}

// dropNeeds ends the subscriptions.
func (s *Service) dropNeeds() {
	if s.needing == nil {
		return
	}
	s.needing.follow = false
	for i, sub := range s.needing.subs {
		if sub != nil {
			s.engine.poll.Remove(sub.FD())
			sub.Close()
			s.needing.subs[i] = nil
		}
	}
}

// otherOf is what the service in dir shows of itself.
func otherOf(path string) *needs.Other {
	var o needs.Other
	dir, err := openDir(path)
	if err != nil {
		return &o
	}
	defer quiet.Close(dir)
	r := &o.Record
	// The FIFO ok says it too, but not yet when the first event is told.
	if *r, err = status.ParseEnv(readFile(dir, servicedir.State+"/"+servicedir.StatusEnv)); err != nil ||
		r.Gone() || r.Supervisor == 0 || proc.StartTicks(r.Supervisor) != r.SupervisorTicks {
		return &o
	}
	o.Supervised = true
	success, _ := servicedir.Value(dir, servicedir.SuccessExit, restart.Success{}, restart.Success{}, setting.ParseSuccess) // one that is bad counts for nothing
	o.Success = r.Ended && success.Has(r.ExitCode(), unix.Signal(r.ExitSignal()))
	kind, _, _ := servicedir.ReadValue(dir, servicedir.Type) // likewise
	o.Oneshot = kind == servicedir.TypeOneshot
	return &o
}

// readFile is the beginning of a file below dir, nothing if it cannot be read.
func readFile(dir int, name string) []byte {
	fd, err := quiet.Openat(dir, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer quiet.Close(fd)
	b := make([]byte, 8<<10)
	n, err := fifo.Retry(func() (int, error) { return quiet.Read(fd, b) })
	if err != nil {
		return nil
	}
	return b[:n]
}
