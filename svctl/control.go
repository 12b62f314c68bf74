package svctl

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/scandir"
)

// room is how long a full control FIFO is waited for: its supervisor is busy.
const room = time.Second

// Send writes letters to the control FIFO of a service, all in one write.
func Send(t Target, letters []command.Letter) error {
	dir, err := openPath(filepath.Join(t.Dir, servicedir.State))
	if errors.Is(err, fs.ErrNotExist) {
		return notSupervised("control", t)
	}
	if err != nil {
		return problem("control", t.Name, t.file(""), err)
	}
	defer unix.Close(dir)
	text := make([]byte, len(letters))
	for i, l := range letters {
		text[i] = byte(l)
	}
	err = fifo.Send(dir, servicedir.ControlIn, text, room)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fifo.ErrNotRunning), errors.Is(err, fs.ErrNotExist):
		return notSupervised("control", t)
	case errors.Is(err, unix.EAGAIN):
		return &Problem{"control", t.Name, "its control FIFO is full, and its supervisor does not read it", err}
	case errors.Is(err, fifo.ErrNotFIFO):
		return &Problem{"control", t.Name, t.file(servicedir.ControlIn) + " is not a FIFO (remove it, then restart its supervise)", err}
	}
	return problem("control", t.Name, t.file(servicedir.ControlIn), err)
}

// notSupervised says which of the reasons it is that nobody is there.
func notSupervised(verb string, t Target) error {
	text := "not supervised"
	switch {
	case t.Removed:
		text = "it was removed, and has ended by now"
	case scanStopped(t.Scan):
		text = "no svscan runs in " + t.Scan
	case t.Scan == "" && !exists(filepath.Join(t.Dir, servicedir.State)):
		text = "no supervisor was ever there (link it into a scan directory: svctl link " + Show(t.Name) + ")"
	case t.Scan != "":
		text = "linked in " + t.Scan + ", but not supervised"
	}
	return &Problem{verb, t.Name, text, ErrNotSupervised}
}

// scanStopped says for certain that no svscan runs in a scan directory: ours
// was there once, and nobody holds its lock. Other suites' leave no trace.
func scanStopped(scan string) bool {
	if scan == "" {
		return false
	}
	path := scanLock(scan)
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return false // never there, or not ours to see
	}
	defer unix.Close(fd)
	held, err := fifo.IsLocked(fd)
	return err == nil && !held
}

// IsScanned says that our svscan runs in a scan directory, as far as may be seen.
func IsScanned(scan string) bool {
	return exists(scanLock(scan)) && !scanStopped(scan)
}

// scanLock is what our svscan locks while it serves a scan directory.
func scanLock(scan string) string {
	return served(scan).own(scandir.Lock)
}

// The letters that only some supervisors understand: the others ignore them.
const (
	newerThanDaemontools = "q12"
	onlyS6               = "by"
	onlyOurs             = "rlPCKDUOQLTRA" // s6 has most of them, since versions that cannot be told apart
)

// Understands says whether the supervisor of the service knows the letter.
func (s *Service) Understands(l command.Letter) bool {
	in := func(set string) bool { return strings.IndexByte(set, byte(l)) >= 0 }
	switch s.Layout {
	case status.Daemontools:
		return !in(newerThanDaemontools) && !in(onlyS6) && !in(onlyOurs)
	case status.Runit:
		return !in(onlyS6) && !in(onlyOurs)
	case status.S6:
		return !in(onlyOurs)
	}
	return true
}

// Supervised is an error in words if nobody supervises the service.
func Supervised(verb string, t Target) error {
	ok, err := supervised(t)
	if err == nil && !ok {
		err = notSupervised(verb, t)
	}
	return err
}
