package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/svdir/svdir/tests/need"
)

// called makes this program svlog instead of its tests.
const called = "SVLOG_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(called) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestCalledWrongly(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for args, why := range map[string]string{
		"./main t":     "t is not the first action",
		"./main maine": "unknown action: maine",
		"sX ./main":    "not a size, as s100000 or s1M: sX",
	} {
		cmd := exec.Command(self, strings.Fields(args)...)
		cmd.Env, cmd.Dir = []string{called + "=1"}, t.TempDir()
		said, _ := cmd.CombinedOutput() // its code says how it ended
		want := "svlog: usage: svlog [action ...] (" + why + ")\n"
		if code := cmd.ProcessState.ExitCode(); string(said) != want || code != 100 {
			t.Errorf("%s: got %q, exit code %d; want %q, 100", args, said, code, want)
		}
		if made, err := os.ReadDir(cmd.Dir); err != nil || len(made) > 0 {
			t.Errorf("%s: made %v", args, made)
		}
	}
}

func TestSynopsisIsUsage(t *testing.T) {
	page := need.Page(t, "svlog.8")
	_, text, _ := strings.Cut(page, "SYNOPSIS")
	text, _, _ = strings.Cut(text, "DESCRIPTION")
	if got, want := strings.Join(strings.Fields(text), " "), "svlog [action ...]"; got != want {
		t.Errorf("SYNOPSIS is %q; want %q", got, want)
	}
}
