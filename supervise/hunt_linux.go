package supervise

import (
	"slices"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
)

// hunt is the end of a session or of a tree, where no system call reaches all
// at once. What is found is stopped, and looked for again, until nobody new is
// found: so it cannot fork away. Only then come the signals. After KILL all of
// that is done again until nobody is left. One round is one turn of the
// engine, so that nobody else waits long.
type hunt struct {
	reading
	signals []syscall.Signal // for all, once they are stopped; nil when they have them
	halted  []relative       // they are stopped
	denied  []int            // they may not be signalled by us
	pid     int              // of one that was there in the last round: the service still
	fresh   bool             // somebody new was stopped in this round
	rounds  int
	torn    int  // readings of this round, of which nobody was found
	due     bool // one more round
}

const (
	// maxRounds bounds the rounds before the signals come in any case.
	maxRounds = 50
	// maxTorn bounds how often is looked again for those of whom nobody was
	// found while others ended.
	maxTorn = 20
)

// beginHunt begins to end what is in the scope.
func (s *Service) beginHunt(signals []syscall.Signal) {
	seen := 0
	switch {
	case s.hunt != nil:
		seen = s.hunt.pid
	case len(s.group) > 0:
		seen = s.group[0].pid
	}
	s.hunt = &hunt{signals: signals, pid: seen}
	if s.scope == servicedir.ScopeTree && slices.Contains(signals, syscall.SIGKILL) {
		s.killCage()
	}
	s.huntRound()
}

// goOnHunting is a round that is due.
func (s *Service) goOnHunting() {
	s.hunt.due = false
	s.huntRound()
	s.drain()
	s.flush()
}

func (s *Service) huntRound() {
	h := s.hunt
	if h.fresh, h.seize, h.torn = false, nil, 0; h.signals != nil {
		h.seize = h.halt
	}
	s.findRest(&h.reading, s.hunted)
}

// hunted is what one reading has found. One that was torn and finds nobody proves
// nothing.
func (s *Service) hunted(found []relative, torn bool) {
	h := s.hunt
	if h.signals != nil {
		for _, r := range found {
			h.halt(r)
		}
	}
	found = slices.DeleteFunc(found, func(r relative) bool { return slices.Contains(h.denied, r.pid) })
	if len(found) == 0 && torn && h.torn < maxTorn {
		h.torn++
		s.findRest(&h.reading, s.hunted)
		return
	}
	if len(found) == 0 {
		s.endHunt()
		return
	}
	s.watch(found)
	h.pid = found[0].pid
	h.rounds++
	switch {
	case h.signals == nil:
	case h.fresh && h.rounds < maxRounds:
		h.due = true
	default:
		// To all, before the first goes on: an end may send HUP to children that
		// are still stopped.
		for _, sig := range h.signals {
			for i := range found {
				_ = found[i].send(sig) // it ended, or halt knows
			}
		}
		h.halted, h.rounds = h.halted[:0], 0
		if !slices.Contains(h.signals, syscall.SIGKILL) {
			h.signals = nil
		}
	}
}

// halt stops a process that is not stopped yet.
func (h *hunt) halt(r relative) {
	if slices.ContainsFunc(h.halted, func(old relative) bool { return old.pid == r.pid && old.ticks == r.ticks }) {
		return
	}
	if err := r.send(syscall.SIGSTOP); err == unix.EPERM {
		h.denied = append(h.denied, r.pid)
		return
	}
	h.halted = append(h.halted, r)
	h.fresh = true
}

// send signals the process if it is still the one that was seen.
func (r *relative) send(sig syscall.Signal) error {
	fd, err := unix.PidfdOpen(r.pid, 0)
	if err != nil {
		return err
	}
	defer quiet.Close(fd)
	if proc.StartTicks(r.pid) != r.ticks {
		return unix.ESRCH
	}
	return quiet.PidfdSendSignal(fd, sig)
}

// watch waits for the ends of those found, in place of the ones before.
func (s *Service) watch(found []relative) {
	s.dropGroup()
	for _, r := range found[:min(len(found), maxGroup)] {
		fd, err := unix.PidfdOpen(r.pid, 0)
		if err != nil {
			s.hunt.due = s.hunt.due || err == unix.ESRCH
			continue // it has just ended, or we are out of descriptors
		}
		s.group = append(s.group, process{pid: r.pid, fd: fd})
		s.engine.poll.Add(fd, unix.POLLIN, s, tagGroup)
	}
}

// watchHunted is called when some of those that are watched have ended. The
// others are looked for when all of these have.
func (s *Service) watchHunted() {
	ended := make([]unix.PollFd, len(s.group))
	for i, p := range s.group {
		ended[i] = unix.PollFd{Fd: int32(p.fd), Events: unix.POLLIN}
	}
	_, _ = unix.Poll(ended, 0) // a signal: we are called again
	left := s.group[:0]
	for i, p := range s.group {
		if ended[i].Revents == 0 {
			left = append(left, p)
		} else {
			s.forget(p)
		}
	}
	if s.group = left; len(left) == 0 && !s.hunt.due {
		s.huntRound()
	}
}

// endHunt is when nobody is left, but for those whom we may not signal.
func (s *Service) endHunt() {
	s.dropGroup()
	denied := len(s.hunt.denied)
	s.hunt = nil
	s.closeCage()
	if s.record.Leftovers = denied; denied > 0 {
		s.warn(strconv.Itoa(denied) + " processes that the service has left may not be signalled, and are left running")
	}
	s.happen(Event{Kind: GroupEnded, Left: denied})
}

// hunts says that a scope is hunted, not signalled as a group.
func hunts(scope servicedir.Scope) bool {
	return scope == servicedir.ScopeSession || scope == servicedir.ScopeTree
}
