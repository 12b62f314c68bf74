package socket

import (
	"errors"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// Holder is the name of the process that keeps the sockets of a service, so that
// what kills us by name leaves it alone.
const Holder = "svholder"

// Most is how many sockets a service may have, and MostText how much may stand of
// them all: so that one message takes them.
const (
	Most     = 64
	MostText = 16 << 10
)

// First is the descriptor from which on a holder has the sockets, after that by
// which it is asked for them.
const (
	asked = 3
	First = 4
)

// Held is a socket that is kept: its name, a space, and what it was bound as.
type Held struct {
	Text string
	FD   int
}

// place is how a socket in the directory behind fd is called in a system call, which
// takes no more than 107 bytes.
func place(dir int, name string) *unix.SockaddrUnix {
	return &unix.SockaddrUnix{Name: "/proc/self/fd/" + strconv.Itoa(dir) + "/" + name}
}

// Offer makes the listening socket by which a holder is asked, as name in the
// directory dir.
func Offer(dir int, name string) (fd int, err error) {
	if err := unix.Unlinkat(dir, name, 0); err != nil && err != unix.ENOENT {
		return -1, err
	}
	if fd, err = unix.Socket(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0); err != nil {
		return -1, err
	}
	if err = unix.Bind(fd, place(dir, name)); err == nil {
		err = unix.Listen(fd, 1)
	}
	if err != nil {
		_ = unix.Close(fd) // nothing was written
		return -1, err
	}
	return fd, nil
}

// Hold is what the holder does with the texts of its sockets, until it is killed.
func Hold(texts []string) {
	if fd, err := unix.Open("/proc/self/comm", unix.O_WRONLY|unix.O_CLOEXEC, 0); err == nil {
		_, _ = unix.Write(fd, []byte(Holder)) // best effort: a name
		_ = unix.Close(fd)                    // nothing to flush
	}
	message := strconv.Itoa(unix.Getpid()) + "\n" + strings.Join(texts, "\n")
	var fds []int
	for i := range texts {
		fds = append(fds, First+i)
	}
	rights := unix.UnixRights(fds...)
	for {
		fd, err := fifo.Retry(func() (int, error) {
			fd, _, err := unix.Accept4(asked, unix.SOCK_CLOEXEC)
			return fd, err
		})
		if err != nil && err != unix.ECONNABORTED {
			return // it is not what it should be: somebody has called us by hand
		}
		if err == nil {
			answer(fd, message, rights)
		}
	}
}

// answer hands the sockets to who may have them, and waits until he has looked at
// us.
func answer(fd int, message string, rights []byte) {
	defer unix.Close(fd)
	who, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil || who.Uid != 0 && who.Uid != uint32(unix.Geteuid()) {
		return
	}
	if unix.Sendmsg(fd, []byte(message), rights, nil, unix.MSG_NOSIGNAL) == nil {
		var nothing [1]byte
		_, _ = fifo.Retry(func() (int, error) { return unix.Read(fd, nothing[:]) })
	}
}

var errHolder = errors.New("the holder does not answer")

// Ask asks the holder for the sockets; pidfd is its own. ENOENT and ECONNREFUSED say
// that there is none.
func Ask(dir int, name string) (held []Held, pid, pidfd int, err error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, 0, -1, err
	}
	defer unix.Close(fd)
	const patience = 500_000 // microseconds, for one that was stopped
	limit := unix.Timeval{Usec: patience}
	_ = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &limit) // cannot fail
	_ = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &limit) // likewise
	if err := unix.Connect(fd, place(dir, name)); err != nil {
		return nil, 0, -1, err
	}
	message := make([]byte, MostText+64)
	room := make([]byte, unix.CmsgSpace(4*Most))
	var n, extra int
	_, err = fifo.Retry(func() (_ int, err error) {
		n, extra, _, _, err = unix.Recvmsg(fd, message, room, unix.MSG_CMSG_CLOEXEC)
		return n, err
	})
	if err != nil {
		return nil, 0, -1, err
	}
	held, pid = unpack(string(message[:n]), parseRights(room[:extra]))
	if pid > 0 {
		// It waits for us to look at it, so the number is its own.
		if pidfd, err = unix.PidfdOpen(pid, 0); err == nil && !hangsUp(fd) {
			return held, pid, pidfd, nil
		}
		if err == nil {
			_ = unix.Close(pidfd) // a stranger's, perhaps
		}
	}
	for _, h := range held {
		_ = unix.Close(h.FD) // we do not know what it is
	}
	return nil, 0, -1, errHolder
}

func hangsUp(fd int) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := fifo.Retry(func() (int, error) { return unix.Poll(fds, 0) })
	return err != nil || n > 0
}

// parseRights are the descriptors that came with a message.
func parseRights(extra []byte) (fds []int) {
	all, err := unix.ParseSocketControlMessage(extra)
	if err != nil {
		return nil
	}
	for i := range all {
		if more, err := unix.ParseUnixRights(&all[i]); err == nil {
			fds = append(fds, more...)
		}
	}
	return fds
}

// unpack takes apart what a holder says; without a pid it is nothing. All fds are
// among what it returns.
func unpack(message string, fds []int) (held []Held, pid int) {
	lines := strings.Split(message, "\n")
	for i, fd := range fds {
		h := Held{FD: fd}
		if i+1 < len(lines) {
			h.Text = lines[i+1]
		}
		held = append(held, h)
	}
	if pid, err := strconv.Atoi(lines[0]); err == nil && len(fds) == len(lines)-1 {
		return held, pid
	}
	return held, 0
}
