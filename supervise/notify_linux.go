package supervise

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/notify"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/socket"
)

// The notify socket of systemd is supervise/notify. It stays from run to run, and
// where svscan has bound it from supervise to supervise: what waits in it is lost
// when the last who has it open goes. Without svscan each supervise binds a new one
// in its place: who sends while none is there is told so by an error.

// givenVariable is the descriptor that svscan, or our program before it was executed
// again, has given us of it.
const givenVariable = "SV_NOTIFY"

// giveSocket takes notice of that, for the first service that asks for it.
func (e *Engine) giveSocket(number string) {
	fd, err := strconv.Atoi(number)
	if err == nil && fd > 2 {
		if _, err = unix.FcntlInt(uintptr(fd), unix.F_SETFD, unix.FD_CLOEXEC); err == nil {
			e.given = fd
		}
	}
}

// refuseSocket closes one that nobody has asked for.
func (e *Engine) refuseSocket() {
	if e.given >= 0 {
		_ = quiet.Close(e.given) // whoever gave it has it still
		e.given = -1
	}
}

// notifySocket is what the next image of our program is given of it, -1 for none.
func (e *Engine) notifySocket() int {
	for _, s := range e.pair.services {
		if s.input < 0 && s.health != nil && s.health.socket >= 0 {
			return s.health.socket
		}
	}
	return e.given
}

// equipSocket has the socket, or closes it where nobody asks for it any more.
func (s *Service) equipSocket(wanted bool) {
	h := s.health
	if !wanted {
		s.closeSocket()
		return
	}
	if h.socket < 0 {
		if err := s.openSocket(); err != nil {
			s.tell("unable to bind supervise/notify: " + reason(err) + ", going on without")
			return
		}
	}
	for range waiting { // of the run before
		if s.adopting || !s.hear(false) {
			return
		}
	}
}

// openSocket takes the socket that was given, or binds one.
func (s *Service) openSocket() (err error) {
	h, e := s.health, s.engine
	path := s.home + "/" + servicedir.State + "/" + servicedir.Notify
	fd := -1
	if s.input < 0 {
		fd, e.given = e.given, -1
	}
	if fd >= 0 && socket.Address(fd, path) == "" {
		_ = quiet.Close(fd) // it was given under another name
		fd = -1
	}
	if fd < 0 {
		if fd, err = socket.BindNotify(s.state, path, false); err != nil {
			return err
		}
	}
	if e.datagram == nil {
		e.datagram = make([]byte, notify.Most+1)
	}
	h.socket, h.address = fd, socket.Address(fd, path)
	e.poll.Add(fd, unix.POLLIN, s, tagNotify)
	return nil
}

func (s *Service) closeSocket() {
	h := s.health
	if h.socket < 0 {
		return
	}
	s.engine.poll.Remove(h.socket)
	_ = quiet.Close(h.socket) // what waits is for nobody
	_ = quiet.Unlinkat(s.state, servicedir.Notify, 0)
	h.socket = -1
}

// waiting is more datagrams than a socket has room for, by default.
const waiting = 64

// readSocket takes some of the datagrams that wait, so that others have their turn.
func (s *Service) readSocket() {
	const few = 16
	for range few {
		if h := s.health; h == nil || h.socket < 0 || !s.hear(true) {
			return
		}
	}
}

// hear takes one datagram, and says whether there was one. heeded: what a process
// of the service says is done, and only when that is written down it is taken out of
// the socket, so that a kill loses nothing. Whatever descriptors came with it are
// closed then: that is all that BARRIER=1 asks for.
func (s *Service) hear(heeded bool) bool {
	const wait = unix.MSG_DONTWAIT | unix.MSG_CMSG_CLOEXEC
	fd, text := s.health.socket, s.engine.datagram
	var control [256]byte
	var n, room, flags int
	_, err := fifo.Retry(func() (_ int, err error) {
		n, room, flags, _, err = unix.Recvmsg(fd, text, control[:], wait|unix.MSG_PEEK)
		return n, err
	})
	if err != nil {
		return false
	}
	pid := 0
	messages, _ := unix.ParseSocketControlMessage(control[:room]) // what cannot be read says nothing
	for i := range messages {
		if sender, err := unix.ParseUnixCredentials(&messages[i]); err == nil {
			pid = int(sender.Pid)
		}
		fds, _ := unix.ParseUnixRights(&messages[i]) // none where it is of another kind
		for _, fd := range fds {
			_ = unix.Close(fd) // not ours; the socket has it still
		}
	}
	if heeded && flags&unix.MSG_TRUNC == 0 && s.isOurs(pid) {
		m := notify.Parse(text[:n])
		s.heed(&m)
	}
	if h := s.health; h == nil || h.socket != fd {
		return false // it was closed meanwhile
	}
	_, err = fifo.Retry(func() (int, error) {
		_, _, _, _, err := unix.Recvmsg(fd, text[:1], nil, wait)
		return 0, err
	})
	return err == nil
}

// isOurs says that a process is of the service: it is run, or of its session or
// group, or descends from it.
func (s *Service) isOurs(pid int) bool {
	const generations = 32
	run := uint64(s.run.pid)
	if pid <= 0 || s.run.fd < 0 || s.m.unborn {
		return false
	}
	for range generations {
		if uint64(pid) == run {
			return true
		}
		var b proc.Buffer
		stat := b.Stat(pid)
		if s.leads && (stat.Number(5) == run || stat.Number(6) == run) {
			return true
		}
		if pid = int(stat.Number(4)); pid <= 1 || pid == s.engine.self {
			return false
		}
	}
	return false
}

// heed does what one message says.
func (s *Service) heed(m *notify.Message) {
	h, r := s.health, &s.record
	if m.HasText {
		r.Text = m.Text
	}
	if m.HasErrno {
		r.Errno = m.Errno
	}
	if m.HasWatchdog {
		h.watchdog, h.heard = m.Watchdog, 0
	}
	if m.Alive && h.heard != 0 {
		h.heard = fifo.Now()
	}
	switch {
	case m.Stopping:
		r.Phase, h.stops = "stopping", true
	case m.Reloading:
		r.Phase = "reloading"
	case m.Ready && !h.stops:
		r.Phase = ""
	}
	if m.Extend > 0 {
		s.happen(Event{Kind: Extended, Limit: m.Extend})
	}
	if h.readyBy == bySocket {
		switch {
		case m.Stopping:
			s.happen(Event{Kind: Unready})
		case m.Ready && !h.stops:
			s.happen(Event{Kind: Ready})
		}
	}
	s.drain()
	if m.Trigger && h.watchdog > 0 {
		s.sick(FaultWatchdog)
	}
	s.flush()
}
