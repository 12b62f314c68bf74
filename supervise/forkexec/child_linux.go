//go:build (amd64 || arm64) && !forkexec_syscall

package forkexec

import (
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/forkexec/nofile"
)

// child is what the child needs to know, and where it leaves its error. Its
// methods run in the child, see the package comment.
type child struct {
	path, argv, env, dir uintptr
	files                []uintptr // the child changes them
	top                  uintptr   // the first descriptor that it does not need, 0 where it needs all
	setsid               bool
	slot                 Slot
	errno                syscall.Errno
}

// become does not return. It calls the steps itself, so that they fit on the
// stack even when nothing is optimised.
//
//go:noinline
//go:nosplit
//go:norace
func (c *child) become() {
	c.note() // before descriptors move over that of the slot
	runtime_AfterForkInChild()
	if c.errno = c.settle(); c.errno == 0 {
		c.errno = c.part()
	}
	if c.errno == 0 {
		c.errno = c.aside()
	}
	if c.errno == 0 {
		c.errno = c.place()
	}
	if c.errno == 0 {
		giveBackLimit()
		c.execute()
	}
	for {
		syscall.RawSyscall(unix.SYS_EXIT_GROUP, 253, 0, 0)
	}
}

// note writes the record. That it cannot be written changes nothing.
//
//go:nosplit
//go:norace
//go:nocheckptr
func (c *child) note() {
	if c.slot.File < 0 {
		return
	}
	var now unix.Timespec
	pid, _, _ := syscall.RawSyscall(unix.SYS_GETPID, 0, 0, 0)
	syscall.RawSyscall(unix.SYS_CLOCK_GETTIME, unix.CLOCK_BOOTTIME, uintptr(unsafe.Pointer(&now)), 0)
	words := Record{int(pid), time.Duration(now.Sec*1e9 + now.Nsec), c.slot.Sequence}.words()
	_, _, errno := syscall.RawSyscall6(unix.SYS_PWRITE64, uintptr(c.slot.File),
		uintptr(unsafe.Pointer(&words)), unsafe.Sizeof(words), uintptr(c.slot.Offset), 0, 0)
	if errno == syscall.EFBIG {
		// The limit of a file's size came with a signal that waits, as all do
		// now, and would end us.
		set := uint64(1) << (unix.SIGXFSZ - 1)
		now = unix.Timespec{}
		syscall.RawSyscall6(unix.SYS_RT_SIGTIMEDWAIT, uintptr(unsafe.Pointer(&set)), 0,
			uintptr(unsafe.Pointer(&now)), unsafe.Sizeof(set), 0, 0)
	}
}

// settle takes on session and directory.
//
//go:nosplit
//go:norace
func (c *child) settle() (errno syscall.Errno) {
	if c.setsid {
		_, _, errno = syscall.RawSyscall(unix.SYS_SETSID, 0, 0, 0)
	}
	if errno == 0 && c.dir != 0 {
		_, _, errno = syscall.RawSyscall(unix.SYS_CHDIR, c.dir, 0, 0)
	}
	return errno
}

// aside moves the descriptors that others would come to lie on before they are
// in place themselves.
//
//go:nosplit
//go:norace
func (c *child) aside() syscall.Errno {
	free := uintptr(len(c.files)) // from here on nothing is in the way
	for _, fd := range c.files {
		if fd != Closed && fd >= free {
			free = fd + 1
		}
	}
	for i, fd := range c.files {
		if fd == Closed || fd >= uintptr(i) {
			continue
		}
		moved, _, errno := syscall.RawSyscall(unix.SYS_FCNTL, fd, unix.F_DUPFD_CLOEXEC, free)
		switch errno {
		case 0:
			c.files[i] = moved
		case syscall.EINVAL:
			return syscall.EMFILE // free is beyond the limit
		default:
			return errno
		}
	}
	return 0
}

// place puts the descriptors in place, where they are not close-on-exec.
//
//go:nosplit
//go:norace
func (c *child) place() syscall.Errno {
	for i, fd := range c.files {
		var errno syscall.Errno
		switch fd {
		case Closed:
			syscall.RawSyscall(unix.SYS_CLOSE, uintptr(i), 0, 0)
		case uintptr(i):
			_, _, errno = syscall.RawSyscall(unix.SYS_FCNTL, fd, unix.F_SETFD, 0)
		default:
			_, _, errno = syscall.RawSyscall(unix.SYS_DUP3, fd, uintptr(i), 0)
			if errno != syscall.EBADF {
				break
			}
			// It says so of a place beyond the limit too.
			if _, _, bad := syscall.RawSyscall(unix.SYS_FCNTL, fd, unix.F_GETFD, 0); bad == 0 {
				errno = syscall.EMFILE
			}
		}
		if errno != 0 {
			return errno
		}
	}
	for i := len(c.files); i < 3; i++ {
		syscall.RawSyscall(unix.SYS_CLOSE, uintptr(i), 0, 0)
	}
	return 0
}

// giveBackLimit undoes what syscall does at its start: it raises the soft limit
// of descriptors to one below the hard one. Another limit is of somebody who
// has set it since, and stays.
//
//go:nosplit
//go:norace
//go:nocheckptr
func giveBackLimit() {
	var now nofile.Limit
	_, _, errno := syscall.RawSyscall6(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE, 0, uintptr(unsafe.Pointer(&now)), 0, 0)
	if errno == 0 && nofile.Original.Hard > 0 && now.Hard == nofile.Original.Hard && now.Soft == now.Hard-1 {
		syscall.RawSyscall6(unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE, uintptr(unsafe.Pointer(&nofile.Original)), 0, 0, 0)
	}
}

//go:nosplit
//go:norace
func (c *child) execute() {
	_, _, c.errno = syscall.RawSyscall(unix.SYS_EXECVE, c.path, c.argv, c.env)
}
