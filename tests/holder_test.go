package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// holder holds an end of a pipe, and can be killed.
type holder struct {
	*exec.Cmd
	w *tree
}

// bound starts argv in the directory of the tree with -e 3 after its name, where
// 3 is a pipe that only the holder has.
func (w *tree) bound(argv ...string) *holder {
	w.t.Helper()
	r, end, err := os.Pipe()
	w.must(err)
	defer r.Close()
	defer end.Close()
	h := &holder{exec.Command("sleep", "1000"), w}
	h.ExtraFiles = []*os.File{end}
	w.must(h.Start())
	w.t.Cleanup(h.kill)
	w.svscan, err = startWith(r, w.dir, filepath.Join(w.dir, "said"), w.env, slices.Concat(argv[:1], []string{"-e", "3"}, argv[1:])...)
	w.must(err)
	return h
}

func (h *holder) kill() {
	_ = h.Process.Kill() // it may have ended already
	_ = h.Wait()         // likewise
}

// guardianWaits is how long a guardian waits for somebody in the place of the one
// that was killed, as svscan(8) promises.
const guardianWaits = 2 * time.Second

// gone waits until nothing is left of the tree, and says how long that took since
// then. It is to be within limit, to which a busy machine may add.
func (w *tree) gone(since time.Time, limit time.Duration) time.Duration {
	w.t.Helper()
	nothingBelow(w.t, w.dir)
	<-w.svscan.gone
	took := time.Since(since)
	if took > limit+slack {
		w.t.Errorf("all is gone after %v; want %v", took, limit)
	}
	return took
}

// goneLate is gone where a guardian waits first, and then takes limit.
func (w *tree) goneLate(since time.Time, limit time.Duration) {
	w.t.Helper()
	if took := w.gone(since, guardianWaits+limit); took < guardianWaits {
		w.t.Errorf("all is gone after %v; want nobody to end before %v", took, guardianWaits)
	}
}

// named is the process below the tree whose command line begins with name, 0 if
// there is none.
func (w *tree) named(name string) int {
	for _, pid := range below(w.dir) {
		line, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline") // it may be gone now
		argv0, _, _ := strings.Cut(string(line), "\x00")
		if filepath.Base(argv0) == name {
			return pid
		}
	}
	return 0
}

// guardian waits for one that is not old.
func (w *tree) guardian(old int) int {
	w.t.Helper()
	pid := 0
	eventually(w.t, w.dir, "there is a guardian", func() bool {
		pid = w.named("svguardian")
		return pid != 0 && pid != old
	})
	return pid
}

// counted is a service that says how often it starts.
const counted = "#!/bin/sh\necho start >>starts\nexec sleep 1000\n"

// starts is how often a service has said so.
func (w *tree) starts(service string) int {
	text, _ := os.ReadFile(filepath.Join(w.scan, service, "starts")) // not there yet
	return strings.Count(string(text), "start\n")
}

// counts waits until a counted service is up, and has said that it started.
func (w *tree) counts(service string) status.Record {
	w.t.Helper()
	eventually(w.t, w.dir, service+" has started", func() bool { return w.starts(service) == 1 })
	return w.reaches(service, status.Up)
}

// killAllBut kills all processes below the tree but one, whoever starts others
// first.
func (w *tree) killAllBut(keep int) {
	w.t.Helper()
	supervise := w.record("web").Supervisor
	w.must(w.svscan.cmd.Process.Kill())
	if supervise != w.svscan.cmd.Process.Pid {
		w.must(syscall.Kill(supervise, syscall.SIGKILL))
	}
	eventually(w.t, w.dir, "all but one are gone", func() bool {
		left := slices.DeleteFunc(below(w.dir), func(pid int) bool { return pid == keep })
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended already
		}
		return len(left) == 0
	})
}
