package fifo

import (
	"strconv"

	"golang.org/x/sys/unix"
)

// Notice says lines on a descriptor that may be a full pipe which nobody
// reads: it never blocks, and counts what it could not say.
type Notice struct {
	fd      int
	pipe    bool // RWF_NOWAIT works on it
	lost    int
	listens bool // for room to tell that
}

// NewNotice says its lines on fd, usually 2. The descriptor is shared with
// others, so its flags are left alone.
func NewNotice(fd int) *Notice {
	var st unix.Stat_t
	err := unix.Fstat(fd, &st)
	kind := st.Mode & unix.S_IFMT
	return &Notice{fd: fd, pipe: err == nil && (kind == unix.S_IFIFO || kind == unix.S_IFSOCK)}
}

// Say says line, which ends in a newline, or counts it as lost.
func (n *Notice) Say(line string) {
	if n.Lost() && !n.Recover() || !n.write(line) {
		n.lost++
	}
}

// Lost says that lines were lost and not yet told of.
func (n *Notice) Lost() bool { return n.lost > 0 }

// Listen has p wait for room to tell of what was lost, if anything was. It is for
// before each Wait.
func (n *Notice) Listen(p *Poller) {
	if n.Lost() == n.listens {
		return
	}
	if n.listens = n.Lost(); n.listens {
		p.Add(n.fd, unix.POLLOUT, n, 0)
	} else {
		p.Remove(n.fd)
	}
}

// Ready is what Wait calls.
func (n *Notice) Ready(int, int16) { n.Recover() }

// Recover tells how many lines were lost, and says whether that worked.
func (n *Notice) Recover() bool {
	if n.write("lost " + strconv.Itoa(n.lost) + " messages\n") {
		n.lost = 0
		return true
	}
	return false
}

// write says false when it would have to wait.
func (n *Notice) write(line string) bool {
	b := []byte(line)
	if n.pipe {
		_, err := unix.Pwritev2(n.fd, [][]byte{b}, -1, unix.RWF_NOWAIT)
		if err != unix.EOPNOTSUPP && err != unix.ENOSYS {
			return err != unix.EAGAIN
		}
	}
	// A file or a terminal, or a kernel before 5.6: between the question and
	// the write another process may fill the pipe, which this kernel leaves.
	out := []unix.PollFd{{Fd: int32(n.fd), Events: unix.POLLOUT}}
	if r, err := unix.Poll(out, 0); err != nil || r != 1 {
		return false
	}
	_, _ = unix.Write(n.fd, b) // nobody is left to be told
	return true
}
