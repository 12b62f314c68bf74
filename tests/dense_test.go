package tests

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// isDense has every svscan of ours that a test starts host its services itself:
// SVDIR_DENSE=1 go test ./tests runs the suite so.
var isDense = os.Getenv("SVDIR_DENSE") != ""

// densely is argv with the option, where it starts such an svscan under its own
// name.
func densely(argv, env []string) []string {
	at := slices.IndexFunc(argv, func(arg string) bool { return filepath.Base(arg) == "svscan" })
	if !isDense || at < 0 {
		return argv
	}
	path := argv[at]
	if !strings.Contains(path, "/") {
		path = lookPath(path, env)
	}
	if !strings.HasPrefix(path, programs+"/") {
		return argv // another suite's
	}
	return slices.Insert(slices.Clone(argv), at+1, "-dense")
}

// forkedOnly skips a test of what differs there.
func forkedOnly(t *testing.T, why string) {
	t.Helper()
	if isDense {
		t.Skip("-dense: " + why)
	}
}

// superviseGone says that the supervise of a service has ended, which is not
// svscan.
func superviseGone(r status.Record) bool { return isDense || processGone(r.Supervisor) }

// refused waits until it is told why the supervise of a service cannot begin.
func (w *tree) refused(service, why string) {
	w.t.Helper()
	if isDense {
		w.says("svscan: warning: unable to start supervise for " + service + ": " + why + ", trying again in 1 second\n")
		return
	}
	w.says("supervise " + service + ": fatal: " + why + "\n")
	w.says("svscan: warning: supervise for " + service + " exited 111, trying again in 1 second\n")
}

// bereave kills the supervise that a service had, which may be svscan.
func (w *tree) bereave(r status.Record) {
	w.t.Helper()
	if isDense {
		w.settled()
		w.reserve()
		return
	}
	w.must(syscall.Kill(r.Supervisor, syscall.SIGKILL))
}

// reserve kills svscan, and starts the next one.
func (w *tree) reserve() {
	w.t.Helper()
	w.must(w.svscan.cmd.Process.Kill())
	<-w.svscan.gone
	w.serve()
}
