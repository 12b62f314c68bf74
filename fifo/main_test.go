package fifo

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a test waits for what should come at once.
const patience = time.Minute

// directory is an open directory of this test, and its path.
func directory(t *testing.T) (int, string) {
	t.Helper()
	path := t.TempDir()
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	closeLater(t, fd)
	return fd, path
}

func closeLater(t *testing.T, fd int) {
	t.Cleanup(func() { _ = unix.Close(fd) }) // the test may have closed it
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got %v; want %v", what, got, want)
	}
}

// reader opens the FIFO name for reading, and makes it if need be.
func reader(t *testing.T, dir int, name string) int {
	t.Helper()
	must(t, Make(dir, name, 0o600))
	fd, err := Open(dir, name, unix.O_RDONLY)
	must(t, err)
	closeLater(t, fd)
	return fd
}

// drain reads what waits in fd.
func drain(t *testing.T, fd int) string {
	t.Helper()
	var all []byte
	for buf := make([]byte, 1<<16); ; {
		n, err := unix.Read(fd, buf)
		if n <= 0 || err != nil {
			return string(all)
		}
		all = append(all, buf[:n]...)
	}
}

// fill writes to fd until it would block, and says how much that took.
func fill(t *testing.T, fd int) int {
	t.Helper()
	total := 0
	for _, size := range []int{4096, 1} {
		for buf := make([]byte, size); ; {
			n, err := unix.Write(fd, buf)
			if err == unix.EAGAIN {
				break
			}
			must(t, err)
			total += n
		}
	}
	return total
}

func touch(t *testing.T, dir, name string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
}
