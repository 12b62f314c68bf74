package svctl

import (
	"bytes"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// inotify is a watch on directories. One is for all that a program waits for:
// the kernel grants a user 128.
type inotify struct{ fd int }

func newInotify() (inotify, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	return inotify{fd}, err
}

func (in inotify) close() { shed(in.fd) }

// add watches a directory. To watch again what is watched costs nothing, and
// follows a new directory.
func (in inotify) add(path string, mask uint32) (wd int, err error) {
	return fifo.Retry(func() (int, error) { return unix.InotifyAddWatch(in.fd, path, mask|unix.IN_ONLYDIR) })
}

// wait waits for events, or for the deadline, and tells of each. The zero
// deadline is none.
func (in inotify) wait(deadline time.Time, tell func(wd int, mask uint32, name string)) error {
	var timeout *unix.Timespec
	if !deadline.IsZero() {
		ts := unix.NsecToTimespec(max(time.Until(deadline), 0).Nanoseconds())
		timeout = &ts
	}
	n, err := unix.Ppoll([]unix.PollFd{{Fd: int32(in.fd), Events: unix.POLLIN}}, timeout, nil)
	if err == unix.EINTR || err == nil && n == 0 {
		return nil
	}
	var buf [8192]byte
	if err == nil {
		n, err = fifo.Retry(func() (int, error) { return unix.Read(in.fd, buf[:]) })
	}
	if err != nil && err != unix.EAGAIN {
		return &Problem{"wait for", "events", reason(err), err}
	}
	for text := buf[:max(n, 0)]; len(text) >= unix.SizeofInotifyEvent; {
		event := (*unix.InotifyEvent)(unsafe.Pointer(&text[0]))
		end := unix.SizeofInotifyEvent + int(event.Len)
		name := string(bytes.TrimRight(text[unix.SizeofInotifyEvent:end], "\x00"))
		tell(int(event.Wd), event.Mask, name)
		text = text[end:]
	}
	return nil
}
