package svscan

import (
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/socket"

	"golang.org/x/sys/unix"
)

// A reexec is an upgrade in place: svscan executes its own program file again,
// which may be another one by now. Pid, children and what it holds stay; the
// next image finds the supervises as after a kill, but they are its children.

// checkLimit is how long the new program may take to show that it starts.
const checkLimit = 5 * time.Second

// upgrade is a reexec that is under way.
type upgrade struct {
	check int           // pid of the new program, which shows that it starts
	until time.Duration // when it has had its time, 0 once it was killed for that
	due   bool          // it does, and is to be executed
	file  bool          // the handover is to be carried in a file
}

// reexec begins: first a child shows that the program starts at all. What comes
// of that shows when it has ended.
func (s *scanner) reexec() {
	if s.upgrade.check != 0 || s.upgrade.due {
		return // it is under way
	}
	if s.stopAt != 0 {
		s.stay("it is about to end")
		return
	}
	u, option := upgrade{until: fifo.Now() + checkLimit, file: len(s.kept) > many}, checkOption
	if u.file {
		option = checkFileOption
	}
	var err error
	if u.check, err = s.fork(s.self, []string{"svscan", option}, s.env, "", false, -1); err != nil {
		s.stay(s.self + ": " + reason(err))
		return
	}
	s.upgrade = u
}

// checked takes in how the check ended.
func (s *scanner) checked(status unix.WaitStatus) {
	late, file := s.upgrade.until == 0, s.upgrade.file
	s.upgrade = upgrade{file: file}
	switch how := how(status); {
	case file && status.ExitStatus() == badUsage:
		s.stay(s.self + ": it cannot take over more than " + strconv.Itoa(many) + " services")
	case late:
		s.stay(s.self + ": it does not start within " + checkLimit.String())
	case how != "":
		s.stay(s.self + ":" + how)
	default:
		s.upgrade.due = true
	}
}

// upgrading goes on with a reexec, if one is under way.
func (s *scanner) upgrading(now time.Duration) {
	u := &s.upgrade
	switch {
	case u.check != 0 && u.until != 0 && u.until <= now:
		u.until = 0
		_ = syscall.Kill(u.check, syscall.SIGKILL) // our child, and not yet reaped
	case u.due && s.stopAt != 0:
		u.due = false
		s.stay("it is about to end")
	case u.due && s.table.scanDue() == 0: // else what is being copied would count as whole
		s.replaceSelf()
	}
}

// replaceSelf executes the program, unless a signal came that is to be obeyed
// first. One that comes from now on until the next image listens would end us,
// and is ignored instead: the Go runtime unblocks signals before any code of
// ours runs, so it cannot wait in the kernel. A letter in control waits.
func (s *scanner) replaceSelf() {
	for _, sig := range s.poll.Deafen() {
		if sig != syscall.SIGCHLD { // the next image reaps at once
			s.mustListen()
			return
		}
	}
	s.upgrade.due = false
	for sig := range s.config.style.orders {
		signal.Ignore(sig)
	}
	h := s.handOver()
	value, file, err := h.carry(s.upgrade.file)
	if err == nil {
		env := append(s.withLogDir(withoutHandover(os.Environ())), handoverKey+"="+value)
		kept := append(h.descriptors(), s.config.bound, file)
		closeOnExec(kept, false)
		s.unguard() // if we stay its end starts another
		err = unix.Exec(s.self, os.Args, env)
		closeOnExec(kept, true)
	}
	if file >= 0 {
		_ = unix.Close(file) // it is of no use any more
	}
	s.mustListen()
	s.stay(s.self + ": " + reason(err))
}

// mustListen listens again. It has worked before, and needs nothing new.
func (s *scanner) mustListen() { _ = s.listen() }

// stay says why there is no reexec.
func (s *scanner) stay(why string) {
	s.warn("unable to reexec: " + why + ", going on with the running program")
	s.failures++
	s.failure = why
	s.host.stay(why)
	s.writeEnv()
}

// handOver is what the next image is told.
func (s *scanner) handOver() *handover {
	h := &handover{pid: os.Getpid(), reexecs: s.reexecs + 1, path: s.path, runPath: s.runPath,
		dir: s.dir, run: s.run, null: s.null, lock: s.lock, read: -1, write: -1, title: -1}
	if s.nohup {
		h.nohup = 1
	}
	if s.controlled {
		h.read, h.write = s.control.Ends()
	}
	if s.title.text != nil {
		h.title = s.title.read
	}
	for _, k := range s.kept {
		for _, fd := range []int{k.pipes[0], k.pipes[1], k.pending.service, k.pending.logger, k.pending.ready, k.notify} {
			if fd >= 0 {
				h.fifos = append(h.fifos, fd)
			}
		}
	}
	for _, fd := range s.notify {
		h.fifos = append(h.fifos, fd)
	}
	for _, fd := range s.inherited {
		h.fifos = append(h.fifos, fd)
	}
	h.fifos = append(h.fifos, s.host.keep()...)
	return h
}

// inherit takes what the image before us has handed over, if there was one.
func (s *scanner) inherit() {
	h, ok := unpackHandover(carried(os.Getenv(handoverKey)))
	if !ok || h.pid != os.Getpid() {
		return
	}
	closeOnExec(h.descriptors(), true)
	s.reexecs, s.nohup = h.reexecs, h.nohup == 1
	s.path, s.runPath = h.path, h.runPath
	s.dir, s.run, s.null, s.lock = h.dir, h.run, h.null, h.lock
	s.title.read = h.title
	if s.dir >= 0 {
		s.here, _ = identify(s.dir, "") // it is open
	}
	if h.read >= 0 && h.write >= 0 {
		s.control, s.controlled = fifo.JoinControl(h.read, h.write), true
		s.poll.Add(h.read, unix.POLLIN, s, tagControl)
	}
	s.inherited, s.notify = map[end]int{}, map[string]int{}
	for _, fd := range h.fifos {
		if owner := socket.Owner(fd); owner != "" {
			s.notify[owner] = fd
			continue
		}
		which, err := endOf(fd)
		if _, twice := s.inherited[which]; err != nil || twice {
			_ = unix.Close(fd) // nothing was written
			continue
		}
		s.inherited[which] = fd
	}
	s.config.ready = -1 // that was told
}

// end is an open end of a FIFO: whose, and what for.
type end struct {
	id   identity
	mode int
}

func endOf(fd int) (end, error) {
	id, err := identify(fd, "")
	flags, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0) // it is open
	return end{id, flags & unix.O_ACCMODE}, err
}

// disinherit closes those that somebody has opened by now.
func (s *scanner) disinherit(opened []int) {
	for _, fd := range opened {
		if len(s.inherited) == 0 {
			return
		}
		which, err := endOf(fd)
		if old, is := s.inherited[which]; err == nil && is {
			_ = unix.Close(old) // nothing was written
			delete(s.inherited, which)
		}
	}
}

// closeOnExec says whether these descriptors are closed by exec.
func closeOnExec(fds []int, closed bool) {
	flag := 0
	if closed {
		flag = unix.FD_CLOEXEC
	}
	for _, fd := range fds {
		if fd >= 0 {
			_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, flag) // it is open
		}
	}
}

func withoutHandover(environ []string) []string {
	var kept []string
	for _, pair := range environ {
		if !strings.HasPrefix(pair, handoverKey+"=") {
			kept = append(kept, pair)
		}
	}
	return kept
}
