package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/scandir"
)

// What TestDenseMany hosts, what the manual says that it takes, and how long is
// waited for what is that much.
const (
	manyServices   = 10_000
	perService     = 6
	besideServices = 128
	manyPatience   = 4 * time.Minute
)

// descriptorLimit is the limit to host many with, and how many fit: all, where we
// may raise it so far.
func descriptorLimit(t *testing.T) (prlimit string, fit int) {
	t.Helper()
	const need = manyServices*perService + besideServices
	prlimit = fmt.Sprintf("--nofile=%d:%[1]d", need)
	if exec.Command("prlimit", prlimit, "true").Run() == nil {
		return prlimit, manyServices
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("--nofile=%d:%[1]d", limit.Max), min(int(limit.Max)-besideServices, need) / perService
}

// TestDenseMany: very many services in one process start, are kept by a reexec
// and stop, with the limit of descriptors that the manual states.
func TestDenseMany(t *testing.T) {
	prlimit, many := descriptorLimit(t)
	forkedOnly(t, "the test changes the mode itself")
	if unix.Access("/dev/shm", unix.W_OK) == nil {
		t.Setenv("TMPDIR", "/dev/shm") // a disk would be what is measured
	}
	w := plant(t)
	for i := range many {
		w.put(fmt.Sprintf("web%d/run", i), sleeper)
	}
	old := w.ownPrograms()
	w.flags = []string{"-dense"}
	began := time.Now()
	w.serve("prlimit", prlimit, "env")
	var pids []int
	w.inTime("all run", func() bool {
		for len(pids) < many {
			r := w.record(fmt.Sprintf("web%d", len(pids)))
			if r.State != status.Up || r.PID == 0 {
				return false
			}
			pids = append(pids, r.PID)
		}
		return true
	})
	took := time.Since(began).Round(time.Millisecond)
	self := w.svscan.cmd.Process.Pid
	t.Logf("%d services run after %v: %d kB of private memory", many, took, private(t, self))

	// A version that does not know how so many are handed over is not executed.
	w.must(os.Rename(old, old+".now"))
	w.must(os.WriteFile(old, []byte("#!/bin/sh\ntest \"$*\" = -check || exit 100\n"), 0o755))
	w.letter("R")
	w.inTime("a refusal", func() bool {
		return strings.Contains(w.svscan.output(), "unable to reexec: "+old+": it cannot take over more than 1000 services")
	})
	w.must(os.Rename(old+".now", old))
	w.letter("R")
	w.inTime("a reexec", func() bool {
		text, _ := os.ReadFile(filepath.Join(w.scan, ".svscan/svscan.env")) // it may be replaced just now
		e, _ := scandir.ParseSvscan(text)                                   // likewise
		return e.Reexecs == 1
	})
	for i, pid := range pids {
		if r := w.record(fmt.Sprintf("web%d", i)); r.PID != pid || r.State != status.Up || r.Reexecs != 1 || r.Supervisor != self {
			t.Fatalf("got %+v; want pid %d after one reexec", r, pid)
		}
	}
	if n, most := len(w.descriptors()), many*perService+besideServices; n > most {
		t.Errorf("got %d descriptors; want at most %d", n, most)
	}

	began = time.Now()
	w.must(w.svscan.cmd.Process.Signal(syscall.SIGTERM))
	w.inTime("all have ended", func() bool {
		select {
		case <-w.svscan.gone:
			return true
		default:
			return false
		}
	})
	t.Logf("stopped after %v", time.Since(began).Round(time.Millisecond))
	said := slices.DeleteFunc(strings.SplitAfter(w.svscan.output(), "\n"), func(line string) bool {
		return strings.HasPrefix(line, "svscan: warning: still waiting for ") // on a slow disk
	})
	if len(said) > 2 {
		t.Errorf("svscan said %q; want the refusal alone", said)
	}
	nothingBelow(t, w.dir)
	if many < manyServices {
		t.Skipf("%d services: for %d the hard limit of descriptors is too low, and cannot be raised", many, manyServices)
	}
}

// ownPrograms gives the tree programs of its own, and returns the path of svscan.
func (w *tree) ownPrograms() string {
	w.t.Helper()
	dir := filepath.Join(w.dir, "bin")
	w.must(os.Mkdir(dir, 0o755))
	syscall.ForkLock.RLock() // see put
	defer syscall.ForkLock.RUnlock()
	for _, name := range []string{"svscan", "supervise", "svexec", "svlog"} {
		program, err := os.ReadFile(filepath.Join(programs, name))
		w.must(err)
		w.must(os.WriteFile(filepath.Join(dir, name), program, 0o755))
	}
	for i, pair := range w.env {
		if rest, ok := strings.CutPrefix(pair, "PATH="); ok {
			w.env[i] = "PATH=" + dir + ":" + rest
		}
	}
	return filepath.Join(dir, "svscan")
}

// inTime waits for what is much work, even for a machine that has nothing else
// to do, where there is too much to be watched.
func (w *tree) inTime(what string, done func() bool) {
	w.t.Helper()
	if !await(filepath.Join(w.dir, "none"), manyPatience, done) { // where nothing changes
		w.t.Fatalf("%s: not within %v; svscan said %q", what, manyPatience, w.svscan.output())
	}
}

// descriptors are those of svscan.
func (w *tree) descriptors() []string {
	w.t.Helper()
	names, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", w.svscan.cmd.Process.Pid))
	w.must(err)
	var all []string
	for _, name := range names {
		all = append(all, name.Name())
	}
	return all
}

// letter says a letter to svscan.
func (w *tree) letter(letter string) {
	w.t.Helper()
	control, err := os.OpenFile(filepath.Join(w.scan, ".svscan/control"), os.O_WRONLY|syscall.O_NONBLOCK, 0)
	w.must(err)
	_, err = control.WriteString(letter)
	w.must(err)
	w.must(control.Close())
}
