package fifo

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// Subscription is one subscriber's side of an event directory: its FIFO there.
type Subscription struct {
	dir, fd, hold int
	name          string
}

// Subscribe makes a FIFO in the event directory name below dir, which stays open:
// what Notify tells from now on can be read from FD. number tells the
// subscribers of this process apart. The event directory is made if it is not
// there.
func Subscribe(dir int, name string, number uint64) (*Subscription, error) {
	if err := MakeEventDir(dir, name); err != nil {
		return nil, err
	}
	d, err := unix.Openat(dir, name, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, wrap("open", name, err)
	}
	s := &Subscription{dir: d, fd: -1, hold: -1, name: subscriber(number)}
	if err := s.open(); err != nil {
		s.Close()
		return nil, wrap("subscribe to", name, err)
	}
	return s, nil
}

// subscriber is a name that s6 takes for one of its own: a label, which here is no
// time, and six more.
func subscriber(number uint64) string {
	pid := strconv.FormatUint(uint64(unix.Getpid())|1<<60, 16)
	count := strconv.FormatUint(number&(1<<52-1)|1<<55, 16)
	name := subscriberPrefix + pid + count
	return name[:subscriberLength-7] + ":" + name[len(name)-6:]
}

// open makes the FIFO under a name that nobody writes to, and gives it its own when
// it can be read: whoever notifies removes one that cannot.
func (s *Subscription) open() (err error) {
	hidden := "." + s.name
	if err = unix.Mkfifoat(s.dir, hidden, 0o622); err == unix.EEXIST {
		_ = quiet.Unlinkat(s.dir, hidden, 0) // of a process before us that had our number
		err = unix.Mkfifoat(s.dir, hidden, 0o622)
	}
	if err != nil {
		return err
	}
	// Whatever the umask is, who notifies may be another user.
	_ = unix.Fchmodat(s.dir, hidden, 0o622, 0) // best effort: root does not mind
	if s.fd, err = Open(s.dir, hidden, unix.O_RDONLY|unix.O_NOFOLLOW); err == nil {
		s.hold, err = Open(s.dir, hidden, unix.O_WRONLY|unix.O_NOFOLLOW) // so that there is no end
	}
	if err == nil {
		err = quiet.Renameat(s.dir, hidden, s.name)
	}
	if err != nil {
		_ = quiet.Unlinkat(s.dir, hidden, 0) // it has no other name yet
	}
	return err
}

// FD becomes readable when something was told.
func (s *Subscription) FD() int { return s.fd }

// Drain takes what was told: who hears of it reads the status.
func (s *Subscription) Drain() {
	var buf [64]byte
	for {
		if n, err := Retry(func() (int, error) { return quiet.Read(s.fd, buf[:]) }); n < len(buf) || err != nil {
			return
		}
	}
}

// Close ends the subscription.
func (s *Subscription) Close() {
	_ = quiet.Unlinkat(s.dir, s.name, 0) // who notifies removes it otherwise
	for _, fd := range []int{s.fd, s.hold, s.dir} {
		if fd >= 0 {
			_ = quiet.Close(fd) // nothing to flush
		}
	}
}
