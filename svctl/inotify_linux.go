package svctl

import (
	"bytes"
	"path/filepath"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
)

// What is watched in supervise/: files that arrive by rename, and the end of a
// supervisor, which closes its reading ends. Our own looks at the FIFOs close
// writing ends only, so they wake nobody.
const (
	changes = unix.IN_MOVED_TO | unix.IN_CREATE | unix.IN_DELETE_SELF | unix.IN_CLOSE_NOWRITE
	// The beginning of a supervisor shows when it opens a FIFO that was left
	// over. Asked for only while nobody is there: our look at the FIFO of a
	// living one opens it too.
	beginning = unix.IN_OPEN
	coming    = unix.IN_CREATE | unix.IN_MOVED_TO
)

// inotify is one instance for all services: the kernel grants a user 128.
type inotify struct {
	fd int
	by map[int][]*Waiting
}

func newInotify() (*inotify, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, err
	}
	return &inotify{fd, map[int][]*Waiting{}}, nil
}

func (in *inotify) close() { _ = unix.Close(in.fd) } // it holds nothing

// watch watches supervise/ of a service, or the place where it will appear.
// To watch again what is watched costs nothing, and follows a new directory.
func (in *inotify) watch(one *Waiting) error {
	state := filepath.Join(one.Dir, servicedir.State)
	mask := uint32(changes)
	if ok, _ := supervised(one.Target); !ok {
		mask |= beginning
	}
	err := in.add(state, mask, one)
	if err == unix.ENOENT {
		if err := in.add(stateParent(one.Target), coming, one); err != nil && err != unix.ENOENT {
			return problem("watch", one.Name, one.Dir, err)
		}
		err = in.add(state, mask, one) // it may have come in between
	}
	if err != nil && err != unix.ENOENT {
		return problem("watch", one.Name, state, err)
	}
	return nil
}

func (in *inotify) add(path string, mask uint32, one *Waiting) error {
	wd, err := fifo.Retry(func() (int, error) { return unix.InotifyAddWatch(in.fd, path, mask|unix.IN_ONLYDIR) })
	if err != nil {
		return err
	}
	for _, known := range in.by[wd] {
		if known == one {
			return nil
		}
	}
	in.by[wd] = append(in.by[wd], one)
	return nil
}

// wait waits for an event that matters, or for the deadline, and marks whom
// it concerns. The zero deadline is none.
func (in *inotify) wait(deadline time.Time) error {
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
		return &Problem{"wait for", "the services", reason(err), err}
	}
	var buf [8192]byte
	n, err = fifo.Retry(func() (int, error) { return unix.Read(in.fd, buf[:]) })
	if err != nil && err != unix.EAGAIN {
		return &Problem{"wait for", "the services", reason(err), err}
	}
	for text := buf[:max(n, 0)]; len(text) >= unix.SizeofInotifyEvent; {
		event := (*unix.InotifyEvent)(unsafe.Pointer(&text[0]))
		end := unix.SizeofInotifyEvent + int(event.Len)
		name := string(bytes.TrimRight(text[unix.SizeofInotifyEvent:end], "\x00"))
		in.mark(int(event.Wd), event.Mask, name)
		text = text[end:]
	}
	return nil
}

// mark marks whom an event concerns.
func (in *inotify) mark(wd int, mask uint32, name string) {
	if mask&unix.IN_Q_OVERFLOW != 0 {
		for _, all := range in.by {
			for _, one := range all {
				one.dirty = true
			}
		}
		return
	}
	fifoOnly := mask&(unix.IN_OPEN|unix.IN_CLOSE_NOWRITE) != 0
	if fifoOnly && name != servicedir.OK && name != servicedir.ControlIn {
		return // somebody reads a file
	}
	for _, one := range in.by[wd] {
		one.dirty = true
		one.changed = one.changed || mask&unix.IN_MOVED_TO != 0
		one.left = one.left || mask&unix.IN_CLOSE_NOWRITE != 0
	}
	if mask&unix.IN_IGNORED != 0 {
		delete(in.by, wd)
	}
}
