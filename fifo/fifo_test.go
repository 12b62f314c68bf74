package fifo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestMake(t *testing.T) {
	dir, path := directory(t)
	old := unix.Umask(0o077)
	err := Make(dir, "ok", 0o622)
	unix.Umask(old)
	must(t, err)
	expectMode(t, filepath.Join(path, "ok"), fs.ModeNamedPipe|0o622)

	// One that was widened stays so.
	must(t, os.Chmod(filepath.Join(path, "ok"), 0o666))
	must(t, Make(dir, "ok", 0o600))
	expectMode(t, filepath.Join(path, "ok"), fs.ModeNamedPipe|0o666)

	// What else has the name shows when it is opened, and stays as it is.
	touch(t, path, "control")
	must(t, Make(dir, "control", 0o622))
	expectMode(t, filepath.Join(path, "control"), 0o600)
	expect(t, "Make without a directory", Make(dir, "missing/ok", 0o600), unix.ENOENT)
}

func expectMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	must(t, err)
	if info.Mode() != want {
		t.Errorf("%s has mode %v; want %v", filepath.Base(path), info.Mode(), want)
	}
}

func TestOpen(t *testing.T) {
	dir, path := directory(t)
	touch(t, path, "file")
	must(t, os.Mkdir(filepath.Join(path, "dir"), 0o700))
	must(t, Make(dir, "fifo", 0o600))
	must(t, os.Symlink("fifo", filepath.Join(path, "link")))
	for _, c := range []struct {
		name  string
		flags int
		want  error
	}{
		{"fifo", unix.O_RDONLY, nil},
		{"fifo", unix.O_RDWR, nil},
		{"fifo", unix.O_WRONLY, unix.ENXIO},
		{"link", unix.O_RDONLY, nil},
		{"link", unix.O_RDONLY | unix.O_NOFOLLOW, unix.ELOOP},
		{"file", unix.O_RDONLY, ErrNotFIFO},
		{"file", unix.O_WRONLY, ErrNotFIFO},
		{"dir", unix.O_RDONLY, ErrNotFIFO},
		{"missing", unix.O_RDONLY, unix.ENOENT},
	} {
		fd, err := Open(dir, c.name, c.flags)
		expect(t, "Open "+c.name, err, c.want)
		if err == nil {
			flags, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
			own, _ := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
			if flags&unix.O_NONBLOCK == 0 || own&unix.FD_CLOEXEC == 0 {
				t.Errorf("%s: flags %#x, %#x; want non-blocking and close-on-exec", c.name, flags, own)
			}
			must(t, unix.Close(fd))
		} else if fd != -1 {
			t.Errorf("%s: got descriptor %d with an error; want -1", c.name, fd)
		}
	}
}

func TestSend(t *testing.T) {
	dir, path := directory(t)
	expect(t, "missing", Send(dir, "control", []byte("u"), 0), unix.ENOENT)
	must(t, Make(dir, "control", 0o600))
	expect(t, "nobody reads", Send(dir, "control", []byte("u"), 0), ErrNotRunning)
	touch(t, path, "file")
	expect(t, "a file", Send(dir, "file", []byte("u"), 0), ErrNotFIFO)
	if text, err := os.ReadFile(filepath.Join(path, "file")); err != nil || len(text) != 0 {
		t.Errorf("the file has %q, %v; want nothing", text, err)
	}

	for _, open := range []func(int, string) (Control, error){OpenControl, OpenControlAsOne} {
		c, err := open(dir, "control")
		must(t, err)
		must(t, Send(dir, "control", []byte("du"), 0))
		var buf [64]byte
		if n, err := c.Read(buf[:]); err != nil || string(buf[:n]) != "du" {
			t.Errorf("got %q, %v; want du", buf[:n], err)
		}
		if n, err := c.Read(buf[:]); err != nil || n != 0 {
			t.Errorf("empty: got %d, %v; want 0 and no error", n, err)
		}
		c.Close()
		expect(t, "closed", Send(dir, "control", []byte("u"), 0), ErrNotRunning)
	}
}

