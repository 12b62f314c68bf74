package fifo

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// What is here is for descriptors that we were given. Others may share them, so
// their flags are left alone, whatever they are.

// Patient says that a Poller can wait for fd: not for a file on a disk, which is
// always ready.
func Patient(fd int) bool {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return true
	}
	defer unix.Close(epoll)
	return unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN}) != unix.EPERM
}

// Expects says that what may come to a pipe after what was copied of it, by tee(2) to
// copied, comes there, and is told of by Edge. It does not where nobody writes any
// more; nor where the pipe has no room for it, of which its copy tells, since that
// takes as many pieces.
func Expects(fd, copied int) bool {
	ends := [...]unix.PollFd{{Fd: int32(fd)}, {Fd: int32(copied), Events: unix.POLLOUT}}
	if _, err := Retry(func() (int, error) { return unix.Poll(ends[:], 0) }); err != nil {
		return false
	}
	return ends[0].Revents&unix.POLLHUP == 0 && ends[1].Revents&unix.POLLOUT != 0 && capacity(copied) <= capacity(fd)
}

// capacity is how many bytes a pipe has room for in whole pages, 0 if that cannot
// be known.
func capacity(fd int) int {
	n, _ := unix.FcntlInt(uintptr(fd), unix.F_GETPIPE_SZ, 0)
	return n
}

// ReadAll fills b with what is known to be there, or with less where another
// reader was there.
func ReadAll(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := Retry(func() (int, error) { return quiet.Read(fd, b) })
		if n == 0 || err == unix.EAGAIN {
			return nil
		}
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// WriteAll writes all of b, and waits for room if need be.
func WriteAll(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := Retry(func() (int, error) { return unix.Write(fd, b) })
		if err == unix.EAGAIN {
			// Another process has made it non-blocking.
			_, _ = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, -1) // a signal only asks sooner
			continue
		}
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}
