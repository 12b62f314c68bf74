package svscan

import (
	"os"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"

	"golang.org/x/sys/unix"
)

// A supervise outlives the svscan that started it. The next svscan finds it,
// and watches it as if it had started it: it is no child of ours, so its end
// shows at its pidfd, without a status. After a reexec it is our child still.

// takeOver finds the supervise that a service has already, and says whether
// there is one.
func (s *scanner) takeOver(k *keeping, id identity) bool {
	if r, ok := s.readRunning(k.name); ok && r.id() == id && s.hold(k, id, r.PID, r.Ticks, r.BootID) {
		return true
	}
	r, err := recordAt(k.dir, ".")
	return err == nil && isLocked(k.dir) && s.hold(k, id, r.Supervisor, r.SupervisorTicks, r.BootID)
}

// hold makes the process with this pid, which started at ticks, the supervise of
// a service, if it still exists. Another may have the number by now.
func (s *scanner) hold(k *keeping, id identity, pid int, ticks uint64, boot string) bool {
	if pid <= 0 || pid == os.Getpid() || ticks == 0 || boot != s.boot || s.pids[pid] != (identity{}) {
		return false
	}
	pidfd, err := fifo.Retry(func() (int, error) { return unix.PidfdOpen(pid, 0) })
	if err != nil {
		return false
	}
	if proc.StartTicks(pid) != ticks {
		_ = unix.Close(pidfd) // a stranger's
		return false
	}
	if _, _, _, err := fifo.Peek(unix.P_PID, pid); err == nil {
		_ = unix.Close(pidfd) // our child: its end is told by CHLD, with its status
		k.pid, k.ran, s.pids[pid] = pid, true, id
		return true
	}
	if hasEnded(pidfd) {
		_ = unix.Close(pidfd) // a zombie
		return false
	}
	k.pid, k.ran, k.pidfd = pid, true, pidfd
	s.poll.Add(pidfd, unix.POLLIN, &heir{s, id}, 0)
	return true
}

func hasEnded(pidfd int) bool {
	fds := []unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}
	n, err := fifo.Retry(func() (int, error) { return unix.Poll(fds, 0) })
	return err == nil && n == 1
}

// heir waits for the end of a supervise that is no child of ours.
type heir struct {
	scanner *scanner
	id      identity
}

// Ready is that end.
func (h *heir) Ready(int, int16) {
	s, k := h.scanner, h.scanner.kept[h.id]
	s.stirred = true
	s.poll.Remove(k.pidfd)
	_ = unix.Close(k.pidfd) // it holds nothing
	k.pidfd = -1
	s.died(h.id, killed, " ended")
}

// hasLeft says that the supervise of a service, and the half that has its logger,
// left in order, for all that it has written.
func (k *keeping) hasLeft() bool {
	for _, half := range []string{".", servicedir.Log} {
		if r, err := recordAt(k.dir, half); err == nil && !r.Gone() {
			return false
		}
	}
	return true
}

// isLocked says that a supervisor holds the lock of a service directory.
func isLocked(dir int) bool {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(dir, servicedir.State+"/"+servicedir.Lock, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return false
	}
	defer unix.Close(fd)
	held, err := fifo.IsLocked(fd)
	return err == nil && held
}

// recordAt is the status of the service in the directory path below dir.
func recordAt(dir int, path string) (status.Record, error) {
	const most = 8 << 10 // more than it has
	return status.ParseEnv(readAt(dir, path+"/"+servicedir.State+"/"+servicedir.StatusEnv, most))
}

// readAt reads a file below dir, at most size bytes of it; nothing if it cannot.
func readAt(dir int, name string, size int) []byte {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(dir, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	text := make([]byte, size)
	n, _ := fifo.Retry(func() (int, error) { return unix.Read(fd, text) }) // a directory, perhaps
	return text[:max(n, 0)]
}
