package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// values are the settings that are a file with one line, some with several, and
// directories of such files, with a value that is good.
var values = map[string]string{
	"oom-score": "500", "nice": "5", "ionice": "idle", "umask": "022", "cwd": ".", "env-file": "/dev/null", "user": "nobody",
	"chroot": ".", "limits/core": "0", "dirs/own": "own", "path/own": "own",
}

// Whatever stands in the place of a setting, the service does not start without
// it.
func TestBadSettings(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]struct {
		make func(t *testing.T, path string)
		want string
	}{
		"empty":            {text(""), "empty"},
		"newline":          {text("\n5\n"), "empty"},
		"huge":             {text(strings.Repeat("1", 5000)), "too long: one line of at most 4096 bytes"},
		"larger than that": {text(strings.Repeat("1", 2<<20)), "too long"},
		"binary":           {text("\x7fELF\x02\x00"), "not text"},
		"directory":        {func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o755)) }, "not a regular file"},
		"FIFO":             {func(t *testing.T, path string) { must(t, unix.Mkfifo(path, 0o600)) }, "not a regular file"},
		"device":           {func(t *testing.T, path string) { must(t, os.Symlink("/dev/zero", path)) }, "not a regular file"},
		"dangling link":    {func(t *testing.T, path string) { must(t, os.Symlink("nowhere", path)) }, "the symbolic link leads nowhere"},
		"link to itself":   {func(t *testing.T, path string) { must(t, os.Symlink(filepath.Base(path), path)) }, "too many levels of symbolic links"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for setting := range values {
				p := plant(t, nil)
				must(t, os.MkdirAll(filepath.Dir(p.path("set/"+setting)), 0o755))
				spoil.make(t, p.path("set/"+setting))
				p.refused("unable to use set/"+setting+": "+spoil.want, "touch", "ran")
				if _, err := os.Stat(p.path("ran")); err == nil {
					t.Errorf("%s: the service ran", setting)
				}
			}
		})
	}
}

func text(s string) func(*testing.T, string) {
	return func(t *testing.T, path string) { must(t, os.WriteFile(path, []byte(s), 0o644)) }
}

// Values that are text and mean nothing.
func TestBadValues(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]string{
		"nice=-21": "not a number from -20 to 19", "nice=99999999999999999999": "not a number from -20 to 19", "nice=ten": "not a number from -20 to 19",
		"oom-score=1001": "not a number from -1000 to 1000", "umask=08": "not an octal number from 0 to 0777",
		"umask=-1": "not an octal number from 0 to 0777", "umask=01000": "not an octal number from 0 to 0777",
		"ionice=idle:3": "not best-effort:0 to best-effort:7, realtime:0 to realtime:7, idle or none",
		"user=frob":     "unknown user frob", "user=nobody:frob": "unknown group frob",
		"user=4294967295": "unknown user 4294967295", "user=-1": "unknown user -1", "user=:0": "not user[:group[:group...]] or :uid:gid[:gid...]",
		"user=99999": "unknown user 99999: a number without a name needs its group, as 99999:99999",
		"cwd=/frob":  "/frob: no such file or directory", "cwd=/dev/null": "/dev/null: not a directory", "cwd=%z": "unknown placeholder %z: write %% for a percent sign",
		"cwd=@gitroot@":  "@gitroot@: no .git in DIR nor above it",
		"env-file=/frob": "/frob: no such file or directory", "env-file=set": "set: not a regular file", "env-file=set/env-file": "set/env-file: line 1: not NAME=value",
		"limits/frob=1":                            "unknown limit frob",
		"limits/nofile=-1":                         "not a number, as 1024 or 64M, or unlimited",
		"limits/nofile=3:2":                        "the soft limit is above the hard one",
		"limits/nofile=17E":                        "not a number, as 1024 or 64M, or unlimited",
		"limits/nofile=99999999999999999T":         "not a number, as 1024 or 64M, or unlimited",
		"capabilities=kill\nfrob":                  "unknown capability frob",
		"env/A=B=x":                                "not a name of a variable",
		"env/LARGE=" + strings.Repeat("x", 200000): "too long",
		"path/a=/x:/y":                             "a colon cannot stand in PATH",
		"dirs/a=a b c d":                           "not PATH [MODE [USER[:GROUP]]], as /run/web 0750 www:www",
		"dirs/a=a 999":                             "not PATH [MODE [USER[:GROUP]]], as /run/web 0750 www:www",
		"dirs/a=a 700 frob":                        "unknown user frob",
		"dirs/a=/proc/frob/a":                      "/proc/frob/a: no such file or directory",
		"limits=":                                  "not a directory", "env=": "not a directory", "path=": "not a directory", "dirs=": "not a directory",
	} {
		name, value, _ := strings.Cut(setting, "=")
		p := plant(t, map[string]string{})
		if name == "env/A" {
			name, value = "env/A=B", "x"
		}
		p.put("set/"+name, value)
		real, err := filepath.EvalSymlinks(p.dir)
		must(t, err)
		p.refused("unable to use set/"+name+": "+strings.ReplaceAll(want, "DIR", real), "touch", "ran")
		if _, err := os.Stat(p.path("ran")); err == nil {
			t.Errorf("%.40s: the service ran", setting)
		}
	}
}

// Settings that are not there, or not to be read.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	need.Root(t)
	for setting, value := range values {
		p := plant(t, map[string]string{"set/" + setting: value}).asNobody()
		must(t, os.Chmod(p.path("set/"+setting), 0))
		p.refused("unable to use set/" + setting + ": permission denied")
		if dir, _, deep := strings.Cut(setting, "/"); deep {
			must(t, os.Chmod(p.path("set/"+dir), 0))
			p.refused("unable to use set/" + dir + ": permission denied")
		}
	}
	p := plant(t, map[string]string{"set/umask": "022"}).asNobody()
	must(t, os.Chmod(p.path("set"), 0))
	p.refused("unable to open set: permission denied")
	must(t, os.RemoveAll(p.path("set")))
	p.refused("unable to open set: no such file or directory")
	must(t, os.Symlink("nowhere", p.path("set")))
	p.refused("unable to open set: the symbolic link leads nowhere")
}

func TestBadCommand(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                            "empty",
		"\n":                          "empty",
		"echo\r\nx\r\n":               "its lines end in CR LF",
		"\x7fELF\x00":                 "not text",
		"echo\n%w":                    "unknown placeholder %w: write %% for a percent sign",
		strings.Repeat("x\n", 600000): "too long",
	} {
		p := plant(t, map[string]string{"set/command": text})
		p.refused("unable to use set/command: "+want, []string{}...)
	}
	p := plant(t, nil)
	p.refused("unable to use set/command: no such file or directory", []string{}...)
	must(t, os.Mkdir(p.path("set/command"), 0o755))
	p.refused("unable to use set/command: not a regular file", []string{}...)
}
