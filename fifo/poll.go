package fifo

import (
	"errors"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// Waiter is told when a descriptor that it waits on is ready. tag is the
// number that it gave with the descriptor, revents is what poll(2) says, or what
// was waited for. Now and then it is told for nothing.
type Waiter interface {
	Ready(tag int, revents int16)
}

// Poller is one wait on many descriptors and one deadline. The zero Poller is
// ready for use, and must not be copied after.
//
// It is an epoll that the poller of the Go runtime watches. Were we to block in
// a system call instead, the runtime would at each wait wake another thread to
// be ready for goroutines that there are not, and would end the program where
// the system has no thread to give.
type Poller struct {
	epoll int
	file  *os.File // of epoll
	conn  syscall.RawConn
	look  func(fd uintptr) bool
	timer timer
	timed bool // the runtime knows a deadline
	asked bool // by the last Wait: what is ready
	slept bool // the last Wait did
	woken woken
	ready []unix.EpollEvent
	slots []slot
	free  []int32 // slots without a descriptor
	freed int     // of them, the last, those that Wait may still have news of
	at    []int32 // the slot of each descriptor, and one more: 0 is none

	// Room for the usual few: growing would leave garbage of every size.
	readyRoom [16]unix.EpollEvent
	slotRoom  [16]slot
	freeRoom  [16]int32
	atRoom    [64]int32
}

// Edge is for Add, beside what poll(2) has: what is there is told once, and then
// what comes to it.
const Edge int16 = 0x4000

// slot is one descriptor; epoll knows its number.
type slot struct {
	events uint32 // that are waited for
	waiter Waiter
	tag    int
}

// open makes the epoll at the first use.
func (p *Poller) open() error {
	if p.file != nil {
		return nil
	}
	var err error
	if p.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return err
	}
	_ = unix.SetNonblock(p.epoll, true) // so that the runtime takes it; cannot fail
	p.file = os.NewFile(uintptr(p.epoll), "epoll")
	p.slots, p.free, p.at, p.look = p.slotRoom[:0], p.freeRoom[:0], p.atRoom[:0], p.take
	p.conn, err = p.file.SyscallConn()
	return err
}

// Add waits on fd, once at a time, for events (POLLIN, POLLOUT, Edge) until Remove.
// A regular file is never ready.
func (p *Poller) Add(fd int, events int16, w Waiter, tag int) {
	if p.open() != nil {
		return // Wait says why
	}
	n := int32(len(p.slots))
	if oldest := len(p.free) - p.freed - 1; oldest >= 0 {
		n = p.free[oldest]
		last := len(p.free) - 1
		p.free[oldest] = p.free[last]
		p.free = p.free[:last]
	} else {
		p.slots = append(p.slots, slot{})
	}
	for len(p.at) <= fd {
		p.at = append(p.at, 0)
	}
	p.at[fd] = n + 1
	ev := unix.EpollEvent{Events: EpollEvents(events), Fd: n}
	p.slots[n] = slot{ev.Events, w, tag}
	_ = quiet.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, fd, &ev) // EPERM: a regular file
}

// EpollEvents are the events of Add as epoll_ctl(2) has them.
func EpollEvents(events int16) uint32 {
	bits := uint32(events &^ Edge) // those of poll(2) are the same
	if events&Edge != 0 {
		bits |= unix.EPOLLET
	}
	return bits
}

// Remove waits no longer on fd, which is still open, from this moment on.
func (p *Poller) Remove(fd int) {
	if fd < 0 || fd >= len(p.at) || p.at[fd] == 0 {
		return
	}
	n := p.at[fd] - 1
	p.at[fd] = 0
	_ = quiet.EpollCtl(p.epoll, unix.EPOLL_CTL_DEL, fd, nil) // as in Add
	p.slots[n] = slot{}
	p.free = append(p.free, n)
	p.freed++
}

// Wait waits until a descriptor is ready or deadline (of Now) has come, and
// tells the waiters. A negative deadline is none.
func (p *Poller) Wait(deadline time.Duration) error {
	if err := p.open(); err != nil {
		return err
	}
	p.ready, p.freed, p.asked, p.slept = p.readyRoom[:0], 0, false, false
	if err := p.await(deadline); err != nil {
		return err
	}
	for _, ev := range p.ready {
		if ev.Fd == timerSlot {
			p.timer.came()
		} else if s := p.slots[ev.Fd]; s.waiter != nil {
			s.waiter.Ready(s.tag, int16(ev.Events))
		}
	}
	if !p.slept {
		runtime.Gosched() // else who is never idle would not hear of signals
	}
	p.tellSignals()
	return nil
}

// await takes what is ready, before the deadline or when it has passed: then Read
// would not look.
func (p *Poller) await(deadline time.Duration) error {
	if deadline >= 0 && deadline <= Now() {
		p.take(uintptr(p.epoll))
		return nil
	}
	if err := p.setDeadline(deadline); err != nil {
		return err
	}
	if err := p.conn.Read(p.look); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	return nil
}

// setDeadline ends the next wait at deadline, or at once if a signal came.
func (p *Poller) setDeadline(deadline time.Duration) error {
	if p.timer.arm(p, deadline) {
		deadline = -1
	}
	p.woken.Lock()
	defer p.woken.Unlock()
	if len(p.woken.signals) > 0 || deadline < 0 && !p.timed {
		return nil
	}
	var at time.Time
	if p.timed = deadline >= 0; p.timed {
		at = beginning.Add(deadline)
	}
	return p.file.SetReadDeadline(at)
}

// take takes what is ready, and says whether there was anything. After a sleep
// there is, or was until it was read: who waits for one descriptor need not ask
// which, unless it is told once.
//
// The runtime is not told of the system call, which does not wait. Else the
// first after a sleep wakes its monitor, another thread, to see whether it
// takes long, and that costs more than all else about a wait.
func (p *Poller) take(fd uintptr) bool {
	if p.slept = p.asked; p.slept && len(p.slots) == 1 && !p.timer.set && p.slots[0].events&unix.EPOLLET == 0 {
		p.ready = append(p.ready, unix.EpollEvent{Events: p.slots[0].events})
		return true
	}
	p.asked = true
	n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, fd, uintptr(unsafe.Pointer(&p.readyRoom)), uintptr(len(p.readyRoom)), 0, 0, 0)
	if errno != 0 {
		p.ready = p.readyRoom[:0]
		return errno != unix.EINTR
	}
	p.ready = p.readyRoom[:n]
	return n > 0
}

// Now is the monotonic clock: deadlines are its times. It costs no system call.
func Now() time.Duration { return time.Since(beginning) }

var beginning = time.Now()
