package tests

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// TestDaemonsReady: real daemons are ready when they work, and not before, as
// supervise finds out: nginx by HTTP, Redis by TCP, PostgreSQL by its pg_isready.
func TestDaemonsReady(t *testing.T) {
	t.Parallel()
	need.Root(t)
	for _, name := range []string{"nginx", "redis", "postgresql"} {
		needPeer(t, name)
	}
	w := plant(t)
	w.must(os.Remove(w.scan)) // layOut makes it
	daemons := layOut(t, w.dir, w.scan)
	for _, d := range daemons {
		conf, _ := os.ReadFile(filepath.Join(w.scan, d.name, "conf")) // then there is no port
		_, port, _ := strings.Cut(string(conf), "PORT=")
		port, _, _ = strings.Cut(port, " ")
		switch d.name { // their own check would come first
		case "nginx":
			w.must(os.Remove(filepath.Join(w.scan, "nginx/check")))
			w.put("nginx/set/check/http", "http://127.0.0.1:"+port+"/index.html 200\n")
		case "redis":
			w.must(os.Remove(filepath.Join(w.scan, "redis/check")))
			w.put("redis/set/check/tcp", "localhost:"+port+"\n")
		default:
			w.must(os.MkdirAll(filepath.Join(w.scan, d.name, "set/check"), 0o755))
		}
		w.put(d.name+"/set/check/timeout", "20s\n") // the machine is busy
	}
	w.serve()
	for _, d := range daemons {
		r := w.reaches(d.name, status.Up)
		if !r.Ready {
			t.Errorf("%s is up, and not ready", d.name)
		}
		if err := d.use(); err != nil {
			t.Errorf("%s is ready, and does not work: %v", d.name, err)
		}
	}
	w.ends()
}
