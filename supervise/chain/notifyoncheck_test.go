package chain

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// The daemon runs at once, and the supervisor hears of it when the check, which
// fails first, has succeeded.
func TestNotifyOnCheck(t *testing.T) {
	t.Parallel()
	for _, option := range []string{"-s1", "-d", "-3", "-c"} {
		const check = "#!/bin/sh\ntest -e tried || { : >tried; exit 1; }\n"
		dir := supervised(t, ours, check)
		must(t, writeFile(filepath.Join(dir, "cmds/execlineb"), check, 0o755)) // where there is no other
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
	}
}

// supervised is a service directory with this check, as it is while it is supervised.
func supervised(t *testing.T, bin, check string) (dir string) {
	t.Helper()
	dir = plant(t, bin)
	for _, sub := range []string{"supervise", "data", "event"} {
		must(t, os.Mkdir(filepath.Join(dir, sub), 0o755))
	}
	control := filepath.Join(dir, "supervise/control")
	must(t, unix.Mkfifo(control, 0o600))
	reader, err := unix.Open(control, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	must(t, err)
	t.Cleanup(func() { _ = unix.Close(reader) }) // nothing was written
	lock, err := os.Create(filepath.Join(dir, "supervise/lock"))
	must(t, err)
	t.Cleanup(func() { _ = lock.Close() })                                               // likewise
	must(t, unix.FcntlFlock(lock.Fd(), unix.F_SETLK, &unix.Flock_t{Type: unix.F_WRLCK})) // s6 looks at that
	must(t, writeFile(filepath.Join(dir, "data/check"), check, 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "notification-fd"), []byte("3\n"), 0o644))
	return dir
}

// TestNotifyOnCheckGivesUp: after so many tries, or so long, nobody is told; a check
// that takes too long has failed. The daemon goes on. All this as with s6.
func TestNotifyOnCheckGivesUp(t *testing.T) {
	t.Parallel()
	needAll(t)
	for _, c := range []struct{ name, options, check, want string }{
		{"tries", "-n 3", "exit 1", "3 tries"},
		{"one try", "-n 1", "exit 1", "1 tries"},
		{"never", "-n 0 -T 400", "exit 1", "many tries"},
		{"in time", "-n 0 -T 60000", "test $(wc -l <tries) -ge 12", "12 tries, told"},
		{"global", "-n 0 -T 200", "exec sleep 1000", "1 tries"},
		{"local", "-n 3 -t 100", "exec sleep 3", "3 tries"},
		{"execline", "-n 3 -c sh_data/check", "exit 1", "3 tries"},
		{"execline, then well", `-n 0 -c sh_-e_"data/check"`, "test $(wc -l <tries) -ge 2", "2 tries, told"},
		{"execline, without its programs", "-n 3 -c if_{_sh_data/check_}_true", "exit 0", "0 tries"},
		{"local, then well", "-n 3 -t 300", "test $(wc -l <tries) -ge 2 || exec sleep 3", "2 tries, told"},
	} {
		for _, bin := range []string{ours, theirs} {
			t.Run(c.name+" "+filepath.Base(bin), func(t *testing.T) {
				t.Parallel()
				if strings.Contains(c.options, "-c ") {
					need.Peer(t, "execlineb")
				}
				if got := givesUp(t, bin, c.options, c.check); got != c.want {
					t.Errorf("got %s; want %s", got, c.want)
				}
			})
		}
	}
}

// givesUp is what comes of a check that is made each 10 ms, until nobody will be told.
func givesUp(t *testing.T, bin, options, check string) string {
	t.Helper()
	dir := supervised(t, bin, "#!/bin/sh\necho >>tries\n"+check+"\n")
	notified, theirEnd, err := os.Pipe()
	must(t, err)
	defer notified.Close()
	args := append(strings.Fields(options), "-s", "1", "-w", "10", "cat")
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "_", " ")
	}
	cmd := exec.Command(filepath.Join(bin, "s6-notifyoncheck"), args...)
	cmd.Dir, cmd.Env, cmd.ExtraFiles = dir, []string{"PATH=/usr/bin:/bin"}, []*os.File{theirEnd}
	input, err := cmd.StdinPipe()
	must(t, err)
	must(t, cmd.Start())
	must(t, theirEnd.Close())
	must(t, notified.SetReadDeadline(time.Now().Add(patience)))
	told, err := io.ReadAll(notified)
	must(t, err)
	must(t, input.Close()) // cat ends
	if err := cmd.Wait(); err != nil {
		t.Errorf("got %v; want an end of the daemon with 0", err)
	}
	text, _ := os.ReadFile(filepath.Join(dir, "tries")) // where there were none, it is not there
	tries := fmt.Sprint(len(text))
	if len(text) > 12 {
		tries = "many"
	}
	if string(told) == "\n" {
		return tries + " tries, told"
	}
	return tries + " tries" + string(told)
}
