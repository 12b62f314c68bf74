package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// putExecline has execlineb in PATH: that of the machine or, where it has none, one
// that reads a line as a shell does, which for this one is the same.
func (w *tree) putExecline() {
	if _, err := exec.LookPath("execlineb"); err == nil {
		return
	}
	w.put("../tools/execlineb", "#!/bin/sh\ntest \"$1\" = -Pc && exec sh -c \"$2\"\n")
	for i, pair := range w.env {
		if rest, is := strings.CutPrefix(pair, "PATH="); is {
			w.env[i] = "PATH=" + filepath.Join(w.dir, "tools") + ":" + rest
		}
	}
}

// serveOverlay serves examples/from-s6-overlay, and returns where its data is.
func (w *tree) serveOverlay() string {
	w.t.Helper()
	data := filepath.Join(w.dir, "data")
	w.env = append(environment(w.t, "bin", w.scan), "DATA="+data)
	w.putExecline()
	w.must(os.RemoveAll(w.scan))
	mustRun(w.t, "cp", "-a", "../examples/from-s6-overlay/service", w.scan)
	w.serveWith(w.env, "svscan")
	return data
}

// TestOverlay serves examples/from-s6-overlay, a tree as those of s6-overlay are:
// a oneshot whose up and down are lines of execline, a longrun that needs it, its
// logger as a pipeline, and a bundle.
func TestOverlay(t *testing.T) {
	t.Parallel()
	w := plant(t)
	data := w.serveOverlay()
	made := w.reaches("init-data", status.Up)
	web := w.reaches("web", status.Up)
	if made.PID != 0 || !web.Ready || web.Since.Before(made.ReadyAt) {
		t.Errorf("got init-data %+v, web %+v; want one up without a process, and the other after it", made, web)
	}
	line, err := os.ReadFile(filepath.Join(data, "made"))
	w.must(err)
	w.inTime("the line of web is logged", func() bool {
		text, _ := os.ReadFile(filepath.Join(w.scan, "web-log/main/current")) // it is there in a moment
		return strings.Contains(string(text), " web begins with data of "+string(line))
	})
	if _, err := os.Stat(filepath.Join(w.scan, "user/supervise")); err == nil {
		t.Error("the bundle has a supervise")
	}
	w.put("web/run", "#!/bin/sh\ntrap 'sleep 0.2; cp \"$DATA/made\" left; exit 0' TERM\necho >&3\nwhile :; do sleep 0.01; done\n")
	w.run(answers("svctl restart web", ``))
	w.ends()
	if got := w.text("web/left"); got != string(line) {
		t.Errorf("web has left with data of %q; want %q", got, line)
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("the end has not undone init-data")
	}
}

// TestOverlayExit: killed, web is started again, as its finish says; what it exits
// with by itself is the exit code of svscan, after init-data is undone.
func TestOverlayExit(t *testing.T) {
	t.Parallel()
	w := plant(t)
	data := w.serveOverlay()
	web := w.reaches("web", status.Up)
	w.put("web/run", "#!/bin/sh\nexit 7\n")
	w.must(syscall.Kill(web.PID, syscall.SIGKILL))
	w.endedWith(7)
	if got, want := w.text(".svscan/exit"), "SERVICE='web'\nEXIT_CODE=7\n"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	finished, undone := w.history("web", "finish"), w.history("init-data", "finish")
	if len(finished) != 2 || finished[0].Code != 0 || finished[1].Code != 125 {
		t.Fatalf("got %+v of finish of web; want 0, then 125", finished)
	}
	if len(undone) != 1 || undone[0].Code != 0 || undone[0].At.Before(finished[1].At) {
		t.Errorf("got %+v of down of init-data; want 0 after %v", undone, finished[1].At)
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("the end has not undone init-data")
	}
}
