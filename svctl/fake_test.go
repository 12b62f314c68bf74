package svctl

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

// makeService makes a service directory as a supervisor of ours leaves it that
// is there: somebody reads supervise/ok.
func makeService(t *testing.T, dir string, r status.Record) {
	t.Helper()
	state := filepath.Join(dir, "supervise")
	if err := os.MkdirAll(state, 0o755); err != nil {
		t.Fatal(err)
	}
	openOK(t, filepath.Join(state, "ok"))
	writeStatus(t, dir, r)
}

// openOK makes the FIFO ok where there is none, and reads it from now on.
func openOK(t *testing.T, ok string) {
	t.Helper()
	if err := unix.Mkfifo(ok, 0o622); err != nil && err != unix.EEXIST {
		t.Fatal(err)
	}
	fd, err := unix.Open(ok, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) }) // a FIFO has nothing to flush
}

// leaveFIFO makes a FIFO that nobody reads.
func leaveFIFO(t *testing.T, path string) {
	t.Helper()
	mkdir(t, filepath.Dir(path))
	if err := unix.Mkfifo(path, 0o622); err != nil {
		t.Fatal(err)
	}
}

func writeStatus(t *testing.T, dir string, r status.Record) {
	t.Helper()
	packed := status.Pack(&r)
	write(t, filepath.Join(dir, "supervise/status"), string(packed[:]))
	write(t, filepath.Join(dir, "supervise/status.env"), string(status.AppendEnv(nil, &r)))
}

// write replaces a file by rename, as supervisors do.
func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+".new", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, paths ...string) {
	t.Helper()
	for _, p := range paths {
		if err := os.MkdirAll(p, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// soon is the deadline of what has to happen at once, also on a busy machine.
func soon() time.Time { return time.Now().Add(time.Minute) }
