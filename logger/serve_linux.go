package logger

import (
	"errors"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/logger/serving"
)

// server is an svlog that serves the logs of many services. A log that has
// nothing to do is data; one that has gets a turn of a worker, which is a goroutine,
// so that a disk that is slow holds up its own logs alone. One turn is what one
// chunk of each input asks for: then it is the turn of others.
type server struct {
	sync.Mutex
	epoll int // all that logs wait for, and the orders
	logs  map[serving.Log]*served
	seats []*served // by number, nil where there is none
	free  []int32   // the numbers of these
	crew
	closed bool // nobody is there who would give orders
	ends   bool // TERM came
	done   int  // an eventfd that says that the last has ended

	poll   fifo.Poller
	env    []string // of all logs
	orders [2 * serving.MaxSize]byte
	half   int // of it, what has not come whole
	speech sync.Mutex
	notice *fifo.Notice
}

// What the server waits for by its own poll, and what is no number of a seat.
const (
	tagLogs   = tagSignal + 1
	fromOrder = -1
	fromDone  = -2
)

// Serves says that the arguments of svlog ask for Serve.
func Serves(words []string) bool { return len(words) == 1 && words[0] == serving.Word }

// Serve serves the logs that it is ordered to on standard input, until all have
// ended and nobody is left who gives orders, or until TERM.
func Serve(environ []string) error {
	unix.Umask(0o022) // as in Run
	s := newServer(environ)
	err := s.open()
	if err == nil {
		err = s.hearOrders()
	}
	if err != nil {
		return errors.New("unable to serve: " + reason(err))
	}
	return s.loop()
}

func newServer(environ []string) *server {
	quiet.Loud()
	return &server{env: environ, logs: map[serving.Log]*served{}, notice: fifo.NewNotice(2)}
}

// open opens what the server waits for.
func (s *server) open() (err error) {
	if s.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return err
	}
	if s.done, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return err
	}
	if err = s.watchEdge(s.done, fromDone); err != nil {
		return err
	}
	s.poll.Add(s.epoll, unix.POLLIN, s, tagLogs)
	return s.poll.Signals(s, tagSignal, syscall.SIGTERM, syscall.SIGALRM)
}

// watchEdge has the epoll tell of fd only when something comes: the end of the
// orders would be told again and again.
func (s *server) watchEdge(fd int, from int32) error {
	return unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: from})
}

// hearOrders has the server obey standard input. By the lock on it svscan finds
// out who we are.
func (s *server) hearOrders() error {
	if err := unix.SetNonblock(standardInput, true); err != nil {
		return err
	}
	if err := unix.FcntlFlock(standardInput, unix.F_SETLK, &unix.Flock_t{Type: unix.F_RDLCK}); err != nil {
		return err
	}
	return s.watchEdge(standardInput, fromOrder)
}

func (s *server) loop() error {
	for !s.over() {
		if err := s.poll.Wait(-1); err != nil {
			return errors.New("unable to wait: " + reason(err))
		}
	}
	return nil
}

// over says that there is nothing left to do.
func (s *server) over() bool {
	s.Lock()
	defer s.Unlock()
	return len(s.logs) == 0 && (s.closed || s.ends)
}

// Ready is what the wait calls. A signal to us is one to all.
func (s *server) Ready(tag int, revents int16) {
	if tag == tagLogs {
		s.look()
		return
	}
	s.Lock()
	defer s.Unlock()
	sig := syscall.Signal(revents)
	s.ends = s.ends || sig == syscall.SIGTERM

	for _, v := range s.logs {
		v.signal(sig)
	}
}

// look gives a turn to those who are ready: a few, so that they have had it before
// others come.
func (s *server) look() {
	var ready [16]unix.EpollEvent
	n, _ := unix.EpollWait(s.epoll, ready[:], 0) // an interruption: it is asked again
	for i := range ready[:max(n, 0)] {
		if ev := &ready[i]; ev.Fd == fromOrder {
			s.readOrders()
		} else if ev.Fd >= 0 {
			s.Lock()
			if v := s.seats[ev.Fd]; v != nil {
				v.hear(int(ev.Pad))
			}
			s.Unlock()
		}
	}
}

// readOrders obeys what waits on standard input. Half an order waits for the rest.
func (s *server) readOrders() {
	for {
		n, err := fifo.Retry(func() (int, error) { return unix.Read(standardInput, s.orders[s.half:]) })
		if err == unix.EAGAIN {
			return
		}
		s.Lock()
		s.closed = n <= 0
		s.half = copy(s.orders[:], s.obey(s.orders[:s.half+max(n, 0)]))
		if n <= 0 || s.half == len(s.orders) {
			s.half = 0 // it is none
		}
		s.Unlock()
		if n <= 0 {
			return
		}
	}
}

// obey obeys the orders that have come whole, and returns the rest.
func (s *server) obey(text []byte) (rest []byte) {
	for {
		o, rest, ok := serving.Unpack(text)
		if !ok && len(rest) == len(text) {
			return rest
		}
		if text = rest; !ok {
			continue
		}
		v := s.logs[o.Log]
		switch {
		case o.Signal != 0 && v != nil:
			v.signal(o.Signal)
		case o.Signal == 0 && !s.ends:
			if v == nil {
				v = s.take(o.Log)
			}
			v.order = &o
			v.stir()
		}
	}
}

// take gives a log its place.
func (s *server) take(id serving.Log) *served {
	v := &served{id: id, report: -1}
	v.seat.server, v.seat.served = s, v
	if n := len(s.free); n > 0 {
		v.number = s.free[n-1]
		s.free = s.free[:n-1]
		s.seats[v.number] = v
	} else {
		v.number = int32(len(s.seats))
		s.seats = append(s.seats, v)
	}
	s.logs[id] = v
	return v
}

// forget is for a log that has ended. It may have been ordered again meanwhile.
func (s *server) forget(v *served) {
	s.seats[v.number] = nil
	s.free = append(s.free, v.number)
	delete(s.logs, v.id)
	switch {
	case v.order != nil && !s.ends:
		again := s.take(v.id)
		again.order = v.order
		again.stir()
	case len(s.logs) == 0:
		_, _ = unix.Write(s.done, []byte{1, 0, 0, 0, 0, 0, 0, 0}) // it has room
	}
}

// say says a line, as one.
func (s *server) say(line string) {
	s.speech.Lock()
	defer s.speech.Unlock()
	s.notice.Say(line)
}
