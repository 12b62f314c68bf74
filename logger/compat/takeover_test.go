package compat

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestTakeOver has the real multilog and ours follow each other in one
// directory, each ended by the end of its input, by TERM, or by KILL once it has
// written what it took. Every line is there, once, in order.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	programs := both(t, "multilog")
	r := rand.New(rand.NewPCG(9, 76))
	for round := range 6 {
		dir, next, story := t.TempDir(), 0, ""
		for turn := range 12 {
			program, how := programs[(turn+round)%2], r.IntN(3)
			story += fmt.Sprintf(" %s/%d", filepath.Base(filepath.Dir(program)), how)
			s := start(t, dir, nil, program, "s4096", "n1000", "./d")
			n := 1 + r.IntN(150)
			s.say(t, numbered(next, n))
			next += n
			last := numbered(next-1, 1)
			eventually(t, "the last line is written", func() bool {
				return strings.HasSuffix(logged(t, filepath.Join(dir, "d")), last)
			})
			switch how {
			case 0, 1:
				if how == 1 {
					s.signal(t, syscall.SIGTERM)
				}
				// The real one misses a signal that comes just before it reads.
				if code := s.end(t); code != 0 {
					t.Errorf("%s: got exit code %d, said %q; want 0", story, code, s.err.String())
				}
			case 2:
				s.signal(t, syscall.SIGKILL)
				s.wait(t)
			}
		}
		if got := logged(t, filepath.Join(dir, "d")); got != numbered(0, next) {
			t.Errorf("%s: got %d lines; want %d, each once", story, strings.Count(got, "\n"), next)
		}
	}
}

// TestSignals: each signal, at the start of a line and within one. Of ALRM in an
// empty file nothing shows, so nobody knows when it was heard.
func TestSignals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sig     syscall.Signal
		in      string // before the signal
		after   string // behind it
		closing bool   // then the input ends
	}{
		{syscall.SIGTERM, "one\n", "", false}, {syscall.SIGTERM, "", "", false}, {syscall.SIGTERM, "one\ntw", "o\n", false}, {syscall.SIGTERM, "one\ntw", "", true},
		{syscall.SIGALRM, "one\n", "two\n", true}, {syscall.SIGALRM, "one\ntw", "o\n", true},
		{syscall.SIGHUP, "one\n", "", false}, {syscall.SIGINT, "one\n", "", false}, {syscall.SIGKILL, "one\n", "", false},
	} {
		var seen [2]string
		for i, program := range both(t, "multilog") {
			dir := t.TempDir()
			s := start(t, dir, nil, program, "./d")
			eventually(t, "it has started", func() bool { return strings.Contains(tree(t, dir), "/d/current") })
			s.say(t, c.in)
			waitsFor(t, s)
			s.signal(t, c.sig)
			if c.sig == syscall.SIGALRM && strings.Contains(c.in, "\n") {
				eventually(t, "it has rotated", func() bool { return strings.Contains(tree(t, dir), "/d/@.s") })
			}
			waitsFor(t, s)
			s.say(t, c.after)
			code := 0
			if c.closing {
				code = s.end(t)
			} else {
				code = s.wait(t)
			}
			seen[i] = fmt.Sprintf("exit code %d, said %q\n%s", code, s.err.String(), tree(t, dir))
		}
		if seen[0] != seen[1] {
			t.Errorf("%v between %q and %q: got %s\nwant %s", c.sig, c.in, c.after, seen[1], seen[0])
		}
	}
}

// waitsFor waits until s has done what it was told, and sleeps or has ended. One
// of daemontools sleeps in its read: a signal that comes just before that is heard
// with the next line.
func waitsFor(t *testing.T, s *started) {
	t.Helper()
	reads := strconv.Itoa(unix.SYS_READ) + " 0x0 "
	eventually(t, "it sleeps", func() bool {
		now := state(s.Process.Pid)
		if s.ended() || now == 'Z' {
			return true
		}
		call, err := os.ReadFile(fmt.Sprintf("/proc/%d/syscall", s.Process.Pid)) // root's alone, on some machines
		return now == 'S' && (err != nil || !strings.HasPrefix(s.Path, "/usr/bin/") || strings.HasPrefix(string(call), reads))
	})
}
