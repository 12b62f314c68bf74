package logger

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// The system calls of each chunk, of which the Go runtime is not told. Else the
// first one after a wait wakes the runtime's monitor, another thread, to see
// whether it takes long: for a line that comes alone that is half of all cost.
// None of them waits for another process.

// rawWrite writes to a file.
func rawWrite(fd int, b []byte) (int, error) {
	return fifo.Retry(func() (int, error) {
		n, _, errno := unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)))
		return result(n, errno)
	})
}

// rawReadv reads what is there, first to a, then to b.
func rawReadv(fd int, a, b []byte) (int, error) {
	into := [2]unix.Iovec{{Base: unsafe.SliceData(a)}, {Base: unsafe.SliceData(b)}}
	into[0].SetLen(len(a))
	into[1].SetLen(len(b))
	return fifo.Retry(func() (int, error) {
		n, _, errno := unix.RawSyscall(unix.SYS_READV, uintptr(fd), uintptr(unsafe.Pointer(&into)), uintptr(len(into)))
		return result(n, errno)
	})
}

// rawTee copies at most n bytes of what is in one pipe to another.
func rawTee(from, to, n int) (int, error) {
	return fifo.Retry(func() (int, error) {
		n, _, errno := unix.RawSyscall6(unix.SYS_TEE, uintptr(from), uintptr(to), uintptr(n), unix.SPLICE_F_NONBLOCK, 0, 0)
		return result(n, errno)
	})
}

func result(n uintptr, errno unix.Errno) (int, error) {
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
