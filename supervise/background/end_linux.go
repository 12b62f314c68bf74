package background

import (
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

const systemFailed = 111

// End is how svexec ends: with a code, or by a signal. Why is for people, empty
// where the end of another is only passed on.
type End struct {
	Code   int
	Signal syscall.Signal
	Why    string
}

// Exit ends this process so.
func (e End) Exit() {
	if e.Signal != 0 {
		_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) // our memory tells nothing of a crash
		fifo.DefaultAction(e.Signal)
		runtime.LockOSThread() // a signal to this thread is taken before the call returns
		_ = unix.Tgkill(unix.Getpid(), unix.Gettid(), e.Signal)
		os.Exit(128 + int(e.Signal)) // process 1 does not die of signals
	}
	os.Exit(e.Code)
}
