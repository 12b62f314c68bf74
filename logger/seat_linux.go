package logger

import (
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// seat is the wait of one log among those of a server. Between its turns it is a
// number in the epoll of all, and no worker is there. A descriptor that is
// ready is told once, until the next wait.
type seat struct {
	server *server
	served *served
	number int32 // in the epoll

	// All that follows is for who has the lock of the server.
	spots   []spot
	signals []syscall.Signal // that came, and were not told
	killed  syscall.Signal   // it ends at once, as if by this
	halted  bool             // by STOP
	busy    bool             // its turn has come
	wake    chan struct{}    // ends the wait within a turn, nil outside of one
	timer   *time.Timer      // gives it a turn, nil without one
}

// spot is a descriptor that is waited for.
type spot struct {
	fd     int
	events uint32
	tag    int
	heard  bool // it is ready, and was not told
	spent  bool // the epoll does not look at it any more
}

// Add waits for fd as a fifo.Poller does.
func (t *seat) Add(fd int, events int16, _ fifo.Waiter, tag int) {
	t.server.Lock()
	defer t.server.Unlock()
	t.spots = append(t.spots, spot{fd: fd, events: fifo.EpollEvents(events), tag: tag})
	t.arm(unix.EPOLL_CTL_ADD, &t.spots[len(t.spots)-1])
}

// Remove waits for it no longer.
func (t *seat) Remove(fd int) {
	t.server.Lock()
	defer t.server.Unlock()
	for i := range t.spots {
		if t.spots[i].fd == fd {
			_ = unix.EpollCtl(t.server.epoll, unix.EPOLL_CTL_DEL, fd, nil) // it is there
			t.spots = append(t.spots[:i], t.spots[i+1:]...)
			return
		}
	}
}

// arm has the epoll look at a descriptor, until it has told of it. What is told
// once needs that no more.
func (t *seat) arm(op int, s *spot) {
	ev := unix.EpollEvent{Events: s.events, Fd: t.number, Pad: int32(s.tag)}
	if !s.edge() {
		ev.Events |= unix.EPOLLONESHOT
	}
	_ = unix.EpollCtl(t.server.epoll, op, s.fd, &ev) // EPERM: a regular file
	s.spent = false
}

func (s *spot) edge() bool { return s.events&unix.EPOLLET != 0 }

// armAll has it look at all that was told.
func (t *seat) armAll() {
	for i := range t.spots {
		if s := &t.spots[i]; s.spent && !s.heard {
			t.arm(unix.EPOLL_CTL_MOD, s)
		}
	}
}

// hear is what the epoll says. What is not waited for any more is not heard.
func (t *seat) hear(tag int) {
	for i := range t.spots {
		if s := &t.spots[i]; s.tag == tag && !s.spent {
			s.heard, s.spent = true, !s.edge()
			t.stir()
		}
	}
}

// signal is one for this log alone.
func (t *seat) signal(sig syscall.Signal) {
	switch sig {
	case syscall.SIGTERM, syscall.SIGALRM:
		t.signals = append(t.signals, sig)
	case syscall.SIGSTOP, syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU:
		t.halted = true
	case syscall.SIGCONT:
		t.halted = false
	case syscall.SIGCHLD, syscall.SIGWINCH, syscall.SIGURG:
		return // they do nothing by default
	default:
		t.killed = sig
		t.halted = t.halted && sig != syscall.SIGKILL
	}
	t.stir()
}

// stir gives it a turn if there is something to do, or wakes it within one.
func (t *seat) stir() {
	switch {
	case t.wake != nil:
		close(t.wake)
		t.wake = nil
	case !t.busy && !t.halted:
		t.busy = true
		t.server.enqueue(t.served)
	}
}

// has says that something is to be told.
func (t *seat) has() bool {
	for i := range t.spots {
		if t.spots[i].heard {
			return true
		}
	}
	return len(t.signals) > 0 || t.killed != 0 || t.served.order != nil
}

// Wait is for waits within a turn.
func (t *seat) Wait(deadline time.Duration) error {
	t.server.Lock()
	t.armAll()
	if !t.has() && (deadline < 0 || deadline > fifo.Now()) {
		wake := make(chan struct{})
		t.wake = wake
		t.server.pause(t.served.worker)
		t.server.Unlock()
		var late <-chan time.Time
		if deadline >= 0 {
			timer := time.NewTimer(deadline - fifo.Now())
			defer timer.Stop()
			late = timer.C
		}
		select {
		case <-wake:
		case <-late:
		}
		t.server.Lock()
		t.wake = nil
	}
	t.server.Unlock()
	t.tell()
	return nil
}

// errKilled ends a turn.
var errKilled = errors.New("killed")

// tell tells what came. Who was killed comes no further.
func (t *seat) tell() {
	var room [4]int
	t.server.Lock()
	tags, signals := room[:0], t.signals
	t.signals = nil
	for i := range t.spots {
		if s := &t.spots[i]; s.heard {
			s.heard = false
			tags = append(tags, s.tag)
		}
	}
	killed := t.killed
	t.server.Unlock()
	if killed != 0 {
		panic(errKilled)
	}
	for _, tag := range tags {
		t.served.log.Ready(tag, unix.POLLIN)
	}
	for _, sig := range signals {
		t.served.log.Ready(tagSignal, int16(sig))
	}
}

// rest ends a turn: the next comes when there is something to do, or at the
// deadline.
func (t *seat) rest(deadline time.Duration) {
	if t.has() && !t.halted {
		t.server.enqueue(t.served) // after the others
		return
	}
	t.busy = false
	t.armAll()
	if t.timer != nil {
		t.timer.Stop()
		t.timer = nil
	}
	if deadline >= 0 {
		t.timer = time.AfterFunc(deadline-fifo.Now(), func() {
			t.server.Lock()
			defer t.server.Unlock()
			t.stir()
		})
	}
}

// leave has nothing more come.
func (t *seat) leave() {
	if t.timer != nil {
		t.timer.Stop()
	}
	for i := range t.spots {
		_ = unix.EpollCtl(t.server.epoll, unix.EPOLL_CTL_DEL, t.spots[i].fd, nil) // it is there
	}
	t.spots = nil
}
