// Package inotify is how the clients wait for what supervisors and loggers do
// to files: one instance for all that a program waits for, since the kernel
// grants a user 128.
package inotify

import (
	"bytes"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
)

// Instance is one, to be closed.
type Instance struct{ fd int }

// New makes one that watches nothing yet.
func New() (Instance, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	return Instance{fd}, err
}

// Close ends it, and waits for nothing.
func (in Instance) Close() { shed(in.fd) }

// FD is the descriptor to wait on for reading.
func (in Instance) FD() int { return in.fd }

// Add watches a file or a directory. To watch again what is watched costs
// nothing, and follows a new one of this name.
func (in Instance) Add(path string, mask uint32) (wd int, err error) {
	return fifo.Retry(func() (int, error) { return unix.InotifyAddWatch(in.fd, path, mask) })
}

// Wait waits for events, or for the deadline, and tells of each. The zero
// deadline is none.
func (in Instance) Wait(deadline time.Time, tell func(wd int, mask uint32, name string)) error {
	var timeout *unix.Timespec
	if !deadline.IsZero() {
		ts := unix.NsecToTimespec(max(time.Until(deadline), 0).Nanoseconds())
		timeout = &ts
	}
	n, err := unix.Ppoll([]unix.PollFd{{Fd: int32(in.fd), Events: unix.POLLIN}}, timeout, nil)
	if err == unix.EINTR || err == nil && n == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	return in.Take(tell)
}

// Take takes the events that have come by now, and tells of each.
func (in Instance) Take(tell func(wd int, mask uint32, name string)) error {
	var buf [4096]byte
	for {
		n, err := fifo.Retry(func() (int, error) { return quiet.Read(in.fd, buf[:]) })
		if err == unix.EAGAIN {
			return nil
		}
		if err != nil {
			return err
		}
		for text := buf[:n]; len(text) >= unix.SizeofInotifyEvent; {
			event := (*unix.InotifyEvent)(unsafe.Pointer(&text[0]))
			end := unix.SizeofInotifyEvent + int(event.Len)
			name := string(bytes.TrimRight(text[unix.SizeofInotifyEvent:end], "\x00"))
			tell(int(event.Wd), event.Mask, name)
			text = text[end:]
		}
	}
}
