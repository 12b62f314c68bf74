package svctl

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/svctl/inotify"
	"github.com/svdir/svdir/svscan/scandir"
)

// Termination is the end of the svscan of a scan directory.
type Termination struct {
	Scan  string // the scan directory
	state string // where svscan has its files
	watch inotify.Instance
}

// Terminate asks the svscan of a scan directory to stop everything and exit
// with this code. guard is the code of svscan -guard, "" without one.
func Terminate(scan, exit, guard string) (*Termination, error) {
	t := &Termination{Scan: scan, state: filepath.Join(served(scan), scandir.Dir)}
	path := filepath.Join(t.state, scandir.Control)
	dir, err := openPath(t.state)
	if err == nil {
		defer unix.Close(dir)
		t.watch, err = inotify.New()
	}
	if err == nil {
		_, err = t.watch.Add(t.state, unix.IN_MOVED_TO|unix.IN_CLOSE_NOWRITE|unix.IN_ONLYDIR)
		if err == nil {
			err = fifo.Send(dir, scandir.Control, []byte(strings.TrimSpace("X "+exit+" "+guard)+"\n"), room)
		}
		if err != nil {
			t.Close()
		}
	}
	switch {
	case err == nil:
		return t, nil
	case errors.Is(err, fifo.ErrNotRunning), errors.Is(err, fs.ErrNotExist):
		return nil, &Problem{"terminate", scan, "no svscan runs here", ErrNotSupervised}
	}
	return nil, problem("terminate", scan, path, err)
}

// Close ends the watch.
func (t *Termination) Close() { t.watch.Close() }

// Wait waits until svscan has gone, at most until deadline, and says whether it
// has. The error is its reason to refuse. The zero deadline is none.
func (t *Termination) Wait(deadline time.Time) (gone bool, err error) {
	refused, closed := false, false // it left an answer, or closed its FIFO
	tell := func(_ int, mask uint32, name string) {
		refused = refused || mask&unix.IN_MOVED_TO != 0 && name == scandir.Refused
		closed = closed || mask&unix.IN_CLOSE_NOWRITE != 0 && name == scandir.Control
	}
	for {
		late := !deadline.IsZero() && !time.Now().Before(deadline)
		if err := hear(t.watch, deadline, tell); err != nil {
			return false, err
		}
		switch {
		case refused:
			why, _ := os.ReadFile(filepath.Join(t.state, scandir.Refused)) // gone again: then without a reason
			return false, &Problem{"terminate", t.Scan, "refused: " + strings.TrimSpace(string(why)), ErrNo}
		case closed:
			return true, hear(t.watch, time.Now().Add(leavingPause), tell) // the kernel tells of a close before it is one
		case late:
			return false, nil
		}
	}
}
