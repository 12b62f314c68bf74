package forkexec

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Slot is where a child notes its Record: in the file that is open as File,
// at Offset. File is -1 for none.
type Slot struct {
	File     int
	Offset   int64
	Sequence uint64
}

// Start says what is started: the program Path, in the directory Dir if it is
// not empty, with the descriptors Files from 0 on, where Closed is none. Signals
// that are ignored stay so.
type Start struct {
	Path      string
	Argv, Env []string
	Dir       string
	Files     []uintptr
	Setsid    bool // in a session of its own
	Slot      Slot
}

// Closed stands in Files for a descriptor that the child does not have.
const Closed = ^uintptr(0)

// Starter starts children, one at a time. Its zero value is ready; what it
// keeps is the room for the next start.
type Starter struct{ starter }

// Narrow prepares for a program that is about to have very many descriptors: of
// these a child then has copies of a few alone, and what it costs to start does
// not grow with them.
func (s *Starter) Narrow() error { return s.reserve() }

// Start starts a child and returns when it has executed its program. pidfd is
// its pidfd, close-on-exec. An error is the syscall.Errno of the step that
// failed, and then there is no child and the slot is empty. That the note
// cannot be written is no error.
func (s *Starter) Start(a *Start) (pid, pidfd int, err error) {
	if pid, pidfd, err = s.start(a); err != nil {
		a.Slot.put([RecordSize]byte{})
		return 0, -1, err
	}
	if pidfd < 0 {
		// Before Linux 5.2 clone gives none. The child cannot have been reaped.
		if pidfd, err = unix.PidfdOpen(pid, 0); err != nil {
			_ = unix.Kill(pid, unix.SIGKILL) // what cannot be waited for must not run
			wait(pid)
			a.Slot.put([RecordSize]byte{})
			return 0, -1, err
		}
	}
	return pid, pidfd, nil
}

// put overwrites the slot. Best effort: whoever reads it expects less than the
// truth.
func (s *Slot) put(b [RecordSize]byte) {
	if s.File < 0 {
		return
	}
	for {
		if _, err := syscall.Pwrite(s.File, b[:], s.Offset); err != syscall.EINTR {
			return
		}
	}
}

// wait reaps a child that has ended, or is about to.
func wait(pid int) {
	for {
		if _, err := syscall.Wait4(pid, nil, 0, nil); err != syscall.EINTR {
			return
		}
	}
}