func TestSendToFull(t *testing.T) {
	dir, _ := directory(t)
	fd := reader(t, dir, "control")
	Shrink(fd)
	w, err := Open(dir, "control", unix.O_WRONLY)
	must(t, err)
	closeLater(t, w)
	if got := fill(t, w); got != 4096 {
		t.Errorf("a shrunk FIFO takes %d bytes; want 4096", got)
	}
	expect(t, "no room, no time", Send(dir, "control", []byte("u"), 0), unix.EAGAIN)
	const limit = 30 * time.Millisecond
	begun := time.Now()
	expect(t, "no room", Send(dir, "control", []byte("u"), limit), unix.EAGAIN)
	if took := time.Since(begun); took < limit || took > patience {
		t.Errorf("gave up after %v; want %v", took, limit)
	}

	// Who waits gets through as soon as there is room.
	sent := make(chan error, 1)
	go func() { sent <- Send(dir, "control", []byte("x"), patience) }()
	got := drain(t, fd)
	must(t, <-sent)
	got += drain(t, fd)
	if strings.Trim(got, "\x00") != "x" {
		t.Errorf("got letters %q; want x alone, none that was given up", strings.Trim(got, "\x00"))
	}
}

func TestAlive(t *testing.T) {
	dir, path := directory(t)
	expect(t, "missing", Alive(dir, "ok"), unix.ENOENT)
	must(t, Make(dir, "ok", 0o622))
	expect(t, "nobody there", Alive(dir, "ok"), ErrNotRunning)
	fd := reader(t, dir, "ok")
	expect(t, "somebody there", Alive(dir, "ok"), nil)
	must(t, unix.Close(fd))
	expect(t, "gone", Alive(dir, "ok"), ErrNotRunning)
	touch(t, path, "file")
	expect(t, "a file", Alive(dir, "file"), ErrNotFIFO)
}

func TestControl(t *testing.T) {
	dir, path := directory(t)
	touch(t, path, "file")
	_, err := OpenControl(dir, "file")
	expect(t, "OpenControl of a file", err, ErrNotFIFO)

	c, err := OpenControl(dir, "control")
	must(t, err)
	expectMode(t, filepath.Join(path, "control"), fs.ModeNamedPipe|0o600)
	// A client that comes and goes is not the end.
	must(t, Send(dir, "control", []byte("t"), 0))
	var buf [4]byte
	for _, want := range []int{1, 0, 0} {
		if n, err := c.Read(buf[:]); n != want || err != nil {
			t.Errorf("Read gives %d, %v; want %d", n, err, want)
		}
	}
	c.Close()
	expect(t, "closed", Alive(dir, "control"), ErrNotRunning)
}

func TestPending(t *testing.T) {
	dir, _ := directory(t)
	fd := reader(t, dir, "log")
	w, err := Open(dir, "log", unix.O_WRONLY)
	must(t, err)
	closeLater(t, w)
	for _, line := range []string{"", "a line\n"} {
		_, err := unix.Write(w, []byte(line))
		must(t, err)
		if n, err := Pending(fd); n != len(line) || err != nil {
			t.Errorf("got %d, %v pending; want %d", n, err, len(line))
		}
	}
}

func TestRetry(t *testing.T) {
	calls := 0
	n, err := Retry(func() (int, error) {
		if calls++; calls < 4 {
			return -1, unix.EINTR
		}
		return 7, nil
	})
	if n != 7 || err != nil || calls != 4 {
		t.Errorf("got %d, %v after %d calls; want 7 after 4", n, err, calls)
	}
	var path *fs.PathError
	if err := wrap("open", "ok", unix.ENXIO); !errors.As(err, &path) || path.Path != "ok" {
		t.Errorf("got %v; want a PathError for ok", err)
	}
}
