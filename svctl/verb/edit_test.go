package verb

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestEnableDisable(t *testing.T) {
	dir := tree(t, "web")
	down := dir + "/web/down"
	for _, line := range []string{"disable web", "disable web"} {
		if code, _, errors := invoke(line); code != done {
			t.Fatal(errors)
		}
		if st, err := os.Stat(down); err != nil || st.Size() != 0 {
			t.Errorf("%s: down is %v, %v, want an empty file", line, st, err)
		}
	}
	for _, line := range []string{"enable web", "enable web"} {
		if code, _, errors := invoke(line); code != done {
			t.Fatal(errors)
		}
		if _, err := os.Lstat(down); !os.IsNotExist(err) {
			t.Errorf("%s: %v, want no down", line, err)
		}
	}
}

func TestLink(t *testing.T) {
	scan, dir := tree(t, "taken"), t.TempDir()+"/web"
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args string
		code int
		want string
	}{
		{dir, done, "web: linked"},
		{dir, done, "web: linked"},
		{dir + " other", done, "other: linked"},
		{dir + " taken", wrongUse, "unable to link taken: " + scan + "/taken exists"},
		{dir + " .x", wrongUse, "no leading dot"},
		{dir + " a/b", wrongUse, "no slash"},
		{dir + "/none", failed, "no such file or directory"},
	} {
		code, out, errors := invoke("link --no-wait " + tt.args)
		if code != tt.code || !strings.Contains(out+errors, tt.want) {
			t.Errorf("link %s: exit %d, %s%s, want %d, %s", tt.args, code, out, errors, tt.code, tt.want)
		}
	}
	if to, err := os.Readlink(scan + "/web"); to != dir {
		t.Errorf("web leads to %q, %v, want %s", to, err, dir)
	}
	entries, err := os.ReadDir(scan)
	if err != nil || len(entries) != 3 {
		t.Errorf("the scan directory has %v, %v, want other, taken, web", entries, err)
	}
}

func TestNew(t *testing.T) {
	scan := tree(t)
	words := []string{"printf", "%s|", "a b", "it's", "$HOME", "", "--", "-n", "\n", `back\slash`}
	code, _, errors := invokeArgs(append([]string{"new", "--no-wait", "tick", "--"}, words...)...)
	if code != done {
		t.Fatalf("new: exit %d, %s", code, errors)
	}
	out, err := exec.Command(scan + "/tick/run").Output()
	if want := strings.Join(words[2:], "|") + "|"; err != nil || string(out) != want {
		t.Errorf("run wrote %q, %v, want %q", out, err, want)
	}
	if code, _, errors := invoke("new --no-wait tick -- true"); code != wrongUse || !strings.Contains(errors, "exists") {
		t.Errorf("new, again: exit %d, %s", code, errors)
	}
	dir := t.TempDir() + "/tock"
	if code, _, errors := invoke("new --no-wait --dir=" + dir + " tock -- true"); code != done {
		t.Errorf("new --dir: exit %d, %s", code, errors)
	}
	if to, _ := os.Readlink(scan + "/tock"); to != dir {
		t.Errorf("tock leads to %q, want %s", to, dir)
	}
	if code, _, _ := invoke("new --no-wait --dir=" + dir + "2 tick -- true"); code != wrongUse {
		t.Errorf("new --dir with a taken name: exit %d, want %d", code, wrongUse)
	}
	if _, err := os.Lstat(dir + "2"); !os.IsNotExist(err) {
		t.Errorf("it made %s2 all the same", dir)
	}
}

// --purge removes what supervisors write, and nothing else.
func TestPurgeKeeps(t *testing.T) {
	scan, dir := tree(t), t.TempDir()+"/web"
	for _, d := range []string{dir + "/supervise/ports", dir + "/supervise/export", dir + "/event"} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []string{"run", "supervise/status", "supervise/status.env", "supervise/status.new", "supervise/start-at", "supervise/ports/http", "supervise/mine",
		"supervise/export/URL", "supervise/export.env", "supervise/inputs", "supervise/inputs.new"} {
		if err := os.WriteFile(dir+"/"+f, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mkfifo(dir+"/supervise/ok", 0o622); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(dir, scan+"/web"); err != nil {
		t.Fatal(err)
	}
	if code, _, errors := invoke("unlink --purge web"); code != done {
		t.Fatalf("exit %d, %s", code, errors)
	}
	entries, err := os.ReadDir(dir + "/supervise")
	if err != nil || len(entries) != 1 || entries[0].Name() != "mine" {
		t.Errorf("supervise has %v, %v, want what is mine", entries, err)
	}
	if _, err := os.Stat(dir + "/event"); err != nil {
		t.Errorf("an event directory that somebody else made: %v", err)
	}
}
