package fifo

import (
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestPeek compares with what wait4 says of the same child.
func TestPeek(t *testing.T) {
	for _, script := range []string{
		"exit 0", "exit 7", "exit 255", "kill -KILL $$", "kill -TERM $$", "ulimit -c unlimited 2>/dev/null; kill -SEGV $$",
	} {
		cmd := exec.Command("sh", "-c", script)
		cmd.Dir = t.TempDir()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		pid := cmd.Process.Pid
		pidfd, err := unix.PidfdOpen(pid, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, -1)
		_ = unix.Close(pidfd)
		var status uint32
		for range 2 { // it stays a zombie
			got, s, found, err := Peek(unix.P_PID, pid)
			if got != pid || !found || err != nil {
				t.Fatalf("%s: got pid %d, %v, %v; want %d", script, got, found, err, pid)
			}
			status = s
		}
		_ = cmd.Wait() // the status says it
		if want := uint32(cmd.ProcessState.Sys().(syscall.WaitStatus)); status != want {
			t.Errorf("%s: got status %#x; want %#x", script, status, want)
		}
		if _, _, _, err := Peek(unix.P_PID, pid); err != unix.ECHILD {
			t.Errorf("%s: after it was reaped got %v; want %v", script, err, unix.ECHILD)
		}
	}
}

func TestPeekNothing(t *testing.T) {
	cmd := exec.Command("sleep", "1000")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = cmd.Process.Kill(), cmd.Wait() }()
	if pid, _, found, err := Peek(unix.P_PID, cmd.Process.Pid); found || pid != 0 || err != nil {
		t.Errorf("of a child that lives got %d, %v, %v; want nothing", pid, found, err)
	}
}
