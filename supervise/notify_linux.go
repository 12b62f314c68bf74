package supervise

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/notify"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// The notify socket of systemd is supervise/notify. It stays from run to run. The
// kernel keeps what waits in a socket only as long as somebody has it open, so
// each supervise binds a new one in its place: who sends while none is there is
// told so by an error.

// equipSocket binds the socket, or closes it where nobody asks for it any more.
func (s *Service) equipSocket(wanted bool) {
	h := s.health
	if !wanted {
		s.closeSocket()
		return
	}
	if h.socket >= 0 {
		for range waiting { // of the run before
			if !s.hear(false) {
				return
			}
		}
		return
	}
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err == nil {
		if err = s.bindSocket(fd); err != nil {
			_ = quiet.Close(fd) // nothing was written
		}
	}
	if err != nil {
		s.tell("unable to bind supervise/notify: " + reason(err) + ", going on without")
		return
	}
	if s.engine.datagram == nil {
		s.engine.datagram = make([]byte, notify.Most+1)
	}
	h.socket = fd
	s.engine.poll.Add(fd, unix.POLLIN, s, tagNotify)
}

// bindSocket gives it its name, by one step, in place of the one that was there.
// Where the path of the service directory is too long for a service to use, the
// socket has a name that is no path.
func (s *Service) bindSocket(fd int) error {
	const fresh = servicedir.Notify + ".new"
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PASSCRED, 1); err != nil {
		return err
	}
	path := s.home + "/" + servicedir.State + "/" + servicedir.Notify
	if len(path) > setting.MaxSocketPath {
		var st unix.Stat_t
		if err := quiet.Fstat(s.state, &st); err != nil {
			return err
		}
		path = "@svdir/notify/" + strconv.FormatUint(uint64(st.Dev), 16) + "/" + strconv.FormatUint(st.Ino, 16)
		s.health.address = path
		return unix.Bind(fd, &unix.SockaddrUnix{Name: path})
	}
	_ = quiet.Unlinkat(s.state, fresh, 0) // of a supervise that was killed
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: "/proc/self/fd/" + strconv.Itoa(s.state) + "/" + fresh}); err != nil {
		return err
	}
	// Whoever the service is, it may write: whom we hear is another matter.
	if err := unix.Fchmodat(s.state, fresh, 0o666, 0); err != nil {
		return err
	}
	s.health.address = path
	return quiet.Renameat(s.state, fresh, servicedir.Notify)
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
// of the service says is done. Whatever descriptors came with it are closed then:
// that is all that BARRIER=1 asks for.
func (s *Service) hear(heeded bool) bool {
	text := s.engine.datagram
	var control [256]byte
	var n, room, flags int
	_, err := fifo.Retry(func() (_ int, err error) {
		n, room, flags, _, err = unix.Recvmsg(s.health.socket, text, control[:], unix.MSG_DONTWAIT|unix.MSG_CMSG_CLOEXEC)
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
	}
	if heeded && flags&unix.MSG_TRUNC == 0 && s.isOurs(pid) {
		m := notify.Parse(text[:n])
		s.heed(&m)
	}
	for i := range messages {
		fds, _ := unix.ParseUnixRights(&messages[i]) // none where it is of another kind
		for _, fd := range fds {
			_ = unix.Close(fd) // not ours
		}
	}
	return true
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
