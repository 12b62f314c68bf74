package inotify

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// shed closes an inotify descriptor without waiting for that: the kernel has whoever
// closes it last wait until no processor looks at what was watched, some 15 ms,
// which is more than all the rest of a stop or a start. So a child does it, which
// has nothing else and ends with that.
func shed(fd int) {
	var pipe [2]int
	piped := unix.Pipe2(pipe[:], unix.O_CLOEXEC) == nil
	if piped {
		_ = outlive(fd, pipe[0], pipe[1]) // without one we wait ourselves
	}
	_ = unix.Close(fd) // it holds nothing
	if piped {
		_ = unix.Close(pipe[0]) // nothing was written
		_ = unix.Close(pipe[1]) // after fd, as it would be if we were killed: now the child is the last
	}
}

// outlive starts a child that holds fd until nobody can write to the pipe, and is
// its process, 0 if there is none. Nobody is told of its end.
//
//go:norace
func outlive(fd, reading, writing int) (child int) {
	// The calls that the child makes are of those that the runtime is not told
	// of, and need no memory: of the runtime it has this thread alone.
	var none [1]byte
	syscall.ForkLock.Lock()
	pid, _, errno := syscall.RawSyscall6(unix.SYS_CLONE, 0, 0, 0, 0, 0, 0)
	if pid != 0 || errno != 0 {
		syscall.ForkLock.Unlock()
		if errno != 0 {
			return 0
		}
		return int(pid)
	}
	syscall.RawSyscall(unix.SYS_CLOSE, uintptr(writing), 0, 0)
	syscall.RawSyscall(unix.SYS_DUP3, uintptr(fd), 0, 0)
	syscall.RawSyscall(unix.SYS_DUP3, uintptr(reading), 1, 0)
	syscall.RawSyscall(unix.SYS_CLOSE_RANGE, 2, uintptr(^uint32(0)), 0)
	for interrupted := true; interrupted; {
		_, _, errno = syscall.RawSyscall(unix.SYS_READ, 1, uintptr(unsafe.Pointer(&none)), 1)
		interrupted = errno == unix.EINTR
	}
	for {
		syscall.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
}
