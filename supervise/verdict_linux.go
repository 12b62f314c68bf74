package supervise

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/svscan/scandir"
)

// ending is how a process ended. One that was no child of ours may have ended
// unseen: then we say so, and never guess.
type ending struct {
	wait    uint16 // as wait4 gives it
	unknown bool
}

func (e ending) code() int {
	switch {
	case e.unknown:
		return -1
	case e.wait&0x7f != 0:
		return 0
	}
	return int(e.wait >> 8)
}

func (e ending) signal() syscall.Signal {
	if e.unknown {
		return 0
	}
	return syscall.Signal(e.wait & 0x7f)
}

// reap takes the end of p, once its pidfd is readable. A child of ours is reaped
// when its end is noted: if we are killed before, svscan inherits it, and notes
// how it ended.
func (s *Service) reap(p *process, slot int) (ending, bool) {
	_, wait, ended, err := fifo.Peek(unix.P_PID, p.pid)
	e := ending{wait: uint16(wait)}
	switch {
	case err != nil:
		gone := hungUp(p.fd)
		var known bool
		if e, known = s.inquire(p); !known && !gone && hungUp(p.fd) {
			e, known = s.inquire(p) // it was reaped while we asked, and before that noted
		}
		if !known && p.asked == 0 {
			// Its reaper has not come to it. When it has, the pidfd hangs up.
			p.asked = fifo.Now()
			s.engine.poll.Remove(p.fd)
			s.engine.poll.Add(p.fd, 0, s, tagOf(slot))
		}
		if !known && fifo.Now() < p.asked+s.engine.reaperTime() && !hungUp(p.fd) {
			s.askAt = fifo.Now() + inquiry
			return e, false
		}
		e.unknown = !known
	case !ended:
		return e, false
	}
	s.noteEnding(slot, p, e)
	if err == nil && !(s.served && slot == runSlot) { // others are about to ask
		_, _ = fifo.Retry(func() (int, error) { return 0, quiet.Reap(p.pid) }) // it is a zombie
	}
	s.forget(*p)
	p.fd, p.asked = -1, 0
	if slot >= scriptSlot {
		s.spent = append(s.spent, letterOf(slot))
	}
	return e, true
}

// hasNews says that the end of run, or what is said of it, is about to be heard.
func (s *Service) hasNews() bool {
	set := [2]unix.PollFd{{Fd: int32(s.run.fd), Events: unix.POLLIN}, {Fd: int32(s.report), Events: unix.POLLIN}}
	if s.run.asked != 0 {
		set[0].Fd = -1 // it has ended, and that is not what we wait for
	}
	n, err := fifo.Retry(func() (int, error) { return unix.Poll(set[:], 0) })
	return err == nil && n > 0
}

// tagOf is the tag of the process that has noted itself in slot.
func tagOf(slot int) int {
	switch slot {
	case runSlot:
		return tagRun
	case finishSlot:
		return tagFinish
	}
	return tagScript + int(letterOf(slot))
}

// askAgain asks once more how processes ended whose reaper did not come.
func (s *Service) askAgain() {
	s.askAt = 0
	if s.run.asked != 0 {
		s.Ready(tagRun, 0)
	}
	if s.finish.asked != 0 {
		s.Ready(tagFinish, 0)
	}
	for i := len(s.scripts) - 1; i >= 0 && i < len(s.scripts); i-- {
		if s.scripts[i].asked != 0 {
			s.Ready(tagScript+int(s.scripts[i].letter), 0)
		}
	}
}

// inquiry is after what time is asked again how a process ended that was not our
// child, where its pidfd does not hang up: not before Linux 6.9.
const inquiry = 40 * time.Millisecond

// reaperTime is how long the reaper of such a process is waited for. svscan is
// waited for while a busy machine keeps it; of others nothing is known.
func (e *Engine) reaperTime() time.Duration {
	const busy = 5 * time.Second
	if e.svscan {
		return busy
	}
	return inquiry
}

// lookUp is how the process of a slot ended, which is gone.
func (s *Service) lookUp(p *process, slot int) ending {
	if p.pid <= 0 {
		return ending{unknown: true}
	}
	if e, noted := s.notedEnding(slot, p); noted {
		return e
	}
	e, known := s.inquire(p)
	e.unknown = !known
	return e
}

// inquire asks all who may know how p ended, which is no child of ours: svscan,
// which reaps it; the kernel, which since Linux 6.15 remembers it as long as a
// pidfd is open; and the zombie itself, which without the right to see it says 0.
func (s *Service) inquire(p *process) (ending, bool) {
	if wait, found := s.engine.reaped(p); found {
		return ending{wait: uint16(wait)}, true
	}
	if p.fd < 0 {
		return ending{}, false
	}
	info := unix.PidfdInfo{Mask: unix.PIDFD_INFO_EXIT}
	if unix.IoctlPidfdInfo(p.fd, &info) == nil && info.Mask&unix.PIDFD_INFO_EXIT != 0 {
		return ending{wait: uint16(info.Exit_code)}, true
	}
	var buf proc.Buffer
	if wait := buf.Stat(p.pid).Number(52); wait != 0 && proc.StartTicks(p.pid) <= p.latest {
		return ending{wait: uint16(wait)}, true
	}
	return ending{}, false
}

// reaped asks the list of svscan.
func (e *Engine) reaped(p *process) (uint32, bool) {
	const most = scandir.ReapedSize * 2
	path := scandir.Dir + "/" + scandir.Reaped
	if e.scanDir != "" {
		path = e.scanDir + "/" + path
	}
	text := proc.Read(path, make([]byte, most))
	return scandir.FindDeath(text, p.pid, p.earliest, p.latest)
}

// hungUp says that the process behind a pidfd was reaped.
func hungUp(fd int) bool {
	set := []unix.PollFd{{Fd: int32(fd)}}
	_, err := unix.Poll(set, 0)
	return err == nil && set[0].Revents&unix.POLLHUP != 0
}

// clearSpent empties the slots of the control/X whose answers are in status.env
// by now.
func (s *Service) clearSpent() {
	for _, letter := range s.spent {
		if !s.asking(letter) { // else the same runs again
			s.clear(slotOf(letter))
		}
	}
	s.spent = s.spent[:0]
}
