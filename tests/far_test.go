package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// TestDenseFar: what is executed from another file system is executed by svexec, so
// that nobody else waits for it.
func TestDenseFar(t *testing.T) {
	t.Parallel()
	need.Root(t)
	forkedOnly(t, "the test changes the mode itself")
	w := plant(t)
	w.mount("far", "none", "tmpfs", 0, "size=128k")
	for _, name := range []string{"far", "near"} {
		w.put(name+"/run", sleeper)
		w.put(name+"/finish", "#!/bin/sh\necho $1 $2 >finished\n")
		w.put(name+"/control/t", "#!/bin/sh\necho >asked\nexit 1\n")
	}
	svexec := filepath.Join(filepath.Dir(w.ownPrograms()), "svexec")
	w.must(os.Rename(svexec, svexec+".real"))
	w.put("../bin/svexec", "#!/bin/sh\necho $SV_NAME: \"$@\" >>$WORK/executed\nexec "+svexec+".real \"$@\"\n")
	w.flags = []string{"-dense"}
	w.serve()
	for _, name := range []string{"far", "near"} {
		old := w.reaches(name, status.Up)
		w.send(name, "t")
		w.happens(name, "end", 1)
		w.restarted(name, old)
		if got := w.text(name + "/finished"); got != "256 15\n" {
			t.Errorf("%s: got %q from finish; want 256 15", name, got)
		}
	}
	w.ends()
	executed := w.text("../executed")
	for _, want := range []string{"-s  -- ./run\n", "far: -s  -- ./finish 256 15 far ", "far: -s  -- control/t\n"} {
		if !strings.Contains(executed, want) {
			t.Errorf("svexec executed\n%s; want %q", executed, want)
		}
	}
	if strings.Contains(executed, "near") {
		t.Errorf("svexec executed\n%s; want nothing of near", executed)
	}
}
