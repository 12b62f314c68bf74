package compat

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svctl/inotify"
)

// lookAgain is how often runit's sv looks. Here only what has no event is
// looked at that often: a check script that failed, a kernel that has no
// inotify left for this user.
const lookAgain = 420 * time.Millisecond

// watch is woken when one of several services changes.
//
// A status file is replaced by rename, which the file that it replaces sees as
// a loss of its name; so the file is watched, and not supervise/, which a user
// may be allowed to look into but not to list (s6-svperms). That the
// supervisor has gone shows at an open writing end of the FIFO it reads.
type watch struct {
	inotify.Instance
	deaf  bool // there is none: look from time to time
	blind bool
	fifos []unix.PollFd // one for each service, in the order of follow
}

// watched is a service that is waited for.
type watched struct {
	*service
	fifo int // -1: nobody reads, or it may not be opened
}

func newWatch() *watch {
	in, err := inotify.New()
	return &watch{Instance: in, deaf: err != nil}
}

func (w *watch) close() {
	if !w.deaf {
		w.Close()
	}
}

// begin starts a round of looking.
func (w *watch) begin() { w.fifos, w.blind = w.fifos[:0], w.deaf }

// follow waits for s too. It comes before the look at the status in each
// round, so that no change falls between.
func (w *watch) follow(s *watched) {
	const replaced = unix.IN_ATTRIB | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_CLOSE_WRITE
	if !w.deaf {
		_, err := w.Add(s.path+"/"+statusFile, replaced)
		w.blind = w.blind || err != nil
		_, _ = w.Add(s.path+"/"+envFile, replaced) // only ours is there
	}
	s.hold()
	w.fifos = append(w.fifos, unix.PollFd{Fd: int32(s.fifo)}) // POLLERR comes unasked
}

// hold opens the FIFO that tells of the supervisor's end.
func (s *watched) hold() {
	if s.fifo >= 0 {
		return
	}
	for _, name := range []string{servicedir.OK, servicedir.ControlIn} {
		fd, err := fifo.Open(s.dir, servicedir.State+"/"+name, unix.O_WRONLY)
		if err == nil {
			s.fifo = fd
			return
		}
	}
}

// release closes it.
func (s *watched) release() {
	if s.fifo >= 0 {
		_ = unix.Close(s.fifo) // nothing was written
		s.fifo = -1
	}
}

// wait waits for a change until deadline, the zero Time for ever.
func (w *watch) wait(deadline time.Time) {
	if soon := time.Now().Add(lookAgain); w.blind && (deadline.IsZero() || deadline.After(soon)) {
		deadline = soon
	}
	var timeout *unix.Timespec
	if !deadline.IsZero() {
		ts := unix.NsecToTimespec(max(time.Until(deadline), 0).Nanoseconds())
		timeout = &ts
	}
	if w.deaf {
		_, _ = unix.Ppoll(w.fifos, timeout, nil) // as below
		return
	}
	// An interrupted wait is a look too early, no more.
	_, _ = unix.Ppoll(append(w.fifos, unix.PollFd{Fd: int32(w.FD()), Events: unix.POLLIN}), timeout, nil)
	_ = w.Take(func(int, uint32, string) {}) // what happened is read from the status
}

// running says that the process of run is there, by the state as sv prints it:
// runit calls a service down from the moment of the letter k on.
func running(r *status.Record) bool {
	return r.PID != 0 && r.State != status.Down && r.State != status.Finishing
}
