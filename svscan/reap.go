package svscan

import (
	"strconv"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

// heap is how many are reaped at once, so that others have their turn while
// somebody forks as fast as he can.
const heap = 64

// reap takes the children that have ended: ours and, since svscan is the
// subreaper, what others left behind. Those are looked at first, and recorded.
func (s *scanner) reap() {
	var r register
	defer r.close()
	s.unreaped = false
	for range heap {
		pid, status, found, err := fifo.Peek(unix.P_ALL, 0)
		if err != nil || !found {
			return // ECHILD, or all others run
		}
		id, ours := s.pids[pid]
		if !ours && s.host.owns(pid) {
			break
		}
		if !ours && pid != s.upgrade.check {
			s.record(&r, pid, status)
		}
		if _, err := fifo.Retry(func() (int, error) { return unix.Wait4(pid, nil, unix.WNOHANG, nil) }); err != nil {
			return // nobody else waits for our children
		}
		if pid == s.upgrade.check {
			s.stirred = true
			s.checked(unix.WaitStatus(status))
		}
		if ours {
			delete(s.pids, pid)
			s.died(id, demiseOf(unix.WaitStatus(status)), how(unix.WaitStatus(status)))
		}
	}
	s.unreaped = true
}

// died notes the end of a supervise, and tells why it is started again.
func (s *scanner) died(id identity, d demise, how string) {
	s.stirred = true
	k := s.kept[id]
	k.pid = 0
	if d != left && k.hasLeft() {
		d = left // or it had not begun
	}
	if k.yields {
		// As it was told. If that was to end by now, another is to go on with it.
		k.yields, how, d = false, "", killed
	}
	now := fifo.Now()
	due := s.table.died(id, d, now)
	if due == 0 {
		return // it was told to end
	}
	if how == "" {
		return
	}
	text := s.config.style.supervise + " for " + scandir.Shown(k.name) + how
	if due > now {
		s.once(&k.said, text+", trying again in 1 second")
		return
	}
	k.said = ""
	s.warn(text + ", starting it again")
}

func demiseOf(status unix.WaitStatus) demise {
	switch {
	case status.Signaled():
		return killed
	case status.ExitStatus() != 0:
		return failed
	}
	return left
}

// how a supervise ended, in words: "" for one that was told to leave, by a letter,
// of which nobody needs to be told.
func how(status unix.WaitStatus) string {
	if status.Signaled() {
		return " was killed by " + unix.SignalName(status.Signal())
	}
	if status.ExitStatus() == 0 {
		return ""
	}
	return " exited " + strconv.Itoa(status.ExitStatus())
}
