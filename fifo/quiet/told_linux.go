//go:build !amd64 && !arm64

package quiet

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// Other processors pass some arguments otherwise: there the runtime is told.

func Openat(dir int, name string, flags int, mode uint32) (int, error) {
	return unix.Openat(dir, name, flags, mode)
}

func Unlinkat(dir int, name string, flags int) error { return unix.Unlinkat(dir, name, flags) }

// Faccessat is that of Linux, without flags.
func Faccessat(dir int, name string, mode uint32) error { return unix.Faccessat(dir, name, mode, 0) }

func Fstat(fd int, st *unix.Stat_t) error { return unix.Fstat(fd, st) }

func Fstatfs(fd int, fs *unix.Statfs_t) error { return unix.Fstatfs(fd, fs) }

func Fstatat(dir int, name string, st *unix.Stat_t, flags int) error {
	return unix.Fstatat(dir, name, st, flags)
}

// Renameat renames within a directory.
func Renameat(dir int, from, to string) error { return unix.Renameat(dir, from, dir, to) }

func Close(fd int) error { return unix.Close(fd) }

func Read(fd int, b []byte) (int, error)  { return unix.Read(fd, b) }
func Write(fd int, b []byte) (int, error) { return unix.Write(fd, b) }

func Pread(fd int, b []byte, at int64) (int, error)  { return unix.Pread(fd, b, at) }
func Pwrite(fd int, b []byte, at int64) (int, error) { return unix.Pwrite(fd, b, at) }

func ReadDirent(fd int, b []byte) (int, error) { return unix.ReadDirent(fd, b) }

// Readv reads what is there, first to a, then to b.
func Readv(fd int, a, b []byte) (int, error) { return unix.Readv(fd, [][]byte{a, b}) }

// Tee copies at most n bytes of what is in one pipe to another, without waiting.
func Tee(from, to, n int) (int, error) {
	copied, err := unix.Tee(from, to, n, unix.SPLICE_F_NONBLOCK)
	return int(copied), err
}

// Splice moves at most n bytes from a pipe to the place at of a file, without
// waiting.
func Splice(from, to int, at int64, n int) (int, error) {
	moved, err := unix.Splice(from, nil, to, &at, n, unix.SPLICE_F_NONBLOCK)
	return int(moved), err
}

func EpollCtl(epoll, op, fd int, ev *unix.EpollEvent) error {
	return unix.EpollCtl(epoll, op, fd, ev)
}

func PidfdSendSignal(fd int, sig syscall.Signal) error {
	return unix.PidfdSendSignal(fd, sig, nil, 0)
}

// Peek is waitid of a child that has ended, which stays a zombie.
func Peek(idType, id int, info *unix.Siginfo) error {
	return unix.Waitid(idType, id, info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
}

// Reap is wait4 of a child that has ended.
func Reap(pid int) error {
	_, err := unix.Wait4(pid, nil, 0, nil)
	return err
}

func ClockGettime(clock int32, now *unix.Timespec) {
	_ = unix.ClockGettime(clock, now) // fails on bad arguments only
}

// TimerfdSettime sets a timer that counts from now.
func TimerfdSettime(fd int, value *unix.ItimerSpec) error {
	return unix.TimerfdSettime(fd, 0, value, nil)
}
