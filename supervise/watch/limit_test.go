package watch

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// limited runs this test again in a user namespace that has no more of something,
// and says whether this is it.
func limited(t *testing.T, limit, to string) bool {
	t.Helper()
	const inside = "SVWATCH_LIMITED"
	if os.Getenv(inside) != "" {
		return true
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("unshare", "-Ur", "sh", "-c", `echo $2 >/proc/sys/user/$1 || exit 77; exec "$0" -test.run "^$3\$" -test.v`, self, limit, to, t.Name())
	cmd.Env = append(os.Environ(), inside+"=1")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState.ExitCode() == 77 || bytes.Contains(out, []byte("unshare failed")) {
		t.Skipf("no user namespace: %s", out)
	}
	if err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Fatalf("%v\n%s", err, out)
	}
	return false
}

// Where the kernel watches no more for the user, that is said once, with what to
// do, and the rest is watched.
func TestNoWatches(t *testing.T) {
	if !limited(t, "max_inotify_watches", "4") {
		return
	}
	tree, told := planted(t, usual, "mkdir a b c d e f; echo 1 >run")
	want := "raise the sysctl fs.inotify.max_user_watches"
	if len(*told) == 0 || !strings.Contains((*told)[0], want) || len(slices.Compact(*told)) != 1 {
		t.Errorf("told %q; want one with %q", *told, want)
	}
	sh(t, "echo 2 >run")
	tree.hear(t)
	if !tree.check() {
		t.Error("what is watched does not count")
	}
}

// Likewise for those who watch: it is tried again, until nobody waits for it.
func TestNoInstances(t *testing.T) {
	if !limited(t, "max_inotify_instances", "0") {
		return
	}
	t.Chdir(t.TempDir())
	in, gone := io.Pipe()
	told, ended := make(chan string, 10), make(chan error, 1)
	go func() { ended <- Run(in, io.Discard, func(text string) { told <- text }) }()
	select {
	case text := <-told:
		if !strings.HasSuffix(text, "raise the sysctl fs.inotify.max_user_instances, trying again") {
			t.Errorf("told %q", text)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("told nothing")
	}
	_ = gone.Close() // never fails
	if err := <-ended; err != nil || len(told) > 0 {
		t.Errorf("ended with %v, %d more told", err, len(told))
	}
}
