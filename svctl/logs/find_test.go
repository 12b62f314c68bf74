package logs

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/tests/need"
)

// Without a running logger a log is where it is by custom, or where log/run
// says.
func TestFind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		files string // of the scan directory; TOP in log/run is its path
		run   string
		ask   string
		want  string // "" if there is none
		said  string
	}{
		{"main", "web/log/main/current web/log/current web/log/other/current", "", "web", "web/log/main", ""},
		{"log itself", "web/log/current web/log/other/current", "", "web", "web/log", ""},
		{"another", "web/log/other/current web/log/empty/lock", "", "web", "web/log/other", ""},
		{"by the logger's name", "web/log/main/current", "", "web/log", "web/log/main", ""},
		{"between two files", "web/log/main/previous", "", "web", "web/log/main", ""},
		{"in run", "logs/web/current", "#!/bin/sh\nexec setuidgid nobody multilog t s1000 'TOP/logs/web'\n", "web", "logs/web", ""},
		{"in run, relative", "logs/web/current", "exec svlogd -tt ../../logs/web/\n", "web", "logs/web", ""},
		{"in run, a variable", "logs/web/current", "dir=\"TOP/logs/web\"\nexec svlogd $dir\n", "web", "logs/web", ""},
		{"in run, the last that is one", "a/current b/current c/lock", "exec multilog TOP/a -* TOP/b ; TOP/c\n", "web", "b", ""},
		{"given by svscan", "web/x .svscan/loggers/web/main/current", "", "web", ".svscan/loggers/web/main", ""},
		{"a service called log", "log/log/main/current", "", "log", "log/log/main", ""},
		{"a service called log without one", "log/main/current", "", "log", "", "it has no logger (no directory log)"},
		{"no logger", "web/current", "", "web", "", "it has no logger (no directory log)"},
		{"no log", "web/log/main/lock a/lock", "exec cat TOP/a\n", "web", "", "no log directory is in TOP/web/log or named in its run"},
		{"current is a directory", "web/log/main/current/x", "", "web", "", "no log directory is in TOP/web/log or named in its run"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			for _, name := range strings.Fields(c.files) {
				write(t, filepath.Join(top, filepath.Dir(name)), filepath.Base(name), "")
			}
			if c.run != "" {
				write(t, top+"/web/log", "run", strings.ReplaceAll(c.run, "TOP", top))
			}
			found, err := svctl.Tree{Dirs: []string{top}}.Find(c.ask)
			if err != nil {
				t.Fatal(err)
			}
			got, err := Find(found[0])
			if c.want != "" {
				if want := filepath.Join(top, c.want); got != (Log{Dir: want}) || err != nil {
					t.Errorf("got %+v, %v; want %q", got, err, want)
				}
				return
			}
			want := "unable to find the log of " + c.ask + ": " + strings.ReplaceAll(c.said, "TOP", top)
			if err == nil || err.Error() != want || !errors.Is(err, svctl.ErrNo) {
				t.Errorf("got %+v, %v; want %s", got, err, want)
			}
		})
	}
}

// A logger's directory is where it writes, wherever that is; so it is where a
// script started it and waits.
func TestOpenLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := record(t, dir, "multilog", "t", dir)
	if got, err := openLog(r.cmd.Process.Pid); got != dir || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, dir)
	}
	below := t.TempDir()
	r = record(t, below, "sh", "-c", need.Peer(t, "svlogd")+" -tt "+below+"; :")
	if got, err := openLog(r.cmd.Process.Pid); got != below || err != nil {
		t.Errorf("below a script: got %q, %v; want %q", got, err, below)
	}
	r.end() // svlogd, and with it the script
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	if got, _ := openLog(gone.Process.Pid); got != "" {
		t.Errorf("got %q of a process that has ended", got)
	}
}
