package tests

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// These are bad input: whatever lies in a service directory or comes to its
// FIFO, nothing dies, it is told in a line, and the service beside it goes on.
// script/supervise_badrun.txtar has the same for run,
// settings_test.go for settings.

// TestControlFlooded: a megabyte of what nobody meant. x and G are left out,
// since they mean that supervise is to leave, and R, which takes some time.
func TestControlFlooded(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("other/run", sleeper)
	w.serve()
	other := w.reaches("other", status.Up).PID
	supervise := w.reaches("web", status.Up).Supervisor
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	noise := make([]byte, 1_000_000)
	for i := range noise {
		for noise[i] = 'x'; strings.IndexByte("xGR", noise[i]) >= 0; {
			noise[i] = byte(random.Uint32())
		}
	}
	control, err := os.OpenFile(filepath.Join(w.scan, "web/supervise/control"), os.O_WRONLY, 0)
	w.must(err)
	defer control.Close()
	_, err = control.Write(noise)
	w.must(err)
	w.run(order("svctl -u web"), ask("wc -c <web/supervise/stat; cat web/supervise/stat", `^4\nrun$`), ask("svctl is-up web", ``))
	if got := w.record("web").Supervisor; got != supervise {
		t.Errorf("got supervise %d; want %d as before", got, supervise)
	}
	w.unaffected("other", other)
	w.ends()
}

// TestControlReplaced by a file: supervise hears nothing any more, clients say
// why, and what svscan starts next refuses it until it is removed.
func TestControlReplaced(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/down", "")
	w.put("other/run", sleeper)
	w.serve()
	other := w.reaches("other", status.Up).PID
	old := w.reaches("web", status.Down).Supervisor
	control := filepath.Join(w.scan, "web/supervise/control")
	w.must(os.Remove(control))
	w.must(os.WriteFile(control, nil, 0o600))
	w.run(
		refuses("svctl up web", 111, `^svctl: fatal: unable to control web: \S+/web/supervise/control is not a FIFO \(remove it, then restart its supervise\)$`),
		answers("svc -u web", `^svc: warning: unable to control web: not a FIFO \(remove it\)$`),
		refuses("s6-svc -u web", 111, `^s6-svc: fatal: unable to control web: not a FIFO \(remove it\)$`),
		ask("svctl status web", `down`),
	)
	if isDense {
		w.reserve()
	} else {
		w.must(syscall.Kill(old, syscall.SIGKILL))
	}
	w.refused("web", "unable to open web/supervise/control: not a FIFO (remove it)")
	w.must(os.Remove(control))
	w.run(ask("svctl up web", ``), answers("svctl is-up web", ``))
	w.unaffected("other", other)
	w.ends()
}

// TestOKReplaced: what has the name of ok and is no FIFO keeps a supervise from
// beginning, and others do not notice.
func TestOKReplaced(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/supervise/ok", "")
	w.put("other/run", sleeper)
	w.serve()
	w.refused("web", "unable to open web/supervise/ok: not a FIFO (remove it)")
	other := w.reaches("other", status.Up).PID
	w.must(os.Remove(filepath.Join(w.scan, "web/supervise/ok")))
	w.reaches("web", status.Up)
	w.unaffected("other", other)
	w.ends()
}

// TestStatusTruncated: each client says so, and the next change mends it.
func TestStatusTruncated(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.serve()
	w.reaches("web", status.Up)
	for _, size := range []int64{10, 0} {
		for _, file := range []string{"status", "status.env"} {
			w.must(os.Truncate(filepath.Join(w.scan, "web/supervise", file), size))
		}
		w.run(
			refuses("svctl status web", 111, `web +unknown .* bad format`),
			refuses("svctl is-up web", 1, ``),
			answers("svstat web", `^web: unable to read supervise/status: bad format$`),
			refuses("sv status web", 1, `^warning: web: unable to read supervise/status: bad format$`),
			refuses("s6-svstat web", 111, `^s6-svstat: fatal: unable to read status for web: Broken pipe$`),
			order("svc -t web"),
			ask("svctl is-up web", ``), ask("svstat web", `^web: up \(pid \d+\) \d+ seconds$`),
		)
	}
	w.ends()
}

// TestScanDirectoryVanishes: services go on, and it is served again when it is
// back.
func TestScanDirectoryVanishes(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.serve()
	pid := w.reaches("web", status.Up).PID
	w.must(os.Rename(w.scan, w.scan+".away"))
	w.says("svscan: warning: unable to read " + w.scan + ": no such file or directory, services go on until it is back\n")
	w.must(os.Rename(w.scan+".away", w.scan))
	w.put("late/run", sleeper)
	w.reaches("late", status.Up)
	w.unaffected("web", pid)
	w.ends()
}

// TestNames: what a directory may be called, a service may be called.
func TestNames(t *testing.T) {
	t.Parallel()
	w := plant(t)
	names := []string{"with blank", "two\nlines", strings.Repeat("n", 255), "dienst-für-größe", "☃", "tab\there", "'quoted\"", "-d", "a=b", "star*", "\xff\xfe"}
	for _, name := range names {
		w.put(name+"/run", "#!/bin/sh\nprintf %s \"$SV_NAME\" >name\nexec sleep 1000\n")
	}
	w.serve()
	for _, name := range names {
		w.reaches(name, status.Up)
		eventually(t, filepath.Join(w.scan, name), "SV_NAME "+strconv.Quote(name), func() bool {
			got, _ := os.ReadFile(filepath.Join(w.scan, name, "name")) // not there yet
			return string(got) == name
		})
		for _, args := range [][]string{{"down", "--", name}, {"up", "--", name}} {
			cmd := exec.Command(lookPath("svctl", w.env), args...)
			cmd.Env = w.env
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("svctl %q: %v\n%s", args, err, out)
			}
		}
	}
	// What people see of them stays a line each.
	list := exec.Command(lookPath("svctl", w.env), "status")
	list.Env = w.env
	if out, err := list.CombinedOutput(); err != nil || bytes.Count(out, []byte{'\n'}) != 1+len(names) {
		t.Errorf("svctl status: got %q, %v; want a line for each of %d", out, err, len(names))
	}
	w.ends()
}
