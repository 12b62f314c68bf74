package background

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestParsePID(t *testing.T) {
	for text, want := range map[string]int{
		"12": 12, "12\n": 12, " 12\r\n": 12, "12\n/var/lib/data\n5432\n": 12, "2147483647": 2147483647,
		"": 0, "\n12": 0, "-1": 0, "+1": 0, "0": 0, "12 13": 0, "2147483648": 0, "x": 0, "0x1": 0,
	} {
		if got := parsePID(text); got != want {
			t.Errorf("%q: got %d; want %d", text, got, want)
		}
	}
}

func TestPIDFile(t *testing.T) {
	t.Chdir(t.TempDir())
	must(t, os.WriteFile("x.pid", []byte("12\n"), 0o644))
	f, err := openPIDFile("x.pid")
	must(t, err)
	expect := func(want int, why string) {
		t.Helper()
		if got, gotWhy := f.read(); got != want || gotWhy != why {
			t.Errorf("got %d, %q; want %d, %q", got, gotWhy, want, why)
		}
	}
	expect(0, "x.pid is from before the start")
	must(t, os.WriteFile("new", []byte("12\n"), 0o644))
	must(t, os.Rename("new", "x.pid"))
	expect(12, "")
	if got := f.complaint(); got != "x.pid names 12, which is no process that the program left" {
		t.Errorf("got complaint %q", got)
	}
	must(t, os.WriteFile("x.pid", nil, 0o644))
	expect(0, "x.pid has no pid")
	must(t, os.Remove("x.pid"))
	expect(0, "x.pid does not exist")
	must(t, os.Mkdir("x.pid", 0o755))
	expect(0, "x.pid is not a regular file")
}

// What comes is heard of, however much of its path is not there yet.
func TestWatch(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, root := range []string{"", t.TempDir()} {
		f, err := openPIDFile(filepath.Join(root, "a/b/x.pid"))
		must(t, err)
		for _, dir := range []string{"a", "a/b"} {
			must(t, f.watch())
			must(t, os.Mkdir(filepath.Join(root, dir), 0o755))
			f.hears(t, dir)
		}
		must(t, f.watch())
		must(t, os.WriteFile(f.path, []byte("1"), 0o644))
		f.hears(t, "x.pid")
		must(t, os.WriteFile(f.path, []byte("12"), 0o644))
		f.hears(t, "x.pid again")
		must(t, os.RemoveAll(filepath.Join(root, "a")))
		f.hears(t, "removal")
		must(t, f.watch())
		must(t, os.MkdirAll(filepath.Join(root, "a/b"), 0o755))
		f.hears(t, "both directories")
	}
	f, err := openPIDFile("file/x.pid")
	must(t, err)
	must(t, os.WriteFile("file", nil, 0o644))
	if err := f.watch(); err != unix.ENOTDIR {
		t.Errorf("got %v; want not a directory", err)
	}
}

func (f *pidFile) hears(t *testing.T, what string) {
	t.Helper()
	const patience = 30000 // ms
	set := []unix.PollFd{{Fd: int32(f.notes), Events: unix.POLLIN}}
	if n, err := unix.Poll(set, patience); n != 1 {
		t.Fatalf("%s: nothing heard: %v", what, err)
	}
	f.drain()
}

// Who is below us is held; who is not, never.
func TestHold(t *testing.T) {
	if fd := hold(os.Getppid()); fd >= 0 {
		t.Error("our parent is held")
	}
	if fd := hold(os.Getpid()); fd >= 0 {
		t.Error("we hold ourselves")
	}
	said, out, err := os.Pipe()
	must(t, err)
	in, end, err := os.Pipe()
	must(t, err)
	p, err := os.StartProcess("/bin/sh", []string{"sh", "-c", "sh -c 'echo $$; read word'; exit"}, &os.ProcAttr{Files: []*os.File{in, out, os.Stderr}})
	must(t, err)
	defer func() {
		_ = end.Close() // nothing was written: they read to the end, and end
		_, _ = p.Wait()
	}()
	buf := make([]byte, 64)
	n, err := said.Read(buf)
	must(t, err)
	for _, pid := range []int{p.Pid, parsePID(string(buf[:n]))} {
		fd := hold(pid)
		if fd < 0 {
			t.Errorf("%d is not held", pid)
			continue
		}
		must(t, unix.Close(fd))
	}
}
