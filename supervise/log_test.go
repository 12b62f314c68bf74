package supervise

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

func TestLogOf(t *testing.T) {
	for link, want := range map[string]string{
		"/var/log/web/current":           "/var/log/web",
		"/var/log/web/current (deleted)": "/var/log/web",
		"/a b/\n/current":                "/a b/\n",
		"/var/log/web/current.old":       "",
		"/var/log/web/lock":              "",
		"/current":                       "",
		"current":                        "",
		"pipe:[4711]":                    "",
		"(unreachable)/log/current":      "",
		"":                               "",
	} {
		if got := string(logOf([]byte(link))); got != want {
			t.Errorf("logOf(%q) is %q; want %q", link, got, want)
		}
	}
}

// Of several logs it is the first that was opened; no other file is one.
func TestLogHeld(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	for _, name := range []string{first + "/lock", first + "/current", second + "/current"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
	}
	var buf [maxLogLink]byte
	if got := string(logHeld(os.Getpid(), &buf)); got != first {
		t.Errorf("got %q; want %q", got, first)
	}
	const nobody = 1<<22 + 1 // pids end at 1<<22
	if got := logHeld(nobody, &buf); got != nil {
		t.Errorf("of process %s: got %q; want none", strconv.Itoa(nobody), got)
	}
}
