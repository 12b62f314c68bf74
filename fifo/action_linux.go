package fifo

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// action is struct sigaction as the kernel has it; the zero action is the
// default.
type action struct{ handler, flags, restorer, mask uintptr }

// DefaultAction has sig do what it does by default, whatever the runtime has it
// do: then it ends this process by itself, and not by way of another.
func DefaultAction(sig syscall.Signal) {
	var to action
	_, _, _ = unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&to)), 0, unsafe.Sizeof(to.mask), 0, 0) // KILL and STOP have no other
}

// Ignored says that sig is ignored.
func Ignored(sig syscall.Signal) bool {
	const ignored = 1 // SIG_IGN
	var is action
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), 0, uintptr(unsafe.Pointer(&is)), unsafe.Sizeof(is.mask), 0, 0)
	return errno == 0 && is.handler == ignored
}
