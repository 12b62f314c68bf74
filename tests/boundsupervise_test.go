package tests

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// TestBoundSuperviseKilled: the guardian of a supervise adopts, and ends.
func TestBoundSuperviseKilled(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", counted)
	w.bound("supervise", "service/web")
	w.counts("web")
	w.guardian(0)
	since := time.Now()
	w.must(w.svscan.cmd.Process.Kill())
	w.goneLate(since, 0)
	if n := w.starts("web"); n != 1 {
		t.Errorf("got %d starts; want 1", n)
	}
}

// boundAlone is a supervise that is bound, without svscan.
func boundAlone(t *testing.T) (*tree, *holder) {
	w := plant(t)
	w.put("web/run", counted)
	return w, w.bound("supervise", "service/web")
}

// TestBoundReexec: a supervise that executes its program again is bound as
// before.
func TestBoundReexec(t *testing.T) {
	t.Parallel()
	w, h := boundAlone(t)
	web := w.reaches("web", status.Up)
	old := w.guardian(0)
	w.must(os.WriteFile(filepath.Join(w.scan, "web/supervise/control"), []byte("R"), 0))
	w.guardian(old)
	if children(w.svscan.cmd.Process.Pid, "Z") != 0 {
		t.Error("got a zombie; want none")
	}
	w.unaffected("web", web.PID)
	since := time.Now()
	h.kill()
	w.gone(since, 0)
}

// TestBoundSupervise: supervise alone can be bound too.
func TestBoundSupervise(t *testing.T) {
	t.Parallel()
	w, h := boundAlone(t)
	web := w.reaches("web", status.Up)
	old := w.guardian(0)
	w.must(syscall.Kill(old, syscall.SIGKILL))
	w.guardian(old)
	w.unaffected("web", web.PID)
	since := time.Now()
	h.kill()
	w.gone(since, 0)
}

// TestBoundSuperviseDead: as TestBoundDead.
func TestBoundSuperviseDead(t *testing.T) {
	t.Parallel()
	w, h := boundAlone(t)
	w.counts("web")
	since := time.Now()
	w.killAllBut(w.guardian(0))
	h.kill()
	w.gone(since, 0)
	if n := w.starts("web"); n != 1 {
		t.Errorf("got %d starts; want 1", n)
	}
}

// TestBoundTree: the end of the tree of a run reaches neither the guardian nor the
// trial of a reexec, which are children of supervise too.
func TestBoundTree(t *testing.T) {
	t.Parallel()
	for _, argv := range [][]string{{"supervise", "service/web"}, {"svscan", "service"}} {
		w := plant(t)
		w.put("web/run", "#!/bin/sh\nsleep 1000 &\nexec sleep 1000\n")
		w.put("web/set/kill-scope", "tree\n")
		h := w.bound(argv...)
		w.reaches("web", status.Up)
		guardian := w.guardian(0)
		w.send("web", "d")
		w.reaches("web", status.Down)
		if now := w.guardian(0); now != guardian {
			t.Errorf("%s: got guardian %d; want %d as before", argv[0], now, guardian)
		}
		w.send("web", "u")
		w.reaches("web", status.Up)
		w.send("web", "TR")
		eventually(t, w.dir, "the reexec", func() bool { return w.record("web").Reexecs == 1 })
		w.reaches("web", status.Down)
		since := time.Now()
		h.kill()
		w.gone(since, 0)
	}
}
