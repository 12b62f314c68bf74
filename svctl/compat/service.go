package compat

import (
	"errors"
	"io/fs"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// Files of a service directory, as all clients name them.
const (
	okFile      = servicedir.State + "/" + servicedir.OK
	controlFile = servicedir.State + "/" + servicedir.ControlIn
	lockFile    = servicedir.State + "/" + servicedir.Lock
	statusFile  = servicedir.State + "/" + servicedir.Status
	envFile     = servicedir.State + "/" + servicedir.StatusEnv
	tallyFile   = servicedir.State + "/" + servicedir.DeathTally
)

// service is a service directory that was entered. The originals change their
// working directory; a descriptor does the same for many at once.
type service struct {
	path string
	dir  int
}

// openService enters the directory below the directory at, and fails where
// chdir would.
func openService(at int, path string) (*service, error) {
	const flags = unix.O_PATH | unix.O_DIRECTORY | unix.O_CLOEXEC
	outside, err := quiet.Openat(at, path, flags, 0)
	if err != nil {
		return nil, err
	}
	defer quiet.Close(outside)
	// To look up a name, even this one, the right to search is needed.
	dir, err := quiet.Openat(outside, ".", flags, 0)
	if err != nil {
		return nil, err
	}
	return &service{path, dir}, nil
}

func (s *service) close() { _ = quiet.Close(s.dir) } // nothing was written

// alive asks whether a supervisor is there: nil, fifo.ErrNotRunning, or why
// supervise/ok cannot be opened.
func (s *service) alive() error {
	err := fifo.Alive(s.dir, okFile)
	if !errors.Is(err, unix.ENOENT) {
		return err
	}
	// s6-supervise makes no ok.
	if _, layout, serr := s.status(); serr != nil || layout != status.S6 {
		return err
	}
	locked, lerr := s.locked()
	switch {
	case lerr != nil:
		return err
	case !locked:
		return fifo.ErrNotRunning
	}
	return nil
}

// locked is s6's question: does somebody hold a record lock on supervise/lock?
func (s *service) locked() (bool, error) {
	fd, err := s.open(lockFile)
	if err != nil {
		return false, err
	}
	defer quiet.Close(fd)
	return fifo.IsLocked(fd)
}

// status reads supervise/status, whoever wrote it. The Op of its error, "open"
// or "read", says what could not be done.
func (s *service) status() (status.Record, status.Layout, error) {
	var buf [4 << 10]byte
	text, err := s.read(statusFile, buf[:])
	if err != nil {
		return status.Record{}, 0, err
	}
	r, layout, err := status.Unpack(text)
	if err != nil {
		return r, layout, &fs.PathError{Op: "read", Path: statusFile, Err: err}
	}
	return r, layout, nil
}

// env reads supervise/status.env, which only our supervise writes.
func (s *service) env() (status.Record, bool) {
	text, err := s.read(envFile, make([]byte, 64<<10))
	if err != nil {
		return status.Record{}, false
	}
	r, err := status.ParseEnv(text)
	return r, err == nil
}

// read reads of the file name what fits into buf.
func (s *service) read(name string, buf []byte) ([]byte, error) {
	fd, err := s.open(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	defer quiet.Close(fd)
	n := 0
	for n < len(buf) {
		got, err := fifo.Retry(func() (int, error) { return quiet.Read(fd, buf[n:]) })
		if err != nil {
			return nil, &fs.PathError{Op: "read", Path: name, Err: err}
		}
		if got == 0 {
			break
		}
		n += got
	}
	return buf[:n], nil
}

func (s *service) open(name string) (int, error) {
	return fifo.Retry(func() (int, error) {
		return quiet.Openat(s.dir, name, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	})
}

// normallyUp says that there is no file down.
func (s *service) normallyUp() (bool, error) {
	var st unix.Stat_t
	err := quiet.Fstatat(s.dir, servicedir.Down, &st, 0)
	if err == unix.ENOENT {
		return true, nil
	}
	return false, err
}
