package logger

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLogDir: the default logger writes below the directory of all logs, where
// there is one, by the name of its service.
func TestLogDir(t *testing.T) {
	t.Parallel()
	const taking = ": SV_NAME is no name of a directory, writing to main\n"
	for _, c := range []struct {
		name, where string
		script      bool
		said        bool
	}{
		{name: "web/log", where: "logs/web"},
		{name: "web@7", where: "logs/web@7"},
		{name: ".svscan/log", where: "logs/.svscan"},
		{name: "web/log", where: "own", script: true},
		{name: "", where: "main", said: true},
		{name: "../log", where: "main", said: true},
		{name: "a/b/log", where: "main", said: true},
	} {
		dir := t.TempDir()
		root := filepath.Join(dir, "logs")
		if c.script {
			write(t, filepath.Join(dir, "set/script"), "./own\n")
		}
		cmd := exec.Command(svlog(t))
		cmd.Dir, cmd.Stdin = dir, strings.NewReader("one\n")
		cmd.Env = append(os.Environ(), "SV_NAME="+c.name, "SV_LOG_DIR="+root+"/")
		said, err := cmd.CombinedOutput()
		want := ""
		if c.said {
			want = "svlog: warning: unable to write below " + root + "/" + taking
		}
		if err != nil || string(said) != want {
			t.Errorf("%q: %v, said %q; want %q", c.name, err, said, want)
		}
		if got := read(t, filepath.Join(dir, c.where, "current")); !strings.HasSuffix(got, "one\n") {
			t.Errorf("%q: got %q", c.name, got)
		}
		if c.where == "main" || c.script {
			continue
		}
		for _, made := range []string{root, filepath.Join(dir, c.where)} {
			if i, err := os.Stat(made); err != nil || i.Mode().Perm() != 0o755 {
				t.Errorf("%s: got %v, %v; want mode 0755", made, i.Mode(), err)
			}
		}
	}
}

// TestLogDirDeleted: all of it may be deleted, and comes back.
func TestLogDirDeleted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root := filepath.Join(dir, "logs")
	l := of(dir, nil, "", nil, svlog(t))
	l.Env = append(l.Env, "SV_LOG_DIR="+root)
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	l.Stdin, l.in = r, w
	l.begin(t)
	l.say(t, "one\n")
	l.whileStopped(t, func() { must(t, os.RemoveAll(root)) })
	eventually(t, "the directory is there again", func() bool {
		l.say(t, "two\n")
		text, _ := os.ReadFile(filepath.Join(root, "web/current")) // it may not be there yet
		return strings.HasSuffix(string(text), "two\n")
	})
	must(t, w.Close())
	l.ends(t, 0)
}
