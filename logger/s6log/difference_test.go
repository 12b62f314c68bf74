package s6log

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestDifferences: where we are not as s6-log, see svlog-s6(8).
func TestDifferences(t *testing.T) {
	t.Parallel()
	t.Run("last line", func(t *testing.T) {
		for _, c := range []struct{ input, want string }{{"a\nb", "a\nb\n"}, {"b", "b\n"}, {"a\n", "a\n"}, {"", ""}} {
			if got := runs(t, ours(t), c.input, "1"); got.out != c.want || got.code != 0 {
				t.Errorf("%q: got %+v; want %q", c.input, got, c.want)
			}
		}
	})
	t.Run("script before directories", func(t *testing.T) {
		got := runs(t, ours(t), "a\n", "./log", "nx")
		if strings.Contains(got.tree, "/log") || got.code != wrongCall {
			t.Errorf("got %+v; want no directory", got)
		}
	})
	t.Run("one directory twice", func(t *testing.T) {
		got := runs(t, ours(t), "a\n", "./log", "./log")
		if want := "s6-log: fatal: unable to lock ./log/lock: Device or resource busy\n"; got.err != want || got.code != system {
			t.Errorf("got %+v; want %q", got, want)
		}
	})
	t.Run("reference back", func(t *testing.T) {
		got := runs(t, ours(t), "a\n", "--", `+(a)\1`, "1")
		if want := "s6-log: fatal: unrecognized directive: +(a)\\1\n"; got.err != want || got.code != wrongCall {
			t.Errorf("got %+v; want %q", got, want)
		}
	})
	t.Run("expression too large", func(t *testing.T) {
		got := runs(t, ours(t), "a\n", "--", "+(a{9999}){9999}", "1")
		if want := "s6-log: fatal: unable to initialize script: Cannot allocate memory\n"; got.err != want || got.code != system {
			t.Errorf("got %+v; want %q", got, want)
		}
	})
	t.Run("size", sizeHolds)
	t.Run("processor", processorsStay)
	t.Run("leftover", leftoversStay)
}

// sizeHolds: no file is larger than its size, whatever comes at once, unless a
// line is.
func sizeHolds(t *testing.T) {
	for _, tolerance := range []string{"l0", "l2000"} {
		dir := t.TempDir()
		r := start(t, dir, ours(t), "-l", "10000", "s5000", tolerance, "n10000", "./log")
		long := strings.Repeat("x", 7000) + "\n"
		input := numbered(0, 5000) + long + numbered(5000, 1000) + long + long
		_, err := r.in.WriteString(input)
		must(t, err)
		must(t, r.in.Close())
		if code := r.ends(t); code != 0 {
			t.Fatalf("exit code %d: %s", code, read(t, r.err))
		}
		all := contents(t, filepath.Join(dir, "log"))
		for _, text := range all {
			if len(text) > 5000 && text != long {
				t.Errorf("%s: a file has %d bytes; want at most 5000", tolerance, len(text))
			}
		}
		if strings.Join(all, "") != input {
			t.Errorf("%s: not what came", tolerance)
		}
	}
}

// processorsStay: ?CMD holds for all directories behind it, and the processor of
// a single directory can write its state.
func processorsStay(t *testing.T) {
	dir := t.TempDir()
	r := start(t, dir, ours(t), "s4096", "l0", "?cat; echo kept >&5", "./log", "./other")
	_, err := r.in.WriteString(numbered(0, 300))
	must(t, err)
	must(t, r.in.Close())
	if code := r.ends(t); code != 0 {
		t.Fatalf("exit code %d: %s", code, read(t, r.err))
	}
	for _, name := range []string{"log", "other"} {
		if got := read(t, filepath.Join(dir, name, "state")); got != "kept\n" {
			t.Errorf("state of %s: got %q; want kept", name, got)
		}
		if got := strings.Join(contents(t, filepath.Join(dir, name)), ""); got != numbered(0, 300) {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

// leftoversStay: what a rotation has left is kept, whatever current is.
func leftoversStay(t *testing.T) {
	for _, c := range []struct {
		current, previous, processed os.FileMode
		want                         string
	}{
		{0o744, 0o744, 0, "previous|current more"},
		{0o744, 0o644, 0o644, "previous|current more"},
		{0o744, 0o744, 0o744, "processed|current more"},
		{0o644, 0o744, 0, "previous|current|more"},
		{0o644, 0o744, 0o644, "previous|current|more"},
	} {
		dir := t.TempDir()
		for name, mode := range map[string]os.FileMode{"current": c.current, "previous": c.previous, "processed": c.processed} {
			if mode != 0 {
				write(t, filepath.Join(dir, "log", name), name+"\n", mode)
			}
		}
		r := start(t, dir, ours(t), "./log")
		r.say(t, "more\n")
		must(t, r.in.Close())
		if code := r.ends(t); code != 0 {
			t.Fatalf("%+v: exit code %d: %s", c, code, read(t, r.err))
		}
		got := strings.Join(contents(t, filepath.Join(dir, "log")), "|")
		if got = strings.NewReplacer("\n|", "|", "\n", " ").Replace(got); got != c.want+" " {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

// TestMemoryIsBounded: while nobody reads standard output, nothing more is read
// than what is said.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	must(t, unix.Mkfifo(fifo, 0o600))
	out, err := os.OpenFile(fifo, os.O_RDWR, 0)
	must(t, err)
	defer out.Close()
	r := start(t, dir, "/bin/sh", "-c", `exec "$0" 1 >fifo`, ours(t))
	took := 0
	wrote := make(chan int, 1)
	go func() {
		n, _ := r.in.WriteString(numbered(0, 200000)) // which it cannot take
		wrote <- n
	}()
	eventually(t, "it has read what it takes", func() bool {
		was := took
		text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(r.Process.Pid), "io"))
		must(t, err)
		_, rest, _ := strings.Cut(string(text), "rchar: ")
		took, err = strconv.Atoi(strings.SplitN(rest, "\n", 2)[0])
		must(t, err)
		return took >= maxWaiting && took == was && asleep(t, r)
	})
	// What it has read of its own program and of /proc counts too.
	if most := maxWaiting + 4*chunkSize; took > most {
		t.Errorf("got %d bytes read; want at most %d", took, most)
	}
	must(t, r.Process.Kill())
	<-r.gone
	if n := <-wrote; n > maxWaiting+4*chunkSize {
		t.Errorf("got %d bytes taken; want at most %d", n, maxWaiting+4*chunkSize)
	}
}
