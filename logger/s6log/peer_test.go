package s6log

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// TestTakeOver has both, and svlog under its own name, follow each other in one
// directory, each ended at random by the end of its input, by TERM, or by KILL
// once it has written what it took. Every line is there, once.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	s6 := both(t)
	words := map[string][]string{
		"ours":   {s6[0], "s4096", "n1000", "./log"},
		"theirs": {s6[1], "s4096", "n1000", "./log"},
		"svlog":  {need.Program(t, "svlog", "svlog"), "s4096", "n1000", "./log"},
	}
	for range 4 {
		dir := t.TempDir()
		next, story := 0, ""
		for range 12 {
			name := []string{"ours", "ours", "theirs", "svlog"}[rand.IntN(4)]
			if _, err := os.Stat(filepath.Join(dir, "log/previous")); err == nil && name == "theirs" {
				name = "ours" // s6-log does not start there, see TestDifferences
			}
			how := rand.IntN(3)
			story += fmt.Sprintf(" %s/%d", name, how)
			l := start(t, dir, words[name]...)
			n := 1 + rand.IntN(200)
			l.say(t, numbered(next, n))
			next += n
			last := strings.TrimSpace(numbered(next-1, 1))
			eventually(t, "the last line is written", func() bool {
				return strings.Contains(strings.Join(contents(t, filepath.Join(dir, "log")), ""), last)
			})
			switch how {
			case 0:
				must(t, l.in.Close())
			case 1:
				must(t, l.Process.Signal(syscall.SIGTERM))
			case 2:
				must(t, l.Process.Kill())
			}
			if code := l.ends(t); how != 2 && code != 0 {
				t.Errorf("%s: exit code %d: %s", story, code, read(t, l.err))
			}
		}
		if got := strings.Join(contents(t, filepath.Join(dir, "log")), ""); ordered(got, next) != "" {
			t.Errorf("%s: %s, in %s", story, ordered(got, next), files(t, filepath.Join(dir, "log")))
		}
	}
}

// ordered says what is wrong with n numbered lines: s6's names of archives are 27
// seconds ahead of svlog's, so files do not follow each other as they were made.
func ordered(text string, n int) string {
	for i := range n {
		if line := numbered(i, 1); strings.Count("\n"+text, "\n"+line) != 1 {
			return fmt.Sprintf("got %q %d times; want it once", line, strings.Count("\n"+text, "\n"+line))
		}
	}
	if lines := strings.Count(text, "\n"); lines != n {
		return fmt.Sprintf("got %d lines; want %d", lines, n)
	}
	return ""
}

// TestLeftover: both take over what another has left. What they do not, is in
// TestDifferences.
func TestLeftover(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		current, previous, processed os.FileMode // 0: not there
	}{
		{0, 0, 0}, {0o644, 0, 0}, {0o744, 0, 0}, {0o600, 0, 0}, {0, 0o644, 0}, {0, 0o744, 0},
		{0o644, 0o744, 0o744}, {0, 0o744, 0o744}, {0o644, 0, 0o744}, {0o644, 0, 0o644},
	} {
		var got [2]did
		for i, program := range both(t) {
			dir := t.TempDir()
			for name, mode := range map[string]os.FileMode{"current": c.current, "previous": c.previous, "processed": c.processed} {
				if mode != 0 {
					write(t, filepath.Join(dir, "log", name), name+"\n", mode)
				}
			}
			write(t, filepath.Join(dir, "log/state"), "state\n", 0o644)
			write(t, filepath.Join(dir, "log/newstate"), "newstate\n", 0o644)
			write(t, filepath.Join(dir, "log/unknown"), "unknown\n", 0o644)
			r := start(t, dir, program, "./log")
			_, _ = r.in.WriteString("more\n") // it may have ended
			must(t, r.in.Close())
			got[i] = did{code: r.ends(t), err: read(t, r.err), tree: tree(t, dir)}
		}
		compare(t, fmt.Sprintf("%+v", c), got)
	}
}

// TestLocked: a directory has one logger, whoever it is.
func TestLocked(t *testing.T) {
	t.Parallel()
	s6 := both(t)
	for _, first := range []string{s6[0], s6[1], need.Program(t, "svlog", "svlog")} {
		dir := t.TempDir()
		l := start(t, dir, first, "./log")
		eventually(t, "it has begun", func() bool { _, err := os.Stat(filepath.Join(dir, "log/current")); return err == nil })
		l.say(t, "a\n")
		for _, second := range s6 {
			r := start(t, dir, second, "./log")
			want := "s6-log: fatal: unable to lock ./log/lock: Device or resource busy\n"
			if code, said := r.ends(t), read(t, r.err); code != 111 || said != want {
				t.Errorf("%s after %s: got exit code %d, %q; want 111, %q", second, first, code, said, want)
			}
		}
	}
}

