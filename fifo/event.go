package fifo

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// A subscriber to an event directory (s6's fifodir) makes a FIFO there with a
// name of this prefix and length.
const (
	subscriberPrefix = "ftrig1:@"
	subscriberLength = 39
)

// MakeEventDir makes the event directory name below dir as s6-supervise does:
// our group may subscribe. One that is there stays as it is.
func MakeEventDir(dir int, name string) error {
	const mode = 0o3730
	err := unix.Mkdirat(dir, name, 0o700)
	if err == unix.EEXIST {
		return nil
	}
	if err != nil {
		return wrap("mkdir", name, err)
	}
	if err := unix.Fchownat(dir, name, -1, unix.Getegid(), 0); err != nil {
		return wrap("chown", name, err)
	}
	// mkdir leaves out the sticky bits and what the umask takes.
	if err := unix.Fchmodat(dir, name, mode, 0); err != nil {
		return wrap("chmod", name, err)
	}
	return nil
}

// Notify writes events to every subscriber of the event directory name below
// dir, all in one write each. Who has gone is removed, who is slow loses them:
// a subscriber reads the status as well. It does nothing where there is no
// event directory.
func Notify(dir int, name string, events []byte) {
	d, err := quiet.Openat(dir, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return // nobody asked for events
	}
	defer quiet.Close(d)
	EachName(d, func(sub string) {
		if len(sub) == subscriberLength && strings.HasPrefix(sub, subscriberPrefix) {
			tell(d, sub, events)
		}
	})
}

// tell writes to one subscriber. The directory may be writable for others, so
// nothing but a FIFO is written to, and no link is followed.
func tell(d int, sub string, events []byte) {
	fd, err := Open(d, sub, unix.O_WRONLY|unix.O_NOFOLLOW)
	if err == nil {
		_, err = Retry(func() (int, error) { return quiet.Write(fd, events) })
		_ = quiet.Close(fd) // pipes have nothing to flush
		if err != unix.EPIPE {
			return
		}
	}
	// Only a dead subscriber gets here, or what is none.
	_ = quiet.Unlinkat(d, sub, 0) // best effort: it is tried again next time
}

// EachName calls f for each name in the directory behind fd but . and .., in
// the order of the directory.
func EachName(fd int, f func(name string)) error {
	var buf [4096]byte
	for {
		if more, err := SomeNames(fd, buf[:], f); !more {
			return err
		}
	}
}

// SomeNames is EachName for as many as have room in buf, from where the one before
// has stopped. It says whether there may be more.
func SomeNames(fd int, buf []byte, f func(name string)) (more bool, err error) {
	n, err := Retry(func() (int, error) { return quiet.ReadDirent(fd, buf) })
	if err != nil || n == 0 {
		return false, err
	}
	var names [64]string
	for rest := buf[:n]; len(rest) > 0; {
		used, _, list := unix.ParseDirent(rest, len(names), names[:0])
		for _, name := range list {
			f(name)
		}
		if used == 0 {
			break
		}
		rest = rest[used:]
	}
	return true, nil
}
