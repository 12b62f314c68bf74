package fifo

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// timer is the deadline of a Poller as a descriptor of its epoll. A deadline that
// the Go runtime knows has its monitor, another thread, wake up too when it comes,
// and look around a few times before it sleeps again: that is a tenth of what a
// restart costs.
type timer struct {
	fd   int // 0 before the first deadline, -1 if there can be none
	due  time.Duration
	set  bool
	room unix.ItimerSpec
}

// timerSlot is what epoll calls it.
const timerSlot = -1

// arm has p wake at due, or never if that is negative. It says whether it could.
func (t *timer) arm(p *Poller, due time.Duration) bool {
	if due < 0 && !t.set {
		return true
	}
	if t.fd == 0 {
		t.open(p)
	}
	if t.fd < 0 || t.set && t.due == due {
		return t.fd >= 0
	}
	t.room.Value = unix.Timespec{}
	if t.set = due >= 0; t.set {
		t.room.Value = unix.NsecToTimespec(max(due-Now(), 1).Nanoseconds())
	}
	t.due = due
	return quiet.TimerfdSettime(t.fd, &t.room) == nil
}

// open makes it at the first deadline. Epoll tells once of each that has come, so
// it need not be read.
func (t *timer) open(p *Poller) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_CLOEXEC|unix.TFD_NONBLOCK)
	if t.fd = -1; err != nil {
		return // no descriptor to be had
	}
	ev := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: timerSlot}
	if quiet.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, fd, &ev) != nil {
		_ = quiet.Close(fd) // nothing to flush
		return
	}
	t.fd = fd
}

// came is what Wait calls when it has come.
func (t *timer) came() { t.set = false }
