package verb

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

func TestSetGetUnset(t *testing.T) {
	scan := tree(t, "web/log", "web-2")
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		line string
		code int
		want string // of what it wrote, or a part of its error
	}{
		{"get web", done, ""},
		{"set web timeout-kill=10s limits/nofile=4096 clear-env", done, ""},
		{"get web", done, "clear-env\nlimits/nofile=4096\ntimeout-kill=10s\n"},
		{"get web timeout-kill", done, "10s\n"},
		{"get web clear-env", done, ""},
		{"get web limits", done, "limits/nofile=4096\n"},
		{"get web limits timeout-kill", done, "limits/nofile=4096\ntimeout-kill=10s\n"},
		{"get web user", no, ""},
		{"get web user timeout-kill", no, "timeout-kill=10s\n"},
		{"set web command -- sh -c x", done, ""},
		{"get web command", done, "sh\n-c\nx\n"},
		{"set web user=www -- x", wrongUse, "unable to set user=www: there is no such setting"},
		{"set web user=www command -- date", done, ""},
		{"get web command user", done, "command=date\nuser=www\n"},
		{"set web prepare --file " + script, done, ""},
		{"get web prepare", done, scan + "/web/set/prepare\n"},
		{"set web prepare --file " + script + " -- x", wrongUse, "exclude each other"},
		{"set web user --file " + script, wrongUse, "it is no program"},
		{"set web/log size=1M", done, ""},
		{"get web/log", done, "size=1M\n"},
		{"set web size=1M", wrongUse, "unable to set size of web: a setting of its logger: svctl set web/log size=1M"},
		{"set web* umask=022", done, ""},
		{"get web-2", done, "umask=022\n"},
		{"get web*", wrongUse, "names several"},
		{"set web umask=077 usr=x", wrongUse, "unable to set usr: there is no such setting (did you mean user?)"},
		{"get web umask", done, "022\n"},
		{"set webb umask=022", notSupervised, "did you mean web?"},
		{"set web", wrongUse, "usage: svctl set"},
		{"get", wrongUse, "usage: svctl get"},
		{"unset web", wrongUse, "usage: svctl unset"},
		{"unset web limits umask user nice", done, ""},
		{"unset web xyzzy", wrongUse, "unable to unset xyzzy: there is no such setting"},
		{"unset web command prepare clear-env", done, ""},
		{"get web", done, "timeout-kill=10s\n"},
		{"set web down", done, ""},
		{"enable web", done, "web: enabled\n"},
		{"get web down", no, ""},
	} {
		code, out, errors := invoke(tt.line)
		if code != tt.code || code <= no && (out != tt.want || errors != "") || code > no && !strings.Contains(errors, tt.want) {
			t.Errorf("%s: exit %d, %q, %q; want %d, %q", tt.line, code, out, errors, tt.code, tt.want)
		}
	}
}

// What is wrong with a setting is one line.
func TestSetSaysOneLine(t *testing.T) {
	tree(t, "web")
	for _, line := range []string{"set web timout-kill=1", "set web timeout-kill=soon", "get web usr", "unset web usr"} {
		if code, _, errors := invoke(line); code != wrongUse || strings.Count(errors, "\n") != 1 {
			t.Errorf("%s: exit %d, %q; want one line", line, code, errors)
		}
	}
}

func TestGetJSON(t *testing.T) {
	tree(t, "web")
	for _, line := range []string{"set web user=www timeout-kill=1s down", "set web command -- a b"} {
		if code, _, errors := invoke(line); code != done {
			t.Fatal(errors)
		}
	}
	code, out, _ := invoke("get --json web")
	var got map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != done {
		t.Fatalf("exit %d, %v, %s", code, err, out)
	}
	if len(got) != 4 || got["user"] != "www" || got["timeout-kill"] != "1s" || got["down"] != true || len(got["command"].([]any)) != 2 {
		t.Errorf("got %v", got)
	}
	if code, out, _ := invoke("get --json web nice"); code != no || strings.TrimSpace(out) != "{}" {
		t.Errorf("of what is not set: exit %d, %s", code, out)
	}
}

