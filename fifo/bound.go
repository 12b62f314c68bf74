package fifo

import (
	"errors"
	"strconv"

	"golang.org/x/sys/unix"
)

// Bound is a descriptor whose other end another program holds, so that our life
// is bound to its: the kernel closes that end however the program ends.
type Bound struct {
	fd     int
	own    int // the same pipe, for reading without waiting; -1: it is not read
	socket bool
}

// What keeps a descriptor from being a Bound.
var (
	ErrUnbound = errors.New("not a pipe or a socket")
	ErrEndless = errors.New("open for writing too, so it has no end")
)

// OpenBound takes the descriptor fd, which keeps its number, and is closed in
// everything that we execute.
func OpenBound(fd int) (*Bound, error) {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, err
	}
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil {
		return nil, err
	}
	b := &Bound{fd: fd, own: -1}
	switch kind, access := st.Mode&unix.S_IFMT, flags&unix.O_ACCMODE; {
	case kind == unix.S_IFSOCK:
		b.socket = true
	case kind != unix.S_IFIFO:
		return nil, ErrUnbound
	case access == unix.O_RDWR:
		return nil, ErrEndless
	case access == unix.O_RDONLY:
		// The flags of fd belong to all who share it, and some may want to
		// wait: so this is another description. Without /proc nothing is read.
		if own, err := Open(unix.AT_FDCWD, "/proc/self/fd/"+strconv.Itoa(fd), unix.O_RDONLY); err == nil {
			b.own = own
		}
	}
	unix.CloseOnExec(fd)
	return b, nil
}

// FD is its descriptor.
func (b *Bound) FD() int { return b.fd }

// Add waits in p for its end, and for what is written there where that is read.
func (b *Bound) Add(p *Poller, w Waiter, tag int) {
	events := int16(unix.POLLRDHUP)
	if b.socket || b.own >= 0 {
		events |= unix.POLLIN
	}
	p.Add(b.fd, events, w, tag)
}

// Ended reads what waits, which means nothing, and says whether the other end
// has gone.
func (b *Bound) Ended() bool {
	b.drain()
	return b.hangsUp(0)
}

// hangsUp waits at most so many milliseconds for the end.
func (b *Bound) hangsUp(limit int) bool {
	set := []unix.PollFd{{Fd: int32(b.fd), Events: unix.POLLRDHUP}}
	n, err := unix.Poll(set, limit)
	return err == nil && n > 0
}

// drain reads a piece: of more than that the poll tells again.
func (b *Bound) drain() {
	var piece [4096]byte
	_, _ = Retry(func() (int, error) { // whatever it was
		if b.socket {
			n, _, err := unix.Recvfrom(b.fd, piece[:], unix.MSG_DONTWAIT)
			return n, err
		}
		return unix.Read(b.own, piece[:])
	})
}
