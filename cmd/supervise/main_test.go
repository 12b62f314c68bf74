package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/svdir/svdir/tests/need"
)

// called makes this program supervise instead of its tests.
const called = "SUPERVISE_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(called) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// call runs it under a name, and gives what it said and its exit code.
func call(t *testing.T, args ...string) (string, int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := &exec.Cmd{Path: self, Args: args, Env: []string{called + "=1"}}
	said, _ := cmd.CombinedOutput() // its code says how it ended
	return string(said), cmd.ProcessState.ExitCode()
}

func TestCalledWrongly(t *testing.T) {
	for _, c := range []struct {
		name, usage string
		code        int
	}{
		{"supervise", "supervise [-e fd] [-l] dir [logdir]", 100}, {"/usr/bin/supervise", "supervise [-e fd] [-l] dir [logdir]", 100},
		{"runsv", "runsv dir [logdir]", 1}, {"s6-supervise", "s6-supervise dir [logdir]", 100},
	} {
		word := c.name[strings.LastIndexByte(c.name, '/')+1:]
		want := word + ": usage: " + c.usage + "\n"
		for _, args := range [][]string{{c.name}, {c.name, "a", "b", "c"}, {c.name, "-e", "x", "a"}} {
			if said, code := call(t, args...); said != want || code != c.code {
				t.Errorf("%q: got %q, exit code %d; want %q, %d", args, said, code, want, c.code)
			}
		}
	}
}

func TestCannotBegin(t *testing.T) {
	missing := t.TempDir() + "/web"
	want := "supervise " + missing + ": fatal: unable to open directory " + missing + ": no such file or directory\n"
	if said, code := call(t, "supervise", missing); said != want || code != 111 {
		t.Errorf("got %q, exit code %d; want %q, 111", said, code, want)
	}
}

func TestSynopsisIsUsage(t *testing.T) {
	page := need.Page(t, "supervise.8")
	_, text, _ := strings.Cut(page, "SYNOPSIS")
	text, _, _ = strings.Cut(text, "DESCRIPTION")
	if got, want := strings.Join(strings.Fields(text), " "), "supervise [-e fd] [-l] dir [logdir]"; got != want {
		t.Errorf("SYNOPSIS is %q; want %q", got, want)
	}
}

func TestBadDescriptor(t *testing.T) {
	t.Parallel()
	for fd, why := range map[string]string{"77": "bad file descriptor", "0": "not a pipe or a socket"} {
		want := "supervise: fatal: unable to watch descriptor " + fd + ": " + why + "\n"
		if said, code := call(t, "supervise", "-e", fd, "dir"); said != want || code != 100 {
			t.Errorf("got %q, exit code %d; want %q, 100", said, code, want)
		}
	}
}
