package s6log

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestSignals: with both, a signal has the same effect at each moment.
func TestSignals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, options string
		before        string // what has come
		signals       []syscall.Signal
		after, rest   string // what comes then, and what is left in the pipe
		stays         bool   // it does not end
	}{
		{"TERM at a line start", "", "a\nb\n", []syscall.Signal{syscall.SIGTERM}, "", "", false},
		{"TERM with nothing", "", "", []syscall.Signal{syscall.SIGTERM}, "", "", false},
		{"HUP at a line start", "", "a\n", []syscall.Signal{syscall.SIGHUP}, "", "", false},
		{"TERM in a line", "", "a\nb", []syscall.Signal{syscall.SIGTERM}, "c\nd\ne\n", "d\ne\n", false},
		{"HUP in a line", "", "a\nb", []syscall.Signal{syscall.SIGHUP}, "c\nd\n", "d\n", false},
		{"TERM in a protected one", "-p", "a\nb", []syscall.Signal{syscall.SIGTERM}, "c\n", "", true},
		{"HUP in a protected one", "-p", "a\nb", []syscall.Signal{syscall.SIGHUP}, "c\nd\n", "d\n", false},
		{"TERM in a line that is too long", "-l50", strings.Repeat("x", 45), []syscall.Signal{syscall.SIGTERM}, strings.Repeat("y", 50) + "\n", strings.Repeat("y", 44) + "\n", false},
		{"TERM in a line that is as long as may be", "-l50", strings.Repeat("x", 50), []syscall.Signal{syscall.SIGTERM}, "\nz\n", "z\n", false},
		{"TERM in a line that is too long, quietly", "-ql50", strings.Repeat("x", 45), []syscall.Signal{syscall.SIGTERM}, strings.Repeat("y", 50), strings.Repeat("y", 44), false},
		{"ALRM", "", "a\n", []syscall.Signal{syscall.SIGALRM}, "b\n", "", true},
		{"ALRM with an empty current", "", "", []syscall.Signal{syscall.SIGALRM}, "b\n", "", true},
		{"ALRM in a line", "", "a\nb", []syscall.Signal{syscall.SIGALRM}, "c\n", "", true},
	} {
		var got [2]did
		for i, program := range both(t) {
			dir := t.TempDir()
			in, w, err := os.Pipe()
			must(t, err)
			defer in.Close()
			r := launch(t, dir, in, w, append(append([]string{program}, strings.Fields(c.options)...), "1", "t", "./log")...)
			current := filepath.Join(dir, "log/current")
			eventually(t, "it is ready", func() bool {
				_, err := os.Stat(current)
				return err == nil && catches(t, r, syscall.SIGTERM)
			})
			r.say(t, c.before)
			whole := c.before[:strings.LastIndexByte(c.before, '\n')+1]
			eventually(t, "what came is written", func() bool { return read(t, r.out) == whole })
			eventually(t, "it is in the directory", func() bool { return strings.Count(read(t, current), "\n") == strings.Count(whole, "\n") })
			for _, s := range c.signals {
				must(t, r.Process.Signal(s))
			}
			if c.signals[0] == syscall.SIGALRM && whole != "" {
				eventually(t, "it is rotated", func() bool { return strings.HasPrefix(files(t, filepath.Join(dir, "log")), "@") })
			}
			if c.stays || c.after != "" {
				rested(t, r)
			}
			_, err = io.WriteString(w, c.after)
			must(t, err)
			if c.stays {
				r.say(t, "last\n")
				must(t, w.Close())
			}
			got[i].code = r.ends(t)
			if !c.stays {
				must(t, w.Close())
			}
			must(t, unix.SetNonblock(int(in.Fd()), false))
			rest, err := io.ReadAll(in)
			must(t, err)
			got[i].out, got[i].err, got[i].tree = read(t, r.out)+"|"+string(rest), same(read(t, r.err)), tree(t, dir)
			if string(rest) != c.rest {
				t.Errorf("%s: %s left %q; want %q", c.name, program, rest, c.rest)
			}
		}
		compare(t, c.name, got)
	}
}

// catches says that a signal does not end a process: it has a handler, or waits for
// it at a descriptor.
func catches(t *testing.T, r *running, sig syscall.Signal) bool {
	t.Helper()
	return (mask(t, r, "SigCgt:")|mask(t, r, "SigBlk:"))&(1<<(sig-1)) != 0
}

// rested waits until all signals have arrived and what they ask for was done: who
// hands them on wakes the next before it sleeps.
func rested(t *testing.T, r *running) {
	t.Helper()
	seen := 0
	eventually(t, "signals have arrived", func() bool {
		if seen++; mask(t, r, "SigPnd:")|mask(t, r, "ShdPnd:") != 0 || !asleep(t, r) {
			seen = 0
		}
		return seen == 5
	})
}

// asleep says that all threads wait, for nothing that comes by itself.
func asleep(t *testing.T, r *running) bool {
	t.Helper()
	all, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(r.Process.Pid), "task/*/stat"))
	must(t, err)
	for _, file := range all {
		text, err := os.ReadFile(file)
		if _, state, ok := strings.Cut(string(text), ") "); err == nil && ok && state[0] != 'S' {
			return false
		}
	}
	return true
}

func mask(t *testing.T, r *running, name string) (bits uint64) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(r.Process.Pid), "status"))
	if err != nil {
		return 0 // it has ended
	}
	_, rest, _ := strings.Cut(string(text), name)
	for _, c := range strings.TrimSpace(strings.SplitN(rest, "\n", 2)[0]) {
		bits = bits<<4 | uint64(strings.IndexRune("0123456789abcdef", c))
	}
	return bits
}

// files are the names in a directory, in order.
func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}
