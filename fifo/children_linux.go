//go:build amd64 || arm64

package fifo

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// CHLD has a handler of our own, which writes to an eventfd that the Poller waits
// for. By os/signal each wakes three threads and changes goroutines twice, and
// whoever waits for the end of that child as well hears of it after that.

// children is how a Poller hears of CHLD.
type children struct {
	poller *Poller
	open   bool
}

// childEvent is the eventfd to which the handler writes, -1 for none. There is one
// handler in a process.
var childEvent int32 = -1

// handler and restorer are addresses in the assembly files.
func childHandler() (handler, restorer uintptr)

// hush has CHLD wake nobody, until somebody hears: the handler of the Go runtime
// would wake a thread for each.
func (c *children) hush() {
	if !c.open {
		DefaultAction(syscall.SIGCHLD)
	}
}

// hear has Wait tell of CHLD from now on.
func (c *children) hear(p *Poller) {
	if c.open {
		return
	}
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return // no descriptor to be had: what has ended is seen when something else happens
	}
	c.poller, c.open, childEvent = p, true, int32(fd)
	p.Add(fd, unix.POLLIN, c, 0)
	const restorerIsGiven = 0x04000000 // SA_RESTORER
	const onStack = 0x08000000         // SA_ONSTACK
	const restart = 0x10000000         // SA_RESTART
	to := action{flags: onStack | restart, mask: ^uintptr(0)}
	if to.handler, to.restorer = childHandler(); to.restorer != 0 {
		to.flags |= restorerIsGiven
	}
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(unix.SIGCHLD), uintptr(unsafe.Pointer(&to)), 0, unsafe.Sizeof(to.mask), 0, 0) // fails on bad arguments only
}

// Ready is what Wait calls.
func (c *children) Ready(int, int16) {
	var count [8]byte
	_, _ = quiet.Read(int(childEvent), count[:]) // how many does not matter
	k := &c.poller.woken
	k.Lock()
	k.note(syscall.SIGCHLD)
	k.Unlock()
}

// deafen ends it. What comes now is not heard.
func (c *children) deafen() {
	if !c.open {
		return
	}
	fd := int(childEvent)
	c.open, childEvent = false, -1
	c.poller.Remove(fd)
	_ = quiet.Close(fd) // nothing to flush
}
