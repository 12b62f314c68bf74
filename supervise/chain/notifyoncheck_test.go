package chain

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The daemon runs at once, and the supervisor hears of it when the check, which
// fails first, has succeeded.
func TestNotifyOnCheck(t *testing.T) {
	t.Parallel()
	for _, option := range []string{"-s1", "-d", "-3", "-c"} {
		dir := plant(t, ours)
		for _, sub := range []string{"supervise", "data"} {
			must(t, os.Mkdir(filepath.Join(dir, sub), 0o755))
		}
		control := filepath.Join(dir, "supervise/control")
		must(t, unix.Mkfifo(control, 0o600))
		reader, err := unix.Open(control, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
		must(t, err)
		const check = "#!/bin/sh\ntest -e tried || { : >tried; exit 1; }\n"
		must(t, writeFile(filepath.Join(dir, "data/check"), check, 0o755))
		must(t, writeFile(filepath.Join(dir, "cmds/execlineb"), check, 0o755)) // a stand-in
		must(t, os.WriteFile(filepath.Join(dir, "notification-fd"), []byte("3\n"), 0o644))
		args := []string{option}
		switch option {
		case "-3":
			args = append(args, "3")
		case "-c":
			args = append(args, "true")
		}
		notified, theirEnd, err := os.Pipe()
		must(t, err)
		cmd := exec.Command(filepath.Join(ours, "s6-notifyoncheck"), append(args, "-w", "10", "cat")...)
		cmd.Dir, cmd.Env, cmd.ExtraFiles = dir, []string{"PATH=cmds:/usr/bin:/bin"}, []*os.File{theirEnd}
		input, err := cmd.StdinPipe()
		must(t, err)
		must(t, cmd.Start())
		must(t, theirEnd.Close())
		must(t, notified.SetReadDeadline(time.Now().Add(patience)))
		var buf [8]byte
		if n, err := notified.Read(buf[:]); string(buf[:n]) != "\n" {
			t.Errorf("%s: got %q, %v; want a newline", option, buf[:n], err)
		}
		must(t, input.Close()) // cat ends
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: got %v; want an end of the daemon with 0", option, err)
		}
		_ = unix.Close(reader) // nothing was written
	}
}
