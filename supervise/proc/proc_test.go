package proc

import (
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// TestZombieStat: the last field of a zombie, its wait status, has no newline.
func TestZombieStat(t *testing.T) {
	pid, err := syscall.ForkExec("/bin/sh", []string{"sh", "-c", "exit 3"}, &syscall.ProcAttr{})
	if err != nil {
		t.Fatal(err)
	}
	var info unix.Siginfo
	_, err = fifo.Retry(func() (int, error) {
		return 0, unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOWAIT, nil)
	})
	var buf Buffer
	if got, want := buf.Stat(pid).Number(52), uint64(3<<8); err != nil || got != want {
		t.Errorf("got wait status %d, %v; want %d", got, err, want)
	}
	_, _ = unix.Wait4(pid, nil, 0, nil) // it is a zombie
}
