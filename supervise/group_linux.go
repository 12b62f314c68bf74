package supervise

import (
	"bytes"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
)

// maxGroup bounds how many processes of a group are waited for at a time; when
// one of them ends, the rest are looked for again.
const maxGroup = 64

// endRest signals what is left of a run that has ended, and waits for it. A run
// script without exec leaves its program in its process group.
func (s *Service) endRest(scope servicedir.Scope, signals ...syscall.Signal) {
	if s.scope = scope; hunts(scope) {
		s.beginHunt(signals)
		return
	}
	for _, sig := range signals {
		if !s.leads || s.isStranger(&s.run) || unix.Kill(-s.run.pid, sig) != nil {
			s.dropGroup()
			s.happen(Event{Kind: GroupEnded})
			return
		}
	}
	s.lookAtGroup()
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
	for _, pid := range groupMembers(s.run.pid) {
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
}

func (s *Service) dropGroup() {
	for _, p := range s.group {
		s.forget(p)
	}
	s.group = s.group[:0]
}

// giveUpGroup lets the rest of the group be, and says so.
func (s *Service) giveUpGroup() {
	var left int
	var what string
	if s.hunt != nil {
		found, _ := s.rest(&s.hunt.reading, s.scope) // torn: then it is about so many
		left, what = len(found), " processes of session "+strconv.Itoa(s.runSession())
	} else {
		left, what = len(groupMembers(s.run.pid)), " processes of group "+strconv.Itoa(s.run.pid)
	}
	s.dropGroup()
	s.hunt = nil
	s.record.Leftovers = left
	if left > 0 {
		s.warn(strconv.Itoa(left) + what + " ignore the signal and are left running (timeout-kill ends them)")
	}
	s.happen(Event{Kind: GroupEnded, Left: left})
}

// groupMembers are the live processes of the group and session that pid led.
func groupMembers(leader int) []int {
	group := strconv.Itoa(leader)
	return processes(func(_ int, stat proc.Stat) bool {
		return string(stat.Field(5)) == group && string(stat.Field(6)) == group
	})
}

// processes are the live processes of which is says yes, at most maxGroup.
func processes(is func(pid int, stat proc.Stat) bool) []int {
	fd, err := quiet.Openat(unix.AT_FDCWD, "/proc", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer quiet.Close(fd)
	var found []int
	var buf proc.Buffer
	_ = fifo.EachName(fd, func(name string) { // what was read before an error is true
		pid, err := strconv.Atoi(name)
		if err != nil || len(found) == maxGroup {
			return
		}
		stat := buf.Stat(pid)
		if state := string(stat.Field(3)); state != "Z" && state != "X" && is(pid, stat) {
			found = append(found, pid)
		}
	})
	return found
}

// explainDetached says, once, why a run that ended with 0 at once is no service:
// exec setsid forks where run leads a session, and its child goes on alone.
func (s *Service) explainDetached() {
	const enough = 3 // it is the same each time, and /proc is long where much runs
	if !s.leads || s.toldDetached || s.looked == enough {
		return
	}
	s.looked++
	parent := strconv.Itoa(unix.Getppid()) // the subreaper, unless we are
	if s.engine.subreaper {
		parent = strconv.Itoa(s.engine.self)
	}
	own := []byte("\x00SV_SERVICE=" + s.home + "\x00")
	left := processes(func(pid int, stat proc.Stat) bool {
		me := strconv.Itoa(pid)
		if string(stat.Field(6)) != me || string(stat.Field(4)) != parent {
			return false
		}
		const most = 32 << 10
		return bytes.Contains(proc.Read("/proc/"+me+"/environ", make([]byte, most)), own)
	})
	if len(left) > 0 {
		s.toldDetached = true
		s.warn("run ended with 0 and left process " + strconv.Itoa(left[0]) +
			" in a session of its own: setsid forks where run leads a session (touch " + s.path("nosetsid") + ")")
	}
}
