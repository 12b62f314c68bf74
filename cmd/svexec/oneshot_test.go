package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svdir/svdir/tests/need"
)

// C5: set/status is asked for up of a oneshot alone. Who cannot answer starts nothing.
func TestStatus(t *testing.T) {
	t.Parallel()
	p := plant(t, map[string]string{"set/status": "#!/bin/sh\nexit $(cat code)\n", "code": "0", "set/prepare": "#!/bin/sh\necho >prepared\n"})
	p.runs() // it is no oneshot
	must(t, os.Remove(p.path("prepared")))
	p.args = []string{"--oneshot"}
	p.refused("already done: set/status says so")
	if _, err := os.Stat(p.path("prepared")); err == nil {
		t.Error("it was prepared for nothing")
	}
	p.put("code", "3")
	p.runs()
	p.put("set/status", "#!/bin/sh\nkill -KILL $$\n")
	p.refused("unable to use set/status: status was ended by SIGKILL")
	must(t, os.Chmod(p.path("set/status"), 0o644))
	p.refused("unable to use set/status: not executable (chmod +x " + p.path("set/status") + ")")
	must(t, os.Remove(p.path("set/status")))
	p.put("set/inputs", "src\n") // svwatch is not installed here
	p.refused("unable to use set/inputs: svwatch: no such file or directory")
}

// What others have exported stays where the rest is cleared, goes before what is said
// for the tree, and behind what is said for the service.
func TestExported(t *testing.T) {
	t.Parallel()
	p := plant(t, map[string]string{"set/clear-env": "", "set/env/TOKEN": "mine\n"})
	tree := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(tree, ".svscan/env"), 0o755))
	for _, name := range []string{"URL", "GONE", "OTHER"} {
		must(t, os.WriteFile(filepath.Join(tree, ".svscan/env", name), []byte("of the tree\n"), 0o644))
	}
	p.env = append(p.env, "SVDIR="+tree, "URL=db", "TOKEN=theirs", "STRAY=x", "SV_EXPORTED=GONE TOKEN URL")
	s := p.runs()
	for name, want := range map[string]string{"URL": "db", "TOKEN": "mine", "OTHER": "of the tree", "SV_EXPORTED": "GONE TOKEN URL"} {
		if got, _ := s.getenv(name); got != want {
			t.Errorf("%s: got %q; want %q", name, got, want)
		}
	}
	for _, name := range []string{"GONE", "STRAY"} {
		if got, set := s.getenv(name); set {
			t.Errorf("%s is %q; want nothing", name, got)
		}
	}
}

// The directory for what a oneshot exports is the user's, but not for others than up.
func TestExportDir(t *testing.T) {
	t.Parallel()
	need.Root(t)
	p := plant(t, map[string]string{"set/user": "nobody"})
	dir := p.path("export")
	must(t, os.Mkdir(dir, 0o700))
	p.env = append(p.env, "SV_EXPORT_DIR="+dir)
	write := []string{"sh", "-c", "echo 1 >$SV_EXPORT_DIR/A"}
	if s := p.start(write...); s.code == 0 || !strings.Contains(s.said, "ermission denied") {
		t.Errorf("got %q, exit code %d; want a refusal", s.said, s.code)
	}
	p.args = []string{"--oneshot"}
	if s := p.start(write...); s.code != 0 {
		t.Errorf("got %q, exit code %d", s.said, s.code)
	}
}
