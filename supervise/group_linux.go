package supervise

import (
	"bytes"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
)

// maxGroup bounds how many processes of a group are waited for at a time; when
// one of them ends, the rest are looked for again.
const maxGroup = 64

// endRest signals what is left of a run that has ended, and waits for it. A run
// script without exec leaves its program in its process group.
func (s *Service) endRest(scope servicedir.Scope, signals ...syscall.Signal) {
	if s.served { // it was no process, and has left nothing
		s.happen(Event{Kind: GroupEnded})
		return
	}
	vacant := s.isVacant(scope)
	if s.scope = scope; hunts(scope) && !vacant {
		s.beginHunt(signals)
		return
	}
	for _, sig := range signals {
		if vacant || !s.leads || unix.Kill(-s.run.pid, sig) != nil {
			s.dropGroup()
			s.dropSearch()
			s.happen(Event{Kind: GroupEnded})
			return
		}
	}
	s.lookAtGroup()
}

// isVacant says that nobody can be left in the group or the session of run: by now
// a stranger has its number.
func (s *Service) isVacant(scope servicedir.Scope) bool {
	numbered := scope != servicedir.ScopeTree && (scope != servicedir.ScopeSession || s.runSession() == s.run.pid)
	return numbered && s.isStranger(&s.run)
}

// isStranger says that another process has the pid of an adopted one by now, so
// that the group of this number is not its group.
func (s *Service) isStranger(p *process) bool {
	return p.latest != 0 && proc.StartTicks(p.pid) > p.latest
}

// watchGroup is called when one process of the group has ended.
func (s *Service) watchGroup() {
	if s.hunt != nil {
		s.watchHunted()
	} else {
		s.lookAtGroup()
	}
	s.drain()
	s.flush()
}

// lookAtGroup waits for every live process of the group; the zombies among
// them are somebody else's to reap.
func (s *Service) lookAtGroup() {
	s.dropGroup()
	s.findGroup(func(members []int) {
		for _, pid := range members[:min(len(members), maxGroup)] {
			fd, err := unix.PidfdOpen(pid, 0)
			if err != nil {
				continue // it has just ended, or we are out of descriptors
			}
			s.group = append(s.group, process{pid: pid, fd: fd})
			s.engine.poll.Add(fd, unix.POLLIN, s, tagGroup)
		}
		if len(s.group) == 0 {
			s.happen(Event{Kind: GroupEnded})
		}
	})
}

// findGroup finds the live processes of the group and session that run led.
func (s *Service) findGroup(found func(members []int)) {
	leader := strconv.Itoa(s.run.pid)
	var members []int
	s.searchProc(func(pid int, stat proc.Stat) {
		if isAlive(stat) && string(stat.Field(5)) == leader && string(stat.Field(6)) == leader {
			members = append(members, pid)
		}
	}, func(bool) { found(members) }) // what was read before an error is true
}

func (s *Service) dropGroup() {
	for _, p := range s.group {
		s.forget(p)
	}
	s.group = s.group[:0]
}

// giveUpGroup lets the rest of the group be, and says how many they are.
func (s *Service) giveUpGroup() {
	s.dropGroup() // who ends now is not counted
	if s.hunt == nil {
		s.findGroup(func(members []int) { s.gaveUp(len(members), "group "+strconv.Itoa(s.run.pid)) })
		return
	}
	s.findRest(&s.hunt.reading, func(found []relative, _ bool) { // torn: then it is about so many
		s.gaveUp(len(found), "session "+strconv.Itoa(s.runSession()))
	})
}

func (s *Service) gaveUp(left int, of string) {
	s.hunt = nil
	s.record.Leftovers = left
	if left > 0 {
		s.warn(strconv.Itoa(left) + " processes of " + of + " ignore the signal and are left running (timeout-kill ends them)")
	}
	s.happen(Event{Kind: GroupEnded, Left: left})
}

// isAlive says that a process is no zombie.
func isAlive(stat proc.Stat) bool {
	state := string(stat.Field(3))
	return state != "" && state != "Z" && state != "X"
}

// explainDetached says, once, why a run that ended with 0 at once is no service:
// exec setsid forks where run leads a session, and its child goes on alone.
func (s *Service) explainDetached() {
	const enough = 3 // it is the same each time, and /proc is long where much runs
	if !s.leads || s.toldDetached || s.looked == enough || s.search != nil {
		return
	}
	s.looked++
	parent := strconv.Itoa(unix.Getppid()) // the subreaper, unless we are
	if s.engine.subreaper {
		parent = strconv.Itoa(s.engine.self)
	}
	own := []byte("\x00SV_SERVICE=" + s.home + "\x00")
	left := 0
	s.searchProc(func(pid int, stat proc.Stat) {
		me := strconv.Itoa(pid)
		if left != 0 || !isAlive(stat) || string(stat.Field(6)) != me || string(stat.Field(4)) != parent || s.engine.owns(pid) {
			return
		}
		const most = 32 << 10
		if bytes.Contains(proc.Read("/proc/"+me+"/environ", make([]byte, most)), own) {
			left = pid
		}
	}, func(bool) {
		if left != 0 {
			s.toldDetached = true
			s.warn("run ended with 0 and left process " + strconv.Itoa(left) +
				" in a session of its own: setsid forks where run leads a session (touch " + s.path("nosetsid") + ")")
		}
	})
}
