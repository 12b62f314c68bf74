package svlogd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// small mounts a file system of few bytes at log in a new directory, and
// returns that.
func small(t *testing.T, config string) string {
	t.Helper()
	need.Root(t)
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	must(t, os.Mkdir(log, 0o755))
	must(t, unix.Mount("none", log, "tmpfs", 0, "size=80k"))
	t.Cleanup(func() { _ = unix.Unmount(log, unix.MNT_DETACH) }) // best effort: nothing lives there
	tree{"log/config": config}.plant(t, dir)
	return dir
}

const noRoom = "svlogd: pausing: unable to write to current: log: out of disk space\n"

// TestFullDisk: both pause with the same words, and lose nothing when there is
// room again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	text := numbered(0, 1000)
	for _, program := range []string{need.Peer(t, "svlogd"), ours(t)} {
		dir := small(t, "s20000\nn100\n")
		log := filepath.Join(dir, "log")
		l := start(t, dir, program, "log")
		l.say(t, text[:2500])
		ballast := filepath.Join(log, "ballast")
		fill(t, ballast)
		_, err := l.in.WriteString(text[2500:])
		must(t, err)
		l.hears(t, noRoom)
		must(t, os.Remove(ballast))
		must(t, l.in.Close())
		l.ends(t)
		if got := content(t, log); got != text {
			t.Errorf("%s: got %d bytes; want %d", program, len(got), len(text))
		}
	}
}

func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	for page := make([]byte, 4096); err == nil; {
		_, err = f.Write(page)
	}
}

// TestProcessorWhenFull: while svlogd waits for room, no processor loses its files.
// One that ends has ended, also for the rotation that waits for it.
func TestProcessorWhenFull(t *testing.T) {
	t.Parallel()
	dir := small(t, "s20000\nn100\nN0\n!read go <../gate; cat\n")
	gate, ballast := filepath.Join(dir, "gate"), filepath.Join(dir, "log", "ballast")
	must(t, unix.Mkfifo(gate, 0o600))
	l := start(t, dir, ours(t), "-v", "log")
	text := numbered(0, 1500)
	l.say(t, text[:30000]) // so that the piece that finds no room needs a rotation
	l.hears(t, "svlogd: info: processing: log/@")
	fill(t, ballast)
	_, err := l.in.WriteString(text[30000:])
	must(t, err)
	l.hears(t, noRoom)
	must(t, os.WriteFile(gate, []byte("go\n"), 0))
	l.hears(t, "sigchild received.")
	must(t, os.Remove(gate))
	must(t, os.WriteFile(gate, []byte("go\n"), 0o600)) // the next ones need not wait
	must(t, os.Remove(ballast))
	must(t, l.in.Close())
	if got := l.ends(t); !strings.HasPrefix(got, "exit code 0\n") {
		t.Errorf("got %s; want an end in order", got)
	}
	if got := content(t, filepath.Join(dir, "log")); got != text {
		t.Errorf("got %d bytes; want %d", len(got), len(text))
	}
}

// TestKilledWhenFull: one that is killed while it waits for room has left in
// the pipe what it has not written.
func TestKilledWhenFull(t *testing.T) {
	t.Parallel()
	text := numbered(0, 1000)
	dir := small(t, "s20000\nn100\n")
	log := filepath.Join(dir, "log")
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	l := startOn(t, r, w, dir, ours(t), "log")
	l.say(t, text[:2500])
	ballast := filepath.Join(log, "ballast")
	fill(t, ballast)
	_, err = w.WriteString(text[2500:])
	must(t, err)
	l.hears(t, noRoom)
	must(t, l.Process.Kill())
	<-l.gone
	must(t, os.Remove(ballast))
	must(t, w.Close())
	startOn(t, r, w, dir, ours(t), "log").ends(t)
	if got := content(t, log); got != text {
		t.Errorf("got %d bytes; want %d", len(got), len(text))
	}
}

// TestSacrifice: with N, old files go for room, and the end of the input stays.
func TestSacrifice(t *testing.T) {
	t.Parallel()
	text := numbered(0, 5000)
	for _, program := range []string{need.Peer(t, "svlogd"), ours(t)} {
		dir := small(t, "s8000\nn100\nN2\n")
		got := runs(t, dir, text, program, "log")
		if want := "exit code 0\nsaid:\nsvlogd: warning: out of disk space, delete: log/TIME.s\n"; !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %.300s; want %s", program, got, want)
		}
		rest := content(t, filepath.Join(dir, "log"))
		if !strings.HasSuffix(text, rest) || len(rest) < 16000 {
			t.Errorf("%s: got %d bytes that are not the end of the input", program, len(rest))
		}
	}
}
