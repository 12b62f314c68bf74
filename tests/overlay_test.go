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

// TestOverlay serves examples/from-s6-overlay, a tree as those of s6-overlay are:
// a oneshot whose up and down are lines of execline, a longrun that needs it, its
// logger as a pipeline, and a bundle.
func TestOverlay(t *testing.T) {
	t.Parallel()
	w := plant(t)
	data := filepath.Join(w.dir, "data")
	w.env = append(environment(t, "bin", w.scan), "DATA="+data)
	w.putExecline()
	w.must(os.RemoveAll(w.scan))
	mustRun(t, "cp", "-a", "../examples/from-s6-overlay/service", w.scan)
	w.serveWith(w.env, "svscan")
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
	if err := w.svscan.stop(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("the end has not undone init-data")
	}
	nothingBelow(t, w.dir)
}
