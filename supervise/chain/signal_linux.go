package chain

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// defaultSignals takes the handlers of the runtime away: a signal must end us by
// itself, also while we wait for a lock, and must not be lost in exec. What is
// ignored stays so, for the program. The runtime still needs those of faults,
// and that of PIPE, which ends a write to nobody.
func defaultSignals() {
	const last = 64
	for sig := unix.Signal(1); sig <= last; sig++ {
		switch sig {
		case unix.SIGSEGV, unix.SIGBUS, unix.SIGFPE, unix.SIGPIPE, unix.SIGURG:
			continue
		}
		if !isIgnored(sig) {
			fifo.DefaultAction(sig)
		}
	}
}

func isIgnored(sig unix.Signal) bool {
	const ignored = 1 // SIG_IGN
	var is struct{ handler, flags, restorer, mask uintptr }
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), 0, uintptr(unsafe.Pointer(&is)), unsafe.Sizeof(is.mask), 0, 0)
	return errno == 0 && is.handler == ignored
}
