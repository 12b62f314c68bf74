package svctl

import (
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/svctl/inotify"
	"github.com/svdir/svdir/svscan/scandir"
)

// Svscan is the svscan that serves a scan directory.
type Svscan struct {
	Scan string
	own  string // the directory in which it keeps its files
}

// SvscanOf is the svscan of a scan directory, whether it runs or not.
func SvscanOf(scan string) Svscan {
	return Svscan{scan, served(scan).own()}
}

// Send writes letters to its control FIFO.
func (s Svscan) Send(verb, letters string) error {
	dir, err := openPath(s.own)
	if err == nil {
		defer unix.Close(dir)
		err = fifo.Send(dir, scandir.Control, []byte(letters), room)
	}
	path := filepath.Join(s.own, scandir.Control)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fifo.ErrNotRunning), errors.Is(err, fs.ErrNotExist):
		return &Problem{verb, s.Scan, "no svscan of ours runs there", ErrNotSupervised}
	case errors.Is(err, unix.EAGAIN):
		return &Problem{verb, s.Scan, path + " is full, and its svscan does not read it", err}
	case errors.Is(err, fifo.ErrNotFIFO):
		return &Problem{verb, s.Scan, path + " is not a FIFO (remove it, then restart svscan)", err}
	}
	return problem(verb, s.Scan, path, err)
}

// read reads what it tells of itself, nothing if it tells nothing.
func (s Svscan) read() (scandir.Svscan, bool) {
	text, err := readFile(filepath.Join(s.own, scandir.Env), make([]byte, 8<<10))
	if err != nil {
		return scandir.Svscan{}, false
	}
	return scandir.ParseSvscan(text)
}

// Reexec has it execute its program again, and waits until it has, at most until
// deadline; false says that it has not by then. The zero deadline is none, and
// where wait is false nothing is waited for.
func (s Svscan) Reexec(wait bool, deadline time.Time) (done bool, err error) {
	const verb = "reexec"
	if !wait {
		return true, s.Send(verb, "R")
	}
	before, _ := s.read() // one that has just begun tells nothing yet
	in, err := inotify.New()
	if err != nil {
		return false, &Problem{"watch", s.Scan, reason(err), err}
	}
	defer in.Close()
	if _, err := in.Add(s.own, unix.IN_MOVED_TO|unix.IN_ONLYDIR); err != nil {
		return false, problem("watch", s.Scan, s.own, err)
	}
	if err := s.Send(verb, "R"); err != nil {
		return false, err
	}
	for {
		now, _ := s.read()
		if now.PID != before.PID || now.Ticks != before.Ticks { // what was told is of one before it
			before = scandir.Svscan{PID: now.PID, Ticks: now.Ticks}
		}
		switch {
		case now.Failures > before.Failures:
			return false, &Problem{verb, s.Scan, now.Reason, ErrNo}
		case now.Reexecs > before.Reexecs:
			return true, nil
		case !deadline.IsZero() && !time.Now().Before(deadline):
			return false, nil
		}
		if err := hear(in, deadline, func(int, uint32, string) {}); err != nil {
			return false, err
		}
	}
}
