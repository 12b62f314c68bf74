package s6log

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// small mounts a file system of few bytes, or few files, at log in a new
// directory, and returns that.
func small(t *testing.T, options string) string {
	t.Helper()
	need.Root(t)
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	must(t, os.Mkdir(log, 0o700))
	must(t, unix.Mount("none", log, "tmpfs", 0, options+",mode=700"))
	t.Cleanup(func() { _ = unix.Unmount(log, unix.MNT_DETACH) }) // best effort: nothing lives there
	return dir
}

// fill leaves no byte of a file system.
func fill(t *testing.T, ballast string) {
	t.Helper()
	f, err := os.Create(ballast)
	must(t, err)
	defer f.Close()
	for page := make([]byte, 4096); err == nil; {
		_, err = f.Write(page)
	}
}

const noRoom = "s6-log: warning: unable to write to ./log/current: No space left on device\n"

// hears waits until it has said so.
func (r *running) hears(t *testing.T, text string) {
	t.Helper()
	eventually(t, text, func() bool { return strings.Contains(read(t, r.err), text) })
}

// once is what was said, each line once: how often a thing is tried is chance.
func once(text string) string {
	var said []string
	for line := range strings.Lines(same(text)) {
		if !slices.Contains(said, line) {
			said = append(said, line)
		}
	}
	return strings.Join(said, "")
}

// fills has a logger write the beginning of text, and then takes all room and has the
// rest come; free gives the room back.
func (r *running) fills(t *testing.T, log, text string) (free func()) {
	t.Helper()
	r.say(t, text[:2500])
	eventually(t, "they are written", func() bool { return len(strings.Join(contents(t, log), "")) > 2400 })
	ballast := filepath.Join(log, "ballast")
	fill(t, ballast)
	_, err := r.in.WriteString(text[2500:])
	must(t, err)
	return func() { must(t, os.Remove(ballast)) }
}

// TestFullDisk: both say the same, go on when there is room again, and have lost
// nothing.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	text := numbered(0, 1200)
	for _, options := range []string{"-l0", "-b", "-q", "-p"} {
		var got [2]did
		for i, program := range both(t) {
			dir := small(t, "size=80k")
			log := filepath.Join(dir, "log")
			r := start(t, dir, program, options, "--", "r50", "s20000", "n100", "1", "./log")
			free := r.fills(t, log, text)
			if options != "-q" {
				r.hears(t, noRoom)
			}
			free()
			must(t, r.in.Close())
			got[i] = did{code: r.ends(t), out: read(t, r.out), err: once(read(t, r.err)), tree: strings.Join(contents(t, log), "")}
			if got[i].tree != text {
				t.Errorf("%s: got %d bytes; want %d", program, len(got[i].tree), len(text))
			}
		}
		compare(t, options, got)
	}
}

// TestEndsWhenFull: one that TERM finds without room ends when it has written what
// it has read. The rest is in the pipe.
func TestEndsWhenFull(t *testing.T) {
	t.Parallel()
	text := numbered(0, 1000)
	for _, options := range []string{"-v", "-b"} {
		var got [2]did
		for i, program := range both(t) {
			dir := small(t, "size=80k")
			log := filepath.Join(dir, "log")
			in, w, err := os.Pipe()
			must(t, err)
			defer in.Close()
			r := launch(t, dir, in, w, program, options, "r50", "s20000", "n100", "./log")
			free := r.fills(t, log, text)
			r.hears(t, noRoom)
			must(t, r.Process.Signal(syscall.SIGTERM))
			free()
			got[i] = did{code: r.ends(t), err: once(read(t, r.err))}
			must(t, w.Close())
			must(t, unix.SetNonblock(int(in.Fd()), false))
			rest, err := io.ReadAll(in)
			must(t, err)
			if all := strings.Join(contents(t, log), "") + string(rest); all != text {
				t.Errorf("%s: got %d bytes, %d of them in the pipe; want %d", program, len(all), len(rest), len(text))
			}
		}
		compare(t, options, got)
	}
}

// TestKilledWhenFull: one that is killed without room leaves what it has not read;
// what it has is lost, and nothing is there twice.
func TestKilledWhenFull(t *testing.T) {
	t.Parallel()
	text := numbered(0, 1000)
	for _, program := range both(t) {
		dir := small(t, "size=80k")
		log := filepath.Join(dir, "log")
		in, w, err := os.Pipe()
		must(t, err)
		defer in.Close()
		script := []string{program, "-b", "r50", "s20000", "n100", "./log"}
		r := launch(t, dir, in, w, script...)
		free := r.fills(t, log, text)
		r.hears(t, noRoom)
		must(t, r.Process.Kill())
		<-r.gone
		free()
		must(t, w.Close())
		if code := launch(t, dir, in, w, script...).ends(t); code != 0 {
			t.Errorf("%s: exit code %d", program, code)
		}
		all := strings.Join(contents(t, log), "")
		same := 0
		for same < len(all) && all[same] == text[same] {
			same++
		}
		if lost := len(text) - len(all); !strings.HasSuffix(text, all[same:]) || lost < 0 || lost > chunkSize {
			t.Errorf("%s: got %d bytes of %d; want the beginning and the end", program, len(all), len(text))
		}
	}
}