// TestSurroundings: umask, notification, files as input, a standard output that
// is closed, descriptors that are.
func TestSurroundings(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		`umask 077; printf 'a\nb\n' | "$S6LOG" t ./log =status`,
		`umask 002; printf 'a\nb\n' | "$S6LOG" t ./log =status`,
		`umask 077; printf 'a\nb\n' | "$S6LOG" ./log; umask 022; printf 'c\n' | "$S6LOG" s4096 ./log`,
		`printf 'a\nb\n' >in; "$S6LOG" 1 <in`,
		`"$S6LOG" 1 </dev/null`,
		`"$S6LOG" 1 ./log <&-`,
		`"$S6LOG" ./log </`,
		`{ printf 'a\n'; printf 'b\n'; } | "$S6LOG" ./log 1 >&-`,
		`printf 'a\nb\n' | "$S6LOG" 2 2>&-`,
		`printf 'a\n' | "$S6LOG" -d 7 1 7>ready`,
		`printf 'a\n' | "$S6LOG" -d7 ./log 7>ready; cat ready`,
		`printf 'a\n' | "$S6LOG" -d 7 zz 7>ready`,
		`printf 'a\n' | "$S6LOG" -d 3 1`,
		`printf 'a\n' | "$S6LOG" -d 4 1`,
		`printf 'a\n' | "$S6LOG" -d 7 1`,
		`printf 'a\n' | "$S6LOG" 1 >/dev/full`,
		`printf 'a\n' | "$S6LOG" -q 1 ./log >/dev/full`,
		`mkdir log; ln -s /dev/full log/current; printf 'a\n' | timeout 100 "$S6LOG" ./log`,
		`mkdir log; mkdir log/lock; printf 'a\n' | "$S6LOG" ./log`,
		`mkdir log; mkdir log/current; printf 'a\n' | "$S6LOG" ./log`,
		`mkdir -p log/newstate; printf 'a\n' | "$S6LOG" ./log`,
		`mkdir -p log/state; printf 'a\n' | "$S6LOG" ./log`,
		`mkdir -p log/previous; printf 'a\n' | "$S6LOG" ./log`,
		`mkdir -p log/processed; printf 'a\n' | "$S6LOG" ./log`,
		`mkdir -p log/processed; chmod 600 log/processed; printf 'a\n' | "$S6LOG" ./log`,
		`mkdir -p log; : >log/processed; mkdir log/previous; chmod 700 log/processed; printf 'a\n' | "$S6LOG" ./log`,
		`mkdir -p log/state log/newstate; : >log/current; chmod 700 log/current; printf 'a\n' | "$S6LOG" ./log`,
		`ln -s nowhere log; printf 'a\n' | "$S6LOG" ./log`,
		`printf 'a\n' | "$S6LOG" ./log/; printf 'b\n' | "$S6LOG" "$PWD/log"`,
		`printf 'a\n' | TZ=UTC "$S6LOG" T 1; printf 'a\n' | "$S6LOG" T 2`,
		`seq 100000 | "$S6LOG" 1`,
		`seq 100000 | "$S6LOG" -b 1 | cat`,
		`seq 30000 | "$S6LOG" 1 | head -n 10`,
	} {
		var got [2]did
		for i, program := range both(t) {
			dir := t.TempDir()
			r := launch(t, dir, nil, nil, "/usr/bin/env", "S6LOG="+program, "sh", "-c", line)
			got[i] = did{r.ends(t), same(read(t, r.out)), same(read(t, r.err)), tree(t, dir)}
		}
		compare(t, line, got)
	}
}

// TestClosedOutput: once nobody reads standard output, that is said, and the
// rest goes on.
func TestClosedOutput(t *testing.T) {
	t.Parallel()
	var got [2]did
	for i, program := range both(t) {
		dir := t.TempDir()
		fifo := filepath.Join(dir, "fifo")
		must(t, unix.Mkfifo(fifo, 0o600))
		out, err := os.OpenFile(fifo, os.O_RDWR, 0)
		must(t, err)
		l := start(t, dir, "/bin/sh", "-c", `exec "$0" 1 ./log >fifo`, program)
		eventually(t, "it has begun", func() bool { _, err := os.Stat(filepath.Join(dir, "log/current")); return err == nil })
		must(t, out.Close())
		eventually(t, "nobody reads it", func() bool { // what another test starts has it until it executes its program
			fd, err := unix.Open(fifo, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
			if err == nil {
				must(t, unix.Close(fd))
			}
			return err == unix.ENXIO
		})
		for _, text := range []string{"a\n", "b\n"} {
			l.say(t, text)
			eventually(t, "it is written", func() bool { return strings.HasSuffix(read(t, filepath.Join(dir, "log/current")), text) })
		}
		must(t, l.in.Close())
		got[i] = did{code: l.ends(t), err: read(t, l.err), tree: tree(t, dir)}
	}
	compare(t, "closed", got)
}

// TestFullOutput: while standard output is full, directories get their lines,
// and all of them are there when it is read.
func TestFullOutput(t *testing.T) {
	t.Parallel()
	for _, program := range both(t) {
		dir := t.TempDir()
		fifo := filepath.Join(dir, "fifo")
		must(t, unix.Mkfifo(fifo, 0o600))
		out, err := os.OpenFile(fifo, os.O_RDWR, 0)
		must(t, err)
		l := start(t, dir, "/bin/sh", "-c", `exec "$0" 1 ./log >fifo`, program)
		text := numbered(0, 8000)
		l.say(t, text)
		eventually(t, "the directory has them", func() bool {
			_, err := os.Stat(filepath.Join(dir, "log/current"))
			return err == nil && strings.Join(contents(t, filepath.Join(dir, "log")), "") == text
		})
		must(t, l.in.Close())
		got := make([]byte, len(text))
		_, err = io.ReadFull(out, got)
		must(t, err)
		if string(got) != text {
			t.Errorf("%s: not the lines that were written", program)
		}
		must(t, out.Close())
		if code := l.ends(t); code != 0 {
			t.Errorf("%s: exit code %d", program, code)
		}
	}
}
