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
	verb  string
	state string // where svscan has its files
	watch inotify.Instance
	wd    int // of state

	refused, closed bool // it left an answer, or closed its FIFO
}

// Terminate asks the svscan of a scan directory to stop everything and exit
// with this code. guard is the code of svscan -guard, "" without one.
func Terminate(scan, exit, guard string) (*Termination, error) {
	t, err := newTermination("terminate", scan)
	if err == nil {
		err = t.ask(exit, guard)
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// newTermination begins to watch; nothing is asked for yet.
func newTermination(verb, scan string) (*Termination, error) {
	t := &Termination{Scan: scan, verb: verb, state: served(scan).own()}
	var err error
	if t.watch, err = inotify.New(); err != nil {
		return nil, t.problem(err)
	}
	if t.wd, err = t.watch.Add(t.state, unix.IN_MOVED_TO|unix.IN_CLOSE_NOWRITE|unix.IN_ONLYDIR); err != nil {
		t.Close()
		return nil, t.problem(err)
	}
	return t, nil
}

// ask asks for the end. Where that fails, the watch ends too.
func (t *Termination) ask(exit, guard string) error {
	dir, err := openPath(t.state)
	if err == nil {
		defer unix.Close(dir)
		err = fifo.Send(dir, scandir.Control, []byte(strings.TrimSpace("X "+exit+" "+guard)+"\n"), room)
	}
	if err != nil {
		t.Close()
		return t.problem(err)
	}
	return nil
}

func (t *Termination) problem(err error) error {
	if errors.Is(err, fifo.ErrNotRunning) || errors.Is(err, fs.ErrNotExist) {
		return &Problem{t.verb, t.Scan, "no svscan runs here", ErrNotSupervised}
	}
	return problem(t.verb, t.Scan, filepath.Join(t.state, scandir.Control), err)
}

// Close ends the watch.
func (t *Termination) Close() { t.watch.Close() }

// Wait waits until svscan has gone, at most until deadline, and says whether it
// has. The error is its reason to refuse. The zero deadline is none.
func (t *Termination) Wait(deadline time.Time) (gone bool, err error) {
	for {
		late := !deadline.IsZero() && !time.Now().Before(deadline)
		if err := hear(t.watch, deadline, t.note); err != nil {
			return false, err
		}
		switch {
		case t.refused:
			return false, t.refusal()
		case t.closed:
			return true, hear(t.watch, time.Now().Add(leavingPause), t.note) // the kernel tells of a close before it is one
		case late:
			return false, nil
		}
	}
}

// note notes an event.
func (t *Termination) note(wd int, mask uint32, name string) {
	if wd == t.wd {
		t.refused = t.refused || mask&unix.IN_MOVED_TO != 0 && name == scandir.Refused
		t.closed = t.closed || mask&unix.IN_CLOSE_NOWRITE != 0 && name == scandir.Control
	}
}

// refusal is why svscan refuses.
func (t *Termination) refusal() error {
	why, _ := os.ReadFile(filepath.Join(t.state, scandir.Refused)) // gone again: then without a reason
	return &Problem{t.verb, t.Scan, "refused: " + strings.TrimSpace(string(why)), ErrNo}
}
