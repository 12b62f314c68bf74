package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// TestDevenv serves examples/from-devenv: what is ready by its check, a oneshot after
// that, and after this a service with a port of its own, which is started again when
// what it watches has changed; and they end in order.
func TestDevenv(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.must(os.RemoveAll(w.scan))
	mustRun(t, "cp", "-a", "../examples/from-devenv/service", w.scan)
	w.serve()
	w.reaches("web", status.Up)
	for _, name := range []string{"db", "migrate"} {
		if r := w.reaches(name, status.Up); !r.Ready {
			t.Errorf("%s is up and not ready: %+v", name, r)
		}
	}
	data, err := os.ReadFile(filepath.Join(w.scan, "db/data"))
	if err != nil || string(data) != "create table pages\n" {
		t.Errorf("got %q, %v; want that migrate was done once", data, err)
	}
	served := func(page string) func() bool {
		return func() bool {
			text, _ := os.ReadFile(filepath.Join(w.scan, "web/served")) // it is there in a moment
			return strings.HasPrefix(string(text), "serving "+page+" at port 1")
		}
	}
	w.inTime("web serves", served("page one"))
	w.inTime("src is watched", func() bool { return w.record("web").Watched })
	w.must(os.WriteFile(filepath.Join(w.scan, "web/src/page.txt"), []byte("page two\n"), 0o644))
	w.inTime("web serves what has changed", served("page two"))
	w.ends()
}
