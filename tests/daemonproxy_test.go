package tests

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// TestDaemonproxy serves examples/from-daemonproxy: a service with its logger at the
// other end of a pipe, and a controller that decides when it starts again, also after
// it was killed itself.
func TestDaemonproxy(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.must(os.RemoveAll(w.scan))
	mustRun(t, "cp", "-a", "../examples/from-daemonproxy/service", w.scan)
	w.serve()
	w.reaches("app", status.Up)
	controller := w.reaches("controller", status.Up)
	for starts := 2; starts <= 3; starts++ {
		w.must(syscall.Kill(w.reaches("app", status.Up).PID, syscall.SIGTERM))
		w.happens("app", "start", starts)
		w.must(syscall.Kill(controller.PID, syscall.SIGKILL))
		w.happens("controller", "start", starts)
		controller = w.reaches("controller", status.Up)
	}
	w.inTime("each start is logged", func() bool {
		text, _ := os.ReadFile(filepath.Join(w.scan, "app-log/main/current")) // it is there in a moment
		return strings.Count(string(text), " app begins\n") == 3
	})
	decided, err := os.ReadFile(filepath.Join(w.scan, "controller/decided"))
	if n := strings.Count(string(decided), "\n"); err != nil || n != 3 {
		t.Errorf("the controller has decided %d times, %v; want 3", n, err)
	}
	w.ends()
}
