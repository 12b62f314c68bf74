package fifo

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestSignals(t *testing.T) {
	fd, err := Signals(syscall.SIGUSR1, syscall.SIGHUP)
	must(t, err)
	for _, sig := range []syscall.Signal{syscall.SIGUSR1, syscall.SIGHUP, syscall.SIGUSR1} {
		must(t, unix.Kill(unix.Getpid(), sig))
		awaitReadable(t, fd)
		var buf [8]byte
		if n, err := unix.Read(fd, buf[:]); err != nil || n != 1 || syscall.Signal(buf[0]) != sig {
			t.Errorf("got %v, %v; want %v", buf[:max(n, 0)], err, sig)
		}
	}
	if _, err := unix.Read(fd, make([]byte, 1)); err != unix.EAGAIN {
		t.Errorf("nothing came, and Read gives %v; want EAGAIN", err)
	}
}
