package tests

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/tests/need"
)

// TestMoreDaemons does with sshd and cron what TestDaemons does with the
// others. They have a /run of their own and none of the machine's crontabs.
func TestMoreDaemons(t *testing.T) {
	t.Parallel()
	need.Root(t)
	for _, name := range []string{"daemontools", "runit"} {
		needPeer(t, name)
	}
	for _, name := range []string{"sshd", "cron", "ssh", "ssh-keygen"} {
		need.Tool(t, name)
	}
	t.Run("svscan and svctl", func(t *testing.T) {
		t.Parallel()
		serveMore(t, "bin", "svscan", "svctl", syscall.SIGTERM)
	})
	t.Run("runsvdir and sv", func(t *testing.T) {
		t.Parallel()
		serveMore(t, "", "runsvdir", "sv", syscall.SIGHUP)
	})
}

// apart hides from what it executes the places where the machine's own sshd and
// cron work.
const apart = `mount -t tmpfs none /run && mount -t tmpfs none /etc/cron.d && mount -t tmpfs none /var/spool/cron && ` +
	`mkdir /var/spool/cron/crontabs && mount --bind /dev/null /etc/crontab && exec "$@"`

func serveMore(t *testing.T, path, scan, control string, end syscall.Signal) {
	w := plant(t)
	w.env = environment(t, path, w.scan)
	mustRun(t, "cp", "-a", "../examples/sshd", "../examples/cron", w.scan)
	daemons := []daemon{{"sshd", w.prepareSSH()}, {"cron", w.holdsLock}}
	if scan == "runsvdir" { // it has no logger of its own
		for _, d := range daemons {
			w.put(d.name+"/log/run", "#!/bin/sh\nexec multilog t ./main\n")
		}
	}
	w.serveWith(w.env, scan, "unshare", "--mount", "sh", "-c", apart, "sh")
	// check looks at /run too.
	control = "nsenter --mount --target " + strconv.Itoa(w.svscan.cmd.Process.Pid) + " " + control
	t.Cleanup(func() {
		// These daemons change directory: sweep would not find them.
		if err := w.svscan.stop(end); err != nil {
			t.Error(err)
		}
		nothingBelow(t, w.dir)
		if t.Failed() {
			logs, _ := exec.Command("sh", "-c", "tail -n 15 "+w.scan+"/*/log/main/current").CombinedOutput()
			t.Logf("%s", logs)
		}
	})
	for _, d := range daemons {
		works(t, w.dir, "at first", d)
		w.run(answers(control+" check "+d.name, ``))
		old := pidOf(t, w.scan, d.name)
		w.run(answers(control+" restart "+d.name, ``))
		another(t, w.scan, d.name, old)
		works(t, w.dir, "after a restart", d)
		old = pidOf(t, w.scan, d.name)
		w.must(syscall.Kill(old, syscall.SIGKILL))
		another(t, w.scan, d.name, old)
		works(t, w.dir, "after a kill", d)
		old = pidOf(t, w.scan, d.name)
		w.run(answers(control+" stop "+d.name, ``))
		if !processGone(old) {
			t.Errorf("%s: process %d is there after a stop", d.name, old)
		}
		log := filepath.Join(w.scan, d.name, "log/main/current")
		eventually(t, w.dir, "the logger sees something", func() bool { return hasText(log) })
	}
}

// prepareSSH makes a key that may log in, and the sshd that knows it; what it
// returns logs in.
func (w *tree) prepareSSH() func() error {
	w.t.Helper()
	port, key := freePort(w.t), filepath.Join(w.dir, "key")
	mustRun(w.t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
	w.put("sshd/conf", fmt.Sprintf("PORT=%s STATE=%s/sshd\nOPTIONS='-o AuthorizedKeysFile=%s.pub -o StrictModes=no -o PermitRootLogin=yes'\n", port, w.dir, key))
	options := []string{"-p", port, "-i", key, "-F", "/dev/null", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"}
	login := slices.Concat(options, []string{"root@127.0.0.1", "echo logged in"})
	return func() error {
		out, err := exec.Command("ssh", login...).CombinedOutput()
		if err == nil && !strings.HasSuffix(string(out), "logged in\n") {
			err = errors.New("it did not log in")
		}
		if err != nil {
			return fmt.Errorf("ssh: %v\n%s", err, out)
		}
		return nil
	}
}

// holdsLock says that cron has come so far that the lock is its own.
func (w *tree) holdsLock() error {
	pid, err := os.ReadFile(filepath.Join(w.scan, "cron/supervise/pid"))
	if err != nil {
		return err
	}
	holder, err := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/root/run/crond.pid")
	if err == nil && string(holder) != string(pid) {
		err = fmt.Errorf("the lock is held by %q; want %q", holder, pid)
	}
	return err
}
