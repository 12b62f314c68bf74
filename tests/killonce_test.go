package tests

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/svdir/svdir/supervise/status"
)

// A oneshot whose supervise is killed does its work once, exports all of what it has
// written or nothing, and is skipped only where it has succeeded.

// onceFiles are those of such a service.
var onceFiles = []string{"up", "undo", "type", "set/inputs", "source"}

// killUp exports two variables, one after the other.
func killUp() {
	pid := strconv.Itoa(os.Getpid())
	killAlone("alive", "twice")
	killNote("start", pid)
	dir := os.Getenv("SV_EXPORT_DIR")
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		killNote("twice", "unclean", dir)
	}
	for _, name := range []string{"A", "B"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(pid+"\n"), 0o600); err != nil {
			os.Exit(99)
		}
	}
	killNote("end", pid, "0")
}

// killUndo is run by down.
func killUndo() {
	killAlone("alive", "early")
	killNote("undo")
}

// onceRests says that no process is in flight.
func (k *killScan) onceRests(r status.Record) bool {
	return r.PID == 0 && len(k.notes("start")) == len(k.notes("end"))
}

// lookOnce looks at what is kept while the service rests.
func (k *killScan) lookOnce(r status.Record) {
	starts := k.notes("start")
	text, _ := os.ReadFile(filepath.Join(k.dir, "web/supervise/export.env")) // it may not be there
	_, unseen := os.Stat(filepath.Join(k.dir, "web/supervise/inputs"))
	want := ""
	if k.want != status.Down && len(starts) > 0 {
		last := starts[len(starts)-1]
		want = "A=" + last + "\nB=" + last + "\n"
	}
	if string(text) != want || r.Exports != (want != "") {
		k.fail("export.env: got %q, EXPORTS %v; want %q", text, r.Exports, want)
	}
	if (unseen == nil) != (want != "") {
		k.fail("inputs: got %v in %v", unseen, r.State)
	}
	if r.IsAlreadyDone() != (k.want == status.Skipped) {
		k.fail("REASON: got %q in %v", r.Reason, r.State)
	}
}

// checkOnce checks that each run was undone, where it can be.
func (k *killScan) checkOnce(starts []string) {
	undone, want := len(k.notes("undo")), 0
	if slices.Contains(k.files, "down") {
		want = len(starts)
	}
	if undone != want {
		k.fail("undone %d times; want %d", undone, want)
	}
}
