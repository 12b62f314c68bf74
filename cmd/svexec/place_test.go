package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/svdir/svdir/tests/need"
)

// D1: an argv without a script; blanks and empty arguments arrive as they are.
func TestCommand(t *testing.T) {
	t.Parallel()
	bothUsers(t, func(t *testing.T, as func(*place) *place) {
		p := as(plant(t, map[string]string{"set/command": "printf\n<%%s>\\n\ntwo  words \n\n\t*\n100%%\n"}))
		s := p.start([]string{}...)
		if want := "<two  words >\n<>\n<\t*>\n<100%>\n"; s.said != want {
			t.Errorf("got %q, %q; want %q", s.said, s.report, want)
		}
	})
}

// A program is looked for in the service directory, wherever cwd leads, and
// without a slash along the PATH that the service has.
func TestProgramIsFound(t *testing.T) {
	t.Parallel()
	const run = "#!/bin/sh\necho $0; pwd -P\n"
	p := plant(t, map[string]string{"run": run})
	if s := p.start("./run"); s.said != "./run\n"+p.dir+"\n" {
		t.Errorf("got %q, %q", s.said, s.report)
	}
	p.put("set/cwd", "/usr")
	if s := p.start("./run"); s.said != p.path("run")+"\n/usr\n" {
		t.Errorf("got %q, %q", s.said, s.report)
	}
	p.put("bin/tool", run)
	p.put("set/path/own", "bin")
	p.put("set/path/late", "%d/sbin")
	if s := p.start("tool"); s.said != p.path("bin/tool")+"\n/usr\n" {
		t.Errorf("got %q, %q", s.said, s.report)
	}
	path, _ := p.runs().getenv("PATH")
	if want := p.path("sbin") + ":" + p.path("bin") + ":/usr/bin:/bin"; path != want {
		t.Errorf("got PATH %q; want %q", path, want)
	}
}

// D2: what stands nearer to the service wins.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	bothUsers(t, func(t *testing.T, as func(*place) *place) {
		large := strings.Repeat("x", 100000)
		p := as(plant(t, map[string]string{
			"tree/.svscan/env/TREE":   "tree\n",
			"tree/.svscan/env/FILE":   "tree\n",
			"tree/.svscan/env/OWN":    "tree\n",
			"tree/.svscan/env/GONE":   "tree\n",
			"tree/.svscan/env/.GONE2": "tree\n",
			"conf":                    "# comment\nexport FILE='file'\nOWN=file\nQUOTED=\"two\\nlines\" # of them\nPERCENT=%q\n",
			"set/env-file":            "%d/conf\n",
			"set/env/OWN":             "own \t\nsecond line\n",
			"set/env/GONE":            "",
			"set/env/EMPTY":           "\n",
			"set/env/LINES":           "one\x00two\n",
			"set/env/LARGE":           large,
			"set/env/LARGE2":          large,
			"set/env/CR":              "a\r\n",
			"set/env/WHO":             "%n %u %g %%\n",
		}))
		p.env = append(p.env, "SVDIR="+p.path("tree"), "INHERITED=1", "TREE=inherited", "PWD=/nowhere")
		s := p.runs()
		uid, gid := s.status("Uid"), s.status("Gid")
		who := fmt.Sprintf("web %s %s %%", name(t, "passwd", uid), name(t, "group", gid))
		for key, want := range map[string]string{
			"TREE": "tree", "FILE": "file", "OWN": "own", "EMPTY": "", "LINES": "one\ntwo", "LARGE": large, "LARGE2": large,
			"QUOTED": "two\nlines", "INHERITED": "1", "CR": "a\r", "WHO": who, "PERCENT": "%q", "PATH": "/usr/bin:/bin",
		} {
			if got, set := s.getenv(key); got != want || !set {
				t.Errorf("%s: got %.99q, %v; want %.99q", key, got, set, want)
			}
		}
		for _, key := range []string{"GONE", ".GONE2", "PWD"} {
			if got, set := s.getenv(key); set {
				t.Errorf("%s: got %q; want none", key, got)
			}
		}
		p.put("set/clear-env", "")
		p.env = append(p.env, "SV_NAME=web")
		s = p.runs()
		for _, key := range []string{"INHERITED", "HOME"} {
			if got, set := s.getenv(key); set {
				t.Errorf("%s: got %q after clear-env; want none", key, got)
			}
		}
		for key, want := range map[string]string{"TREE": "tree", "SV_NAME": "web", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"} {
			if got, _ := s.getenv(key); got != want {
				t.Errorf("%s: got %q after clear-env; want %q", key, got, want)
			}
		}
	})
}