// A person is told that what runs keeps the old value; a script is not.
func TestHintAtStart(t *testing.T) {
	scan := tree(t, "web")
	play(t, scan+"/web", true, status.Size)
	const hint = "svctl: hint: web runs as before until it is started again (svctl restart web)"
	for line, want := range map[string]bool{"set web user=www": true, "set web timeout-kill=1s": false} {
		master, slave := openTerminal(t)
		var out strings.Builder
		if code := run(strings.Fields(line), &out, slave); code != done {
			t.Errorf("%s: exit %d", line, code)
		}
		if _, err := slave.WriteString("end\n"); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 1024)
		n, err := master.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(buf[:n]), hint); got != want {
			t.Errorf("%s: wrote %q; a hint: %v", line, buf[:n], want)
		}
		if _, _, errors := invoke(line); errors != "" {
			t.Errorf("%s, not on a terminal: %q", line, errors)
		}
	}
}

// openTerminal makes a terminal, and the side of who sits before it.
func openTerminal(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close() }) // both are the test's alone
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err == nil {
		slave, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = slave.Close() })
	return master, slave
}

func TestNewWithSettings(t *testing.T) {
	scan := tree(t)
	if code, _, errors := invoke("new --no-wait --log --user www --set limits/nofile=4096 --set=down tick -- date"); code != done {
		t.Fatal(errors)
	}
	if _, out, _ := invoke("get tick"); out != "down\nlimits/nofile=4096\nuser=www\n" {
		t.Errorf("its settings are %q", out)
	}
	if st, err := os.Stat(scan + "/tick/log"); err != nil || !st.IsDir() {
		t.Errorf("its log is %v, %v; want a directory", st, err)
	}
	for _, option := range []string{"--set=usr=x", "--set=size=1M", "--user="} {
		if code, _, _ := invoke("new --no-wait " + option + " tock -- date"); code != wrongUse {
			t.Errorf("%s: exit %d, want %d", option, code, wrongUse)
		}
	}
	entries, err := os.ReadDir(scan)
	if err != nil || len(entries) != 1 {
		t.Errorf("the scan directory has %v, %v; want tick alone", entries, err)
	}
}

func TestLint(t *testing.T) {
	scan := tree(t, "good", "bad/set", "bad-2")
	for path, mode := range map[string]os.FileMode{"good/run": 0o755, "bad/run": 0o755, "bad-2/run": 0o644, "bad/set/usr": 0o644} {
		if err := os.WriteFile(scan+"/"+path, []byte("#!/bin/sh\nexec true\n"), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(scan+"/README", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	bad := "bad/set/usr: unknown setting (did you mean user?)\n"
	bad2 := "bad-2/run: not executable (chmod +x " + scan + "/bad-2/run)\n"
	for _, tt := range []struct {
		line string
		code int
		want string
	}{
		{"lint good", done, ""},
		{"lint bad", no, bad},
		{"lint", no, bad + bad2},
		{"lint --all", no, bad + bad2},
		{"lint good bad*", no, bad + bad2},
		{"lint --notes", no, scan + "/README: note: not a directory, so it is no service\n" + bad + bad2},
		{"lint " + scan + "/good", done, ""},
		{"lint none", notSupervised, ""},
		{"lint --x", wrongUse, ""},
	} {
		code, out, errors := invoke(tt.line)
		if code != tt.code || out != tt.want {
			t.Errorf("%s: exit %d\n%s%swant %d\n%s", tt.line, code, out, errors, tt.code, tt.want)
		}
	}
	var found []map[string]any
	code, out, _ := invoke("lint --json bad")
	if err := json.Unmarshal([]byte(out), &found); err != nil || code != no || len(found) != 1 || found[0]["path"] != "set/usr" {
		t.Errorf("exit %d, %v, %s", code, err, out)
	}
	if _, out, _ := invoke("lint --json good"); strings.TrimSpace(out) != "[]" {
		t.Errorf("of a good one: %s", out)
	}
}
