package svctl

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/svscan/scandir"
)

// Termination is the end of the svscan of a scan directory.
type Termination struct {
	Scan  string // the scan directory
	state string // where svscan has its files
	watch int
}

// Terminate asks the svscan of a scan directory to stop everything and exit
// with this code. guard is the code of svscan -guard, "" without one.
func Terminate(scan, exit, guard string) (*Termination, error) {
	t := &Termination{Scan: scan, state: filepath.Join(served(scan), scandir.Dir)}
	path := filepath.Join(t.state, scandir.Control)
	dir, err := openPath(t.state)
	if err == nil {
		defer unix.Close(dir)
		t.watch, err = unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	}
	if err == nil {
		_, err = unix.InotifyAddWatch(t.watch, t.state, unix.IN_MOVED_TO|unix.IN_CLOSE_NOWRITE|unix.IN_ONLYDIR)
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
func (t *Termination) Close() { _ = unix.Close(t.watch) } // it holds nothing

// Wait waits until svscan has gone, at most until deadline, and says whether it
// has. The error is its reason to refuse. The zero deadline is none.
func (t *Termination) Wait(deadline time.Time) (gone bool, err error) {
	for {
		refused, closed, err := t.read()
		switch {
		case err != nil:
			return false, err
		case refused:
			why, _ := os.ReadFile(filepath.Join(t.state, scandir.Refused)) // gone again: then without a reason
			return false, &Problem{"terminate", t.Scan, "refused: " + strings.TrimSpace(string(why)), ErrNo}
		case closed:
			t.pause(time.Now().Add(leavingPause)) // the kernel tells of a close before it is one
			return true, nil
		case !deadline.IsZero() && !time.Now().Before(deadline):
			return false, nil
		}
		t.pause(deadline)
	}
}

// pause waits for an event, or for the deadline.
func (t *Termination) pause(deadline time.Time) {
	var limit *unix.Timespec
	if !deadline.IsZero() {
		ts := unix.NsecToTimespec(max(time.Until(deadline), 0).Nanoseconds())
		limit = &ts
	}
	_, _ = unix.Ppoll([]unix.PollFd{{Fd: int32(t.watch), Events: unix.POLLIN}}, limit, nil) // reading tells what came of it
}

// read takes in what happened: svscan left an answer, or closed its FIFO.
func (t *Termination) read() (refused, closed bool, err error) {
	var text [4096]byte
	n, err := fifo.Retry(func() (int, error) { return unix.Read(t.watch, text[:]) })
	if err == unix.EAGAIN {
		return false, false, nil
	}
	if err != nil {
		return false, false, &Problem{"wait for", "svscan", reason(err), err}
	}
	for rest := text[:n]; len(rest) >= unix.SizeofInotifyEvent; {
		event := (*unix.InotifyEvent)(unsafe.Pointer(&rest[0]))
		end := unix.SizeofInotifyEvent + int(event.Len)
		name, _, _ := bytes.Cut(rest[unix.SizeofInotifyEvent:end], []byte{0})
		refused = refused || event.Mask&unix.IN_MOVED_TO != 0 && string(name) == scandir.Refused
		closed = closed || event.Mask&unix.IN_CLOSE_NOWRITE != 0 && string(name) == scandir.Control
		rest = rest[end:]
	}
	return refused, closed, nil
}
