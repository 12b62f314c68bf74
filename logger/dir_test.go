package logger

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
)

// TestLockedDirectory: one that is tried again and again takes a descriptor only
// when it is ours.
func TestLockedDirectory(t *testing.T) {
	dir := t.TempDir()
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	lock, err := fifo.Lock(fd, logdir.Lock)
	must(t, err)
	defer unix.Close(lock)
	must(t, unix.Close(fd))
	if _, err := openDirectory(unix.AT_FDCWD, dir, bounds{}, 0o755); err == nil {
		t.Fatal("it was opened; want that it is locked")
	}
	entries, err := os.ReadDir("/proc/self/fd")
	must(t, err)
	for _, e := range entries {
		if is, _ := os.Readlink("/proc/self/fd/" + e.Name()); is == dir {
			t.Errorf("descriptor %s is open", e.Name())
		}
	}
}