// The rules of environment directories are those of envdir, to the byte.
func TestEnvironmentAsEnvdir(t *testing.T) {
	t.Parallel()
	need.Peer(t, "envdir")
	p := plant(t, map[string]string{
		"set/env/A": "plain", "set/env/B": "newline\nmore", "set/env/C": " blanks \t \n", "set/env/D": "\n", "set/env/E": "",
		"set/env/F": "a\x00b\x00\n", "set/env/G": "  \t", "set/env/H": "cr\r\n", "set/env/I": "\x00", "set/env/J": "\n\n", "set/env/K": "größe \x7f\x01",
	})
	p.env = append(p.env, "E=inherited")
	cmd := exec.Command("envdir", "set/env", "env", "-0")
	cmd.Dir, cmd.Env = p.dir, append([]string{called}, p.env...)
	want, err := cmd.Output()
	must(t, err)
	got := map[string]bool{}
	for pair := range strings.SplitSeq(p.start("env", "-0").said, "\x00") {
		got[pair] = true
	}
	for pair := range strings.SplitSeq(string(want), "\x00") {
		if !got[pair] {
			t.Errorf("envdir has %q, svexec does not", pair)
		}
		delete(got, pair)
	}
	for pair := range got {
		t.Errorf("svexec has %q, envdir does not", pair)
	}
}

// name finds the name of the id that begins list in /etc/FILE, as getent does.
func name(t *testing.T, file, list string) string {
	t.Helper()
	id, _, _ := strings.Cut(list, " ")
	text, err := os.ReadFile("/etc/" + file)
	must(t, err)
	for line := range strings.Lines(string(text)) {
		if f := strings.Split(line, ":"); len(f) > 2 && f[2] == id {
			return f[0]
		}
	}
	return id
}

// D3: working directory and umask.
func TestDirectoryAndUmask(t *testing.T) {
	t.Parallel()
	bothUsers(t, func(t *testing.T, as func(*place) *place) {
		p := as(plant(t, map[string]string{"set/umask": "027\n", "../.git/HEAD": "", "data/web/": "", "../other/": ""}))
		real, err := filepath.EvalSymlinks(p.dir)
		must(t, err)
		for value, want := range map[string]string{
			"/usr": "/usr", "data": real + "/data", "data/%n": real + "/data/web", "%d": real,
			"@servicedir@": real, "@servicedir@/data": real + "/data",
			"@gitroot@": filepath.Dir(real), "@gitroot@/other": filepath.Dir(real) + "/other",
		} {
			p.put("set/cwd", value+"\n")
			s := p.runs()
			if got := s.cwd(); got != want {
				t.Errorf("%s: got %s; want %s", value, got, want)
			}
			s.expect(map[string]string{"Umask": "0027"})
		}
		must(t, os.Chmod(p.path("data"), 0o777))
		p.put("set/cwd", "data")
		p.start("touch", "made")
		if i, err := os.Stat(p.path("data/made")); err != nil || i.Mode() != 0o640 {
			t.Errorf("got %v, %v; want a file with mode 0640", i, err)
		}
	})
}

// D12: placeholders.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	p := plant(t, map[string]string{
		"set/command":  "sh\n-c\necho %i %n %d %%; echo %p $$; echo $X\n",
		"set/env/X":    "%i-%n",
		"set/cwd":      "%d/%i",
		"set/dirs/own": "%d/%i",
	})
	p.env = append(p.env, "SV_SERVICE="+p.dir, "SV_NAME=web@2", "SV_INSTANCE=2")
	s := p.start([]string{}...)
	lines := strings.Split(s.said, "\n")
	if lines[0] != "2 web@2 "+p.dir+" %" || lines[2] != "2-web@2" {
		t.Errorf("got %q, %q", s.said, s.report)
	}
	if pid, shell, _ := strings.Cut(lines[1], " "); pid != shell || pid != fmt.Sprint(s.pid) {
		t.Errorf("got pid %s, the shell %s; want %d", pid, shell, s.pid)
	}
	p.put("set/env/X", "50%")
	p.refused("unable to use set/env/X: a % at the end: write %% for a percent sign")
	p.put("set/env/X", "50%x")
	p.refused("unable to use set/env/X: unknown placeholder %x: write %% for a percent sign")
	p.put("set/env/X", "%i")
	p.env = nil
	p.refused("unable to use set/env/X: %i: the service is not an instance, as web@1")
}
