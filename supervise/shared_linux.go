package supervise

import (
	"errors"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/logger/serving"
	"github.com/svdir/svdir/supervise/forkexec"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/svscan/scandir"
)

// shared is the svlog that serves all logs of a tree whose services we host in the
// process of svscan. It is told what to do on the FIFO .svscan/svlog, and is there
// as long as somebody has that open for reading: the kernel says so, and by a lock
// who it is, so that nothing is to be written down. It goes when it has no log left
// and nobody has the FIFO open for writing.
type shared struct {
	fd    int           // writing end of its orders, -1 while no log of ours is served
	pid   int           // of the one that we have started, 0 if another has
	since time.Duration // when that was
	born  bornAt        // as far as it was asked for
	users int           // loggers of ours that it serves, or did when they ran last
	wait  []byte        // orders for which there was no room
}

// sharedPause is the time from one start of a shared svlog to the next.
const sharedPause = time.Second

// errNotYet says that it has only just begun, and not yet said who it is, or that
// the one before it has ended too soon.
var errNotYet = errors.New("it has just been started")

func (e *Engine) sharedPath() string { return e.scanDir + "/" + scandir.Dir + "/" + scandir.Logger }

// findShared is the pid of the shared svlog, 0 if there is none or it has only
// just begun.
func (e *Engine) findShared() int {
	h := &e.shared
	if h.fd >= 0 && !hasReader(h.fd) {
		e.closeShared()
	}
	if h.fd < 0 {
		if e.scanDir == "" {
			return 0
		}
		fd, err := fifo.Open(unix.AT_FDCWD, e.sharedPath(), unix.O_WRONLY)
		if err != nil {
			return 0 // nobody reads
		}
		h.fd, h.pid = fd, 0
	}
	if h.pid != 0 {
		return h.pid
	}
	lock := unix.Flock_t{Type: unix.F_WRLCK}
	if unix.FcntlFlock(uintptr(h.fd), unix.F_GETLK, &lock) != nil || lock.Type == unix.F_UNLCK {
		return 0
	}
	return int(lock.Pid)
}

// bornAt is when a process was started, as /proc says it.
type bornAt struct {
	pid   int
	ticks uint64
}

// startTicks is when the shared svlog, which is pid, was started: /proc is asked
// once, not for each log.
func (h *shared) startTicks(pid int) uint64 {
	if h.born.pid != pid || h.born.ticks == 0 {
		h.born = bornAt{pid, proc.StartTicks(pid)}
	}
	return h.born.ticks
}

// hasReader says that somebody has the FIFO open for reading, of which fd is a
// writing end.
func hasReader(fd int) bool {
	set := []unix.PollFd{{Fd: int32(fd)}}
	_, err := fifo.Retry(func() (int, error) { return unix.Poll(set, 0) })
	return err == nil && set[0].Revents&unix.POLLERR == 0
}

// needShared is findShared, which starts one where there is none. It says after
// what time that is to be tried again where it cannot be now.
func (e *Engine) needShared() (pid int, soon time.Duration, err error) {
	h := &e.shared
	if pid := e.findShared(); pid != 0 {
		return pid, 0, nil
	}
	if h.fd >= 0 {
		return 0, sharedPause, errNotYet
	}
	if wait := h.since + sharedPause - fifo.Now(); h.since != 0 && wait > 0 {
		return 0, wait, errNotYet
	}
	if err := e.startShared(); err != nil {
		return 0, time.Second, err
	}
	return h.pid, 0, nil
}

// startShared starts one. From the moment in which it is forked it is found: it
// reads the FIFO. Svscan reaps it.
func (e *Engine) startShared() error {
	h := &e.shared
	if err := fifo.Make(unix.AT_FDCWD, e.sharedPath(), 0o600); err != nil {
		return err
	}
	both, err := fifo.Open(unix.AT_FDCWD, e.sharedPath(), unix.O_RDWR)
	if err != nil {
		return err
	}
	defer quiet.Close(both) // nothing was written
	read, err := fifo.Open(unix.AT_FDCWD, e.sharedPath(), unix.O_RDONLY)
	if err != nil {
		return err
	}
	defer quiet.Close(read) // it has its own
	if h.fd, err = fifo.Open(unix.AT_FDCWD, e.sharedPath(), unix.O_WRONLY); err != nil {
		return err
	}
	e.next = forkexec.Start{Path: beside("svlog"), Argv: []string{"svlog", serving.Word}, Env: e.env, Dir: e.scanDir,
		Files: []uintptr{uintptr(read), 1, 2}, Setsid: true, Slot: forkexec.Slot{File: -1}}
	pid, fd, err := e.startNext()
	if err != nil {
		e.closeShared()
		return err
	}
	_ = quiet.Close(fd) // its end shows to each log
	h.pid, h.since = pid, fifo.Now()
	return nil
}

// order has the shared svlog do something, when it has room to be told. One that
// is gone has nothing to do: that shows to each log.
func (e *Engine) order(o serving.Order) {
	h := &e.shared
	if h.fd < 0 {
		return
	}
	waited := len(h.wait) > 0
	h.wait = o.Pack(h.wait)
	if !waited && !e.sendOrders() {
		e.poll.Add(h.fd, unix.POLLOUT, e, tagShared)
	}
}

// sendOrders sends what waits, in whole orders, and says whether that was all.
func (e *Engine) sendOrders() bool {
	h := &e.shared
	for len(h.wait) > 0 {
		_, rest, _ := serving.Unpack(h.wait)
		one := h.wait[:len(h.wait)-len(rest)]
		_, err := fifo.Retry(func() (int, error) { return quiet.Write(h.fd, one) })
		if err == unix.EAGAIN {
			return false
		}
		h.wait = rest // EPIPE: as above
	}
	h.wait = nil
	return true
}

// roomForOrders is when the FIFO has room again.
func (e *Engine) roomForOrders() {
	if e.sendOrders() {
		e.poll.Remove(e.shared.fd)
	}
}

// closeShared lets go of the shared svlog.
func (e *Engine) closeShared() {
	h := &e.shared
	if h.fd >= 0 {
		if len(h.wait) > 0 {
			e.poll.Remove(h.fd)
		}
		_ = quiet.Close(h.fd) // a pipe has nothing to flush
	}
	h.fd, h.pid, h.born, h.wait = -1, 0, bornAt{}, nil
}

// useShared says that it serves the log, also while that is down, or does not.
func (s *Service) useShared(on bool) {
	h := &s.engine.shared
	switch {
	case on && !s.served:
		h.users++
	case !on && s.served:
		if h.users--; h.users == 0 {
			s.engine.closeShared()
		}
	}
	s.served = on
}

// logID tells the shared svlog which log this is.
func (s *Service) logID() serving.Log {
	var st unix.Stat_t
	_ = quiet.Fstat(s.dir, &st) // it is open
	return serving.Log{Device: st.Dev, Inode: st.Ino}
}

// orderSignal has this log alone do what its logger would at a signal.
func (s *Service) orderSignal(sig syscall.Signal) {
	s.engine.order(serving.Order{Log: s.logID(), Signal: sig})
}

// orderServe has the shared svlog serve this log: of our descriptors it has those
// of its own.
func (s *Service) orderServe() {
	ours := "/proc/" + strconv.Itoa(s.engine.self) + "/fd/"
	env := s.own
	if s.twin {
		env = append(env[:len(env):len(env)], pipeVariable+pipeLabel(s.origin, stderr))
	}
	s.engine.order(serving.Order{Log: s.logID(), Dir: ours + strconv.Itoa(s.dir), Input: ours + strconv.Itoa(s.input), Env: env})
}
