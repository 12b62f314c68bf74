package supervise

import (
	"bytes"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/forkexec"
)

// A service with set/watch has a process svwatch(8) beside it, for as long as a
// change would count. A socket joins the two: it says what has happened by a
// letter each, and ends when nobody has our end any more. So no supervise needs to
// find that of an earlier one, and nothing is inotify here.

// What svwatch says.
const (
	saysWatches = 'w' // it watches all that it was asked for
	saysChanged = 'c' // something of that has another content
)

// watcher is the svwatch of a service.
type watcher struct {
	process process
	socket  int // our end
	sees    bool
	tries   int           // that ended by themselves, since one watched
	again   time.Duration // when the next is started, 0 where none is due
}

// watchWord says among those of the machine that set/watch is there.
const watchWord = "watch"

// rememberWatch appends that word; it is never the first.
func (s *Service) rememberWatch(b []byte) []byte {
	if s.watched {
		b = append(b, " "+watchWord...)
	}
	return b
}

func (s *Service) recallWatch(words []byte) {
	for word := range bytes.FieldsSeq(words) {
		s.watched = s.watched || string(word) == watchWord
	}
}

// tendWatch starts svwatch or ends it, whichever is right by now.
func (s *Service) tendWatch() {
	wanted := s.watched && !s.gone && !s.pair.leaving && s.m.awaitsChange()
	switch w := s.watcher; {
	case !wanted:
		s.endWatch()
	case w == nil:
		s.watcher = &watcher{process: process{fd: -1}, socket: -1}
		s.startWatch()
	case w.process.fd < 0 && w.again == 0:
		s.startWatch()
	}
}

func (s *Service) startWatch() {
	e, w := s.engine, s.watcher
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		if err = w.spawn(s, ends[1]); err != nil {
			_ = quiet.Close(ends[0]) // nothing was written
		}
		_ = quiet.Close(ends[1]) // it has its own
	}
	if err != nil {
		s.tellOnce("unable to start svwatch: " + reason(err) + ", trying again")
		s.watchLater()
		return
	}
	w.socket = ends[0]
	_ = unix.SetNonblock(w.socket, true) // cannot fail: it is ours
	s.await(w.process, tagWatch)
	e.poll.Add(w.socket, unix.POLLIN, s, tagChange)
}

// spawn starts svwatch with its end of the socket as standard input and output. It
// has a session of its own, so that no ^C ends it.
func (w *watcher) spawn(s *Service, socket int) error {
	e, end := s.engine, uintptr(socket)
	e.next = forkexec.Start{Path: beside("svwatch"), Argv: []string{"svwatch", s.name}, Env: e.env, Dir: s.cwd,
		Files: []uintptr{end, end, 2}, Setsid: true, Slot: forkexec.Slot{File: -1}}
	pid, fd, err := e.startNext()
	if err == nil {
		w.process.pid, w.process.fd = pid, fd
	}
	return err
}

// watchLater has another one started after a pause.
func (s *Service) watchLater() {
	s.watcher.tries++
	s.watcher.again = fifo.Now() + retryAfter(s.watcher.tries)
}

// due is when another one is to be started, never if it is not.
func (w *watcher) due() time.Duration {
	if w == nil || w.again == 0 {
		return never
	}
	return w.again
}

// watchAgain starts the one that is due.
func (s *Service) watchAgain(now time.Duration) {
	if due := s.watcher.due(); due != never && due <= now {
		s.watcher.again = 0
		s.tendWatch()
	}
}

// heardWatch is news of svwatch: what it says, or its end.
func (s *Service) heardWatch(tag int) {
	if tag == tagWatch {
		s.watchEnded()
	} else {
		s.hearWatch()
	}
}

// hearWatch takes what svwatch says.
func (s *Service) hearWatch() {
	var said [64]byte
	n, err := fifo.Retry(func() (int, error) { return quiet.Read(s.watcher.socket, said[:]) })
	if err == unix.EAGAIN {
		return
	}
	if n <= 0 {
		s.watcher.hangUp(s.engine) // it has ended, which shows
		return
	}
	if bytes.IndexByte(said[:n], saysWatches) >= 0 {
		s.watcher.sees, s.watcher.tries = true, 0
	}
	if bytes.IndexByte(said[:n], saysChanged) >= 0 {
		s.step(Event{Kind: Changed, Limit: s.timeoutKill(), Way: s.way()})
	}
	s.flush()
}

// watchEnded is the end of a svwatch that we have not ended. Where it exits 0
// there is nothing to be watched any more.
func (s *Service) watchEnded() {
	w := s.watcher
	how, ended := bury(w.process.pid)
	if !ended {
		return
	}
	s.forget(w.process)
	w.hangUp(s.engine)
	w.process.fd, w.sees = -1, false
	switch {
	case how.Exited() && how.ExitStatus() == 0:
		s.watched = false
	case how.Signaled():
		s.warn("svwatch was killed by " + unix.SignalName(how.Signal()) + ", starting another")
		s.watchLater()
	default:
		s.watchLater() // it has said why
	}
	s.tendWatch()
	s.flush()
}

// hangUp closes our end of the socket.
func (w *watcher) hangUp(e *Engine) {
	if w.socket >= 0 {
		e.poll.Remove(w.socket)
		_ = quiet.Close(w.socket) // nothing is written there
		w.socket = -1
	}
}

// endWatch ends svwatch, which holds nothing.
func (s *Service) endWatch() {
	w := s.watcher
	if w == nil {
		return
	}
	s.watcher = nil
	w.hangUp(s.engine)
	if p := w.process; p.fd >= 0 {
		_ = quiet.PidfdSendSignal(p.fd, unix.SIGKILL) // ESRCH: it has just ended
		s.engine.poll.Remove(p.fd)
		s.engine.poll.Add(p.fd, unix.POLLIN, &burial{s.engine, p}, 0)
	}
}

// endWatchNow is endWatch for who is about to forget its children.
func (s *Service) endWatchNow() {
	const moment = 1000 // milliseconds: nobody takes as long to die
	w := s.watcher
	s.endWatch()
	if w != nil && w.process.fd >= 0 {
		awaitEnd(w.process.fd, moment)
		(&burial{s.engine, w.process}).Ready(0, 0)
	}
}

// watches says that a change will be seen.
func (w *watcher) watches() bool { return w != nil && w.sees }
