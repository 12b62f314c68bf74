package inotify

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The child has the inotify and the end of a pipe, nothing else, until it is
// the last that has the inotify.
func TestOutlive(t *testing.T) {
	in, err := New()
	if err != nil {
		t.Fatal(err)
	}
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	child := outlive(in.FD(), pipe[0], pipe[1])
	if child == 0 {
		t.Fatal("no child")
	}
	own := filepath.Join("/proc", strconv.Itoa(child), "fd")
	limit := time.Now().Add(10 * time.Second)
	for held := ""; held != "anon_inode:inotify pipe"; { // nothing tells when it has closed the rest
		if held = holds(own); time.Now().After(limit) {
			t.Fatalf("the child has %s", held)
		}
	}
	if pid, err := unix.Wait4(child, nil, unix.WNOHANG|unix.WCLONE, nil); pid != 0 || err != nil {
		t.Fatalf("the child did not wait: %d, %v", pid, err)
	}
	for _, fd := range []int{in.FD(), pipe[0], pipe[1]} {
		if err := unix.Close(fd); err != nil {
			t.Fatal(err)
		}
	}
	var how unix.WaitStatus
	if _, err := unix.Wait4(child, &how, unix.WCLONE, nil); err != nil || !how.Exited() || how.ExitStatus() != 0 {
		t.Fatalf("the child ended with %#x, %v", how, err)
	}
}

// holds are the kinds of what a process has open, in the order of descriptors.
func holds(dir string) string {
	var kinds []string
	entries, _ := os.ReadDir(dir) // of one that has ended there is nothing
	for _, e := range entries {
		to, _ := os.Readlink(filepath.Join(dir, e.Name())) // closed meanwhile
		kind, _, _ := strings.Cut(to, ":[")
		kinds = append(kinds, kind)
	}
	return strings.Join(kinds, " ")
}

// What happens in a directory is told, and after Close nothing is open.
func TestInstance(t *testing.T) {
	in, err := New()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	wd, err := in.Add(dir, unix.IN_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"web", "db"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var names []string
	err = in.Wait(time.Now().Add(10*time.Second), func(from int, mask uint32, name string) {
		if from != wd || mask != unix.IN_CREATE {
			t.Errorf("event %#x of %d, want %#x of %d", mask, from, unix.IN_CREATE, wd)
		}
		names = append(names, name)
	})
	if got := strings.Join(names, " "); got != "web db" || err != nil {
		t.Errorf("told of %q, %v", got, err)
	}
	if err := in.Wait(time.Now(), func(int, uint32, string) { t.Error("an event again") }); err != nil {
		t.Error(err)
	}
	in.Close()
	if _, err := unix.FcntlInt(uintptr(in.FD()), unix.F_GETFD, 0); err != unix.EBADF {
		t.Errorf("open after Close: %v", err)
	}
}
