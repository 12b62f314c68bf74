package fifo

import (
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Signals is the reading end of a pipe that gets one byte, its number, for each
// of these signals that comes. The Go runtime takes signals on threads of its
// own, so a signalfd would lose them; this is its only goroutine.
//
// os/signal drops what finds no room in its channel. CHLD, which comes in
// heaps and of which one is as good as many, has its own, where it hides no
// other signal.
func Signals(sigs ...os.Signal) (int, error) {
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return -1, err
	}
	Shrink(p[0])
	asked := make(chan os.Signal, 16)
	died := make(chan os.Signal, 1)
	for _, s := range sigs {
		if s == syscall.SIGCHLD {
			signal.Notify(died, s)
		} else {
			signal.Notify(asked, s)
		}
	}
	go pass(asked, died, p[1])
	// Let both goroutines come to rest now, on this thread: later the runtime
	// would start another for them, and keep it.
	runtime.Gosched()
	return p[0], nil
}

// pass writes the signals of both channels into the pipe w, for ever.
func pass(asked, died <-chan os.Signal, w int) {
	for {
		var s os.Signal
		select {
		case s = <-asked:
		case s = <-died:
		}
		if n, ok := s.(syscall.Signal); ok {
			// A pipe that is full of signals wakes the reader as well.
			_, _ = Retry(func() (int, error) { return unix.Write(w, []byte{byte(n)}) })
		}
	}
}
