//go:build amd64 || arm64

package quiet

import (
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

func result(n uintptr, errno unix.Errno) (int, error) {
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

func failure(errno unix.Errno) error {
	if errno != 0 {
		return errno
	}
	return nil
}

// room is that of a short name on the stack: a call leaves no garbage.
type room [64]byte

// ended is name with the 0 at its end that the kernel wants, in r where it fits.
func (r *room) ended(name string) (*byte, error) {
	if len(name) >= len(r) || strings.IndexByte(name, 0) >= 0 {
		return unix.BytePtrFromString(name)
	}
	r[copy(r[:], name)] = 0
	return &r[0], nil
}

// named is a call about a name below a directory. It takes no pointer for the system:
// what it does first may move the stack.
func named(trap uintptr, dir int, name string, a int, b uint32) (int, error) {
	var r room
	path, err := r.ended(name)
	if err != nil {
		return -1, err
	}
	if loud {
		n, _, errno := unix.Syscall6(trap, uintptr(dir), uintptr(unsafe.Pointer(path)), uintptr(a), uintptr(b), 0, 0)
		return result(n, errno)
	}
	n, _, errno := unix.RawSyscall6(trap, uintptr(dir), uintptr(unsafe.Pointer(path)), uintptr(a), uintptr(b), 0, 0)
	return result(n, errno)
}

// filled is a call about a descriptor and a buffer.
func filled(trap uintptr, fd int, b []byte, at int64) (int, error) {
	if loud {
		n, _, errno := unix.Syscall6(trap, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), uintptr(at), 0, 0)
		return result(n, errno)
	}
	n, _, errno := unix.RawSyscall6(trap, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), uintptr(at), 0, 0)
	return result(n, errno)
}

func Openat(dir int, name string, flags int, mode uint32) (int, error) {
	return named(unix.SYS_OPENAT, dir, name, flags, mode)
}

func Unlinkat(dir int, name string, flags int) error {
	_, err := named(unix.SYS_UNLINKAT, dir, name, flags, 0)
	return err
}

// Faccessat is that of Linux, without flags.
func Faccessat(dir int, name string, mode uint32) error {
	_, err := named(unix.SYS_FACCESSAT, dir, name, int(mode), 0)
	return err
}

func Fstat(fd int, st *unix.Stat_t) error {
	if loud {
		return unix.Fstat(fd, st)
	}
	_, _, errno := unix.RawSyscall(unix.SYS_FSTAT, uintptr(fd), uintptr(unsafe.Pointer(st)), 0)
	return failure(errno)
}

func Fstatfs(fd int, fs *unix.Statfs_t) error {
	if loud {
		return unix.Fstatfs(fd, fs)
	}
	_, _, errno := unix.RawSyscall(unix.SYS_FSTATFS, uintptr(fd), uintptr(unsafe.Pointer(fs)), 0)
	return failure(errno)
}

func Fstatat(dir int, name string, st *unix.Stat_t, flags int) error {
	if loud {
		return unix.Fstatat(dir, name, st, flags)
	}
	var r room
	path, err := r.ended(name)
	if err != nil {
		return err
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_NEWFSTATAT, uintptr(dir), uintptr(unsafe.Pointer(path)), uintptr(unsafe.Pointer(st)), uintptr(flags), 0, 0)
	return failure(errno)
}

// Renameat renames within a directory.
func Renameat(dir int, from, to string) error {
	if loud {
		return unix.Renameat(dir, from, dir, to)
	}
	var r, t room
	old, err := r.ended(from)
	if err != nil {
		return err
	}
	name, err := t.ended(to)
	if err != nil {
		return err
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_RENAMEAT2, uintptr(dir), uintptr(unsafe.Pointer(old)), uintptr(dir), uintptr(unsafe.Pointer(name)), 0, 0)
	return failure(errno)
}

func Close(fd int) error {
	if loud {
		return unix.Close(fd)
	}
	_, _, errno := unix.RawSyscall(unix.SYS_CLOSE, uintptr(fd), 0, 0)
	return failure(errno)
}

func Read(fd int, b []byte) (int, error)  { return filled(unix.SYS_READ, fd, b, 0) }
func Write(fd int, b []byte) (int, error) { return filled(unix.SYS_WRITE, fd, b, 0) }

func Pread(fd int, b []byte, at int64) (int, error)  { return filled(unix.SYS_PREAD64, fd, b, at) }
func Pwrite(fd int, b []byte, at int64) (int, error) { return filled(unix.SYS_PWRITE64, fd, b, at) }

func ReadDirent(fd int, b []byte) (int, error) { return filled(unix.SYS_GETDENTS64, fd, b, 0) }

// Readv reads what is there, first to a, then to b.
func Readv(fd int, a, b []byte) (int, error) {
	into := [2]unix.Iovec{{Base: unsafe.SliceData(a)}, {Base: unsafe.SliceData(b)}}
	into[0].SetLen(len(a))
	into[1].SetLen(len(b))
	if loud {
		n, _, errno := unix.Syscall(unix.SYS_READV, uintptr(fd), uintptr(unsafe.Pointer(&into)), uintptr(len(into)))
		return result(n, errno)
	}
	n, _, errno := unix.RawSyscall(unix.SYS_READV, uintptr(fd), uintptr(unsafe.Pointer(&into)), uintptr(len(into)))
	return result(n, errno)
}

// Tee copies at most n bytes of what is in one pipe to another, without waiting.
func Tee(from, to, n int) (int, error) {
	copied, _, errno := unix.RawSyscall6(unix.SYS_TEE, uintptr(from), uintptr(to), uintptr(n), unix.SPLICE_F_NONBLOCK, 0, 0)
	return result(copied, errno)
}

// Splice moves at most n bytes from a pipe to the place at of a file, without
// waiting.
func Splice(from, to int, at int64, n int) (int, error) {
	moved, _, errno := unix.RawSyscall6(unix.SYS_SPLICE, uintptr(from), 0, uintptr(to), uintptr(unsafe.Pointer(&at)), uintptr(n), unix.SPLICE_F_NONBLOCK)
	return result(moved, errno)
}

func EpollCtl(epoll, op, fd int, ev *unix.EpollEvent) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_CTL, uintptr(epoll), uintptr(op), uintptr(fd), uintptr(unsafe.Pointer(ev)), 0, 0)
	return failure(errno)
}

func PidfdSendSignal(fd int, sig syscall.Signal) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_PIDFD_SEND_SIGNAL, uintptr(fd), uintptr(sig), 0, 0, 0, 0)
	return failure(errno)
}

// Peek is waitid of a child that has ended, which stays a zombie.
func Peek(idType, id int, info *unix.Siginfo) error {
	const options = unix.WEXITED | unix.WNOHANG | unix.WNOWAIT
	_, _, errno := unix.RawSyscall6(unix.SYS_WAITID, uintptr(idType), uintptr(id), uintptr(unsafe.Pointer(info)), options, 0, 0)
	return failure(errno)
}

// Reap is wait4 of a child that has ended.
func Reap(pid int) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_WAIT4, uintptr(pid), 0, 0, 0, 0, 0)
	return failure(errno)
}

func ClockGettime(clock int32, now *unix.Timespec) {
	unix.RawSyscall(unix.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(now)), 0) // fails on bad arguments only
}

// TimerfdSettime sets a timer that counts from now.
func TimerfdSettime(fd int, value *unix.ItimerSpec) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_TIMERFD_SETTIME, uintptr(fd), 0, uintptr(unsafe.Pointer(value)), 0, 0, 0)
	return failure(errno)
}