// TestNoFiles: each step of a rotation that needs a new file waits for one, with the
// same words.
func TestNoFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		processor string
		missing   []string
	}{
		{"?", []string{"open_append ./log/current", "finish previous .s to logdir ./log"}},
		{"?cat", []string{"open_append ./log/current", "open_trunc ./log/processed", "open_trunc ./log/newstate"}},
	} {
		var got [2]did
		for i, program := range both(t) {
			dir := small(t, "nr_inodes=20")
			log := filepath.Join(dir, "log")
			r := start(t, dir, program, "r50", c.processor, "./other", "./log")
			r.say(t, "a\n")
			eventually(t, "it is written", func() bool { return read(t, filepath.Join(log, "current")) == "a\n" })
			occupied := occupy(t, log)
			must(t, r.Process.Signal(syscall.SIGALRM))
			for k, what := range c.missing {
				r.hears(t, "unable to "+what+": No space left on device\n")
				must(t, os.Remove(occupied[k]))
			}
			eventually(t, "it is rotated", func() bool { return rotated(t, log) })
			r.say(t, "b\n")
			must(t, r.in.Close())
			got[i] = did{code: r.ends(t), err: once(read(t, r.err)), tree: tree(t, dir)}
		}
		compare(t, c.processor, got)
	}
}

// rotated says that there is an archive, and that no rotation goes on.
func rotated(t *testing.T, log string) bool {
	t.Helper()
	names := files(t, log)
	return strings.HasPrefix(names, "@") && !strings.Contains(names, "previous") && !strings.Contains(names, "processed")
}

// occupy makes files until there can be no more.
func occupy(t *testing.T, dir string) (names []string) {
	t.Helper()
	for {
		name := filepath.Join(dir, fmt.Sprintf("occupied%d", len(names)))
		f, err := os.Create(name)
		if err != nil {
			return names
		}
		must(t, f.Close())
		names = append(names, name)
	}
}

// TestBeginsWhenFull: where there is no room for a file as it begins, it ends, with
// the same words.
func TestBeginsWhenFull(t *testing.T) {
	t.Parallel()
	for _, had := range []os.FileMode{0, 0o644, 0o744} {
		for free := range 5 {
			var got [2]did
			for i, program := range both(t) {
				dir := small(t, "nr_inodes=20")
				log := filepath.Join(dir, "log")
				if had != 0 {
					write(t, filepath.Join(log, "current"), "had\n", had)
				}
				files := occupy(t, log)
				for _, name := range files[:free] {
					must(t, os.Remove(name))
				}
				r := start(t, dir, program, "./log")
				_, _ = r.in.WriteString("a\n") // it may have ended
				must(t, r.in.Close())
				got[i] = did{code: r.ends(t), err: read(t, r.err), tree: tree(t, dir)}
			}
			compare(t, fmt.Sprintf("%v, %d files", had, free), got)
		}
	}
}

// TestProcessorWhenFull: a processor that finds no room fails until there is some.
func TestProcessorWhenFull(t *testing.T) {
	t.Parallel()
	var got [2]did
	for i, program := range both(t) {
		dir := small(t, "size=80k")
		log := filepath.Join(dir, "log")
		r := start(t, dir, program, "r50", "n100", "?cat", "./log")
		r.say(t, numbered(0, 1000))
		eventually(t, "they are written", func() bool { return strings.Join(contents(t, log), "") == numbered(0, 1000) })
		ballast := filepath.Join(log, "ballast")
		fill(t, ballast)
		must(t, r.Process.Signal(syscall.SIGALRM))
		r.hears(t, "s6-log: warning: processor failed in ./log\n")
		must(t, os.Remove(ballast))
		eventually(t, "it is processed", func() bool { return rotated(t, log) })
		must(t, r.in.Close())
		got[i] = did{code: r.ends(t), err: once(read(t, r.err)), tree: tree(t, dir)}
	}
	compare(t, "processor", got)
}

// TestStatusWhenFull: a status file for which there is no room stays what it was.
func TestStatusWhenFull(t *testing.T) {
	t.Parallel()
	var got [2]did
	for i, program := range both(t) {
		dir := small(t, "size=80k")
		log := filepath.Join(dir, "log")
		r := start(t, dir, program, "1", "=log/status")
		r.say(t, "a\n")
		eventually(t, "it is written", func() bool { return read(t, r.out) == "a\n" })
		ballast := filepath.Join(log, "ballast")
		fill(t, ballast)
		r.say(t, "b\n")
		r.hears(t, "s6-log: warning: unable to write status file log/status: No space left on device\n")
		got[i].out = tree(t, log)
		must(t, os.Remove(ballast))
		r.say(t, "c\n")
		must(t, r.in.Close())
		got[i].code, got[i].err, got[i].tree = r.ends(t), read(t, r.err), tree(t, dir)
	}
	compare(t, "status", got)
}
