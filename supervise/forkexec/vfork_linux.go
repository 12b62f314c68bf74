//go:build (amd64 || arm64) && !forkexec_syscall

package forkexec

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// starter has what parent and child share.
type starter struct {
	child
	room  []uintptr // see layout
	low   reserved
	pidfd int32
}

func (s *starter) start(a *Start) (pid, pidfd int, err error) {
	if err := s.layout(a); err != nil {
		return 0, -1, err
	}
	if err := s.lower(); err != nil {
		s.raise()
		return 0, -1, err
	}
	s.pidfd, s.errno = -1, 0
	// As syscall.ForkExec: nobody opens a descriptor now that is to be made
	// close-on-exec later.
	syscall.ForkLock.Lock()
	child, errno := s.fork()
	runtime_AfterFork()
	syscall.ForkLock.Unlock()
	s.raise()
	if errno != 0 {
		return 0, -1, syscall.Errno(errno)
	}
	if s.errno != 0 {
		wait(int(child))
		if s.pidfd >= 0 {
			_ = syscall.Close(int(s.pidfd)) // nothing to flush
		}
		return 0, -1, s.errno
	}
	return int(child), int(s.pidfd), nil
}

// fork returns in the parent alone, which leaves this frame at once: the child
// has used it.
//
//go:noinline
//go:norace
//go:nocheckptr
func (s *starter) fork() (pid, errno uintptr) {
	flags := unix.CLONE_VFORK | unix.CLONE_VM | unix.CLONE_PIDFD | uintptr(unix.SIGCHLD)
	if s.top > 0 {
		flags |= unix.CLONE_FILES
	}
	runtime_BeforeFork()
	if pid, errno = vfork(flags, uintptr(unsafe.Pointer(&s.pidfd))); pid == 0 {
		s.child.become()
	}
	return
}

// vfork is a clone on the stack of the caller. It returns twice.
func vfork(flags, pidfd uintptr) (pid, errno uintptr)

//go:linkname runtime_BeforeFork syscall.runtime_BeforeFork
func runtime_BeforeFork()

//go:linkname runtime_AfterFork syscall.runtime_AfterFork
func runtime_AfterFork()

//go:linkname runtime_AfterForkInChild syscall.runtime_AfterForkInChild
func runtime_AfterForkInChild()
