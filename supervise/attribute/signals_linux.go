package attribute

import (
	"bytes"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/proc"
)

// DefaultSignals takes the handlers of the runtime away. A signal must end us by
// itself, also while we wait for a lock: the runtime would send another one for
// it, which exec would lose. What we were told to ignore, exec would keep;
// ignored says that it is taken away too.
// The runtime still needs the handlers of faults, and that of PIPE lets a write
// fail.
func DefaultSignals(ignored bool) {
	const last = 64
	for sig := unix.Signal(1); sig <= last; sig++ {
		switch sig {
		case unix.SIGSEGV, unix.SIGBUS, unix.SIGFPE, unix.SIGPIPE, unix.SIGURG:
			continue
		}
		if ignored || !fifo.Ignored(sig) {
			fifo.DefaultAction(sig)
		}
	}
	awaitHandlers()
}

// awaitHandlers waits until no other thread runs. One that was in its handler
// when that was taken away has still to send the signal that ends us; it never
// sleeps before, and exec would end it first. Without /proc nobody knows.
func awaitHandlers() {
	runtime.LockOSThread() // so that this thread, which runs, stays the one not asked
	defer runtime.UnlockOSThread()
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Open("/proc/self/task", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return
	}
	defer unix.Close(fd)
	// In another namespace of pids, /proc may know us by other numbers than we do.
	var room [64]byte
	n, err := unix.Readlink("/proc/thread-self", room[:])
	if err != nil {
		return
	}
	self := string(room[bytes.LastIndexByte(room[:n], '/')+1 : n])
	_ = fifo.EachName(fd, func(name string) { // as without /proc
		for name != self && runs(name) {
			_, _, _ = unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0) // cannot fail
		}
	})
}

// runs says that a thread is neither asleep nor gone.
func runs(tid string) bool {
	var b proc.Buffer
	return string(b.Stat(int(proc.Decimal([]byte(tid)))).Field(3)) == "R"
}
