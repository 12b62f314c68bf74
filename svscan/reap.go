package svscan

import (
	"strconv"

	"github.com/svdir/svdir/fifo"

	"golang.org/x/sys/unix"
)

// reap takes every child that has ended: ours and, since svscan is the
// subreaper, what others left behind.
func (s *scanner) reap() {
	for {
		var status unix.WaitStatus
		pid, err := fifo.Retry(func() (int, error) {
			return unix.Wait4(-1, &status, unix.WNOHANG, nil)
		})
		if err != nil || pid <= 0 {
			return // ECHILD, or all others run
		}
		if id, ours := s.pids[pid]; ours {
			delete(s.pids, pid)
			s.died(id, status)
		}
	}
}

// died notes the end of a supervise, and tells why it is started again.
func (s *scanner) died(id identity, status unix.WaitStatus) {
	k := s.kept[id]
	k.pid = 0
	now := fifo.Now()
	due := s.table.died(id, now)
	if due == 0 {
		return // it was told to end
	}
	if status.Exited() && status.ExitStatus() == 0 {
		return // it was told to leave, by a letter, and nobody needs to be told
	}
	text := s.config.style.supervise + " for " + shown(k.name) + how(status)
	if due > now {
		s.once(&k.said, text+", trying again in 1 second")
		return
	}
	k.said = ""
	s.warn(text + ", starting it again")
}

// how a process ended, in words.
func how(status unix.WaitStatus) string {
	if status.Signaled() {
		return " was killed by " + unix.SignalName(status.Signal())
	}
	return " exited " + strconv.Itoa(status.ExitStatus())
}
