package lint

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svctl"
)

// village is a machine that has little.
var village = &World{
	Interpreter: func(path string) string {
		switch path {
		case "/bin/sh", "/usr/bin/env":
			return ""
		case "/etc", "/etc/passwd":
			return interpreter(path)
		}
		return "does not exist"
	},
	InPath: func(name string) bool { return name == "perl" },
	IsDir:  Machine.IsDir,
	User:   func(name string) bool { return name == "www" },
	Group:  func(name string) bool { return name == "www" },
	Edges:  Machine.Edges,
	Ports:  Machine.Ports,
}

// put makes what a line of the corpus says.
func put(t *testing.T, dir, line string) {
	t.Helper()
	if gone, ok := strings.CutPrefix(line, "-"); ok {
		must(t, os.Remove(filepath.Join(dir, gone)))
		return
	}
	if from, to, ok := strings.Cut(line, " -> "); ok {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, from)), 0o755))
		must(t, os.Symlink(to, filepath.Join(dir, from)))
		return
	}
	name, text, _ := strings.Cut(line, " ")
	name, octal, has := strings.Cut(name, "*")
	mode := uint64(0o644)
	if strings.HasSuffix(name, "/") {
		mode = 0o755
	}
	if has {
		var err error
		mode, err = strconv.ParseUint(octal, 8, 9)
		must(t, err)
	}
	path := filepath.Join(dir, strings.TrimSuffix(name, "|"))
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	switch {
	case strings.HasSuffix(name, "/"):
		must(t, os.MkdirAll(path, 0o755))
	case strings.HasSuffix(name, "|"):
		must(t, unix.Mkfifo(path, 0o600))
	default:
		must(t, os.WriteFile(path, []byte(text), 0o600))
	}
	must(t, os.Chmod(path, fs.FileMode(mode)))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// service makes a good service, and puts files into it.
func service(t *testing.T, files []string) svctl.Target {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "web")
	put(t, dir, "run*755 #!/bin/sh\nexec sleep 9\n")
	for _, line := range files {
		put(t, dir, line)
	}
	return svctl.Target{Name: "web", Dir: dir, Defined: dir, Scan: filepath.Dir(dir)}
}

// Every mistake is found, and nothing else, and nothing is touched.
func TestBroken(t *testing.T) {
	t.Parallel()
	for _, b := range broken {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			s := service(t, b.files)
			before := listing(t, s.Dir)
			var got []string
			for _, f := range Service(s, village) {
				got = append(got, f.String())
			}
			if want := []string{strings.ReplaceAll(b.want, "$D", s.Dir)}; !slices.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want[0])
			}
			if after := listing(t, s.Dir); after != before {
				t.Errorf("before\n%s\nafter\n%s", before, after)
			}
		})
	}
	if len(broken) < 60 {
		t.Errorf("%d broken directories, want 60", len(broken))
	}
}

// listing is all that may not change in a directory.
func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		st, err := d.Info()
		if err == nil {
			b.WriteString(path + " " + st.Mode().String() + " " + st.ModTime().String() + "\n")
		}
		return err
	}))
	return b.String()
}

// What people rightly have is not a mistake.
func TestGood(t *testing.T) {
	t.Parallel()
	for name, files := range map[string][]string{
		"nothing but run": nil,
		"own files": {"README read me\n", "conf PORT=80\n", "data/x 1\n", "env/A 1\n", "run.old #!/bin/sh\n", "run~ x", "rum x",
			"logs/x 1", "checks/a 1", "html/index.html x", "main/current x", "sun*755 x", ".git/HEAD x", "root/"},
		"settings of the field": {"down", "notification-fd 3\n", "timeout-kill 10000\n", "timeout-finish 0", "down-signal INT\n",
			"reload-signal 1\n", "max-death-tally 10\n", "flag-timeout-killpg", "nosetsid"},
		"our settings": {"set/user www:www\n", "set/env/A 1\n", "set/env/EMPTY", "set/limits/nofile 1024:4096\n", "set/umask 022\n",
			"set/clear-env", "set/prepare*755 #!/bin/sh\n", "set/description a service\n", "set/capabilities", "set/.umask.new x"},
		"numbers for a user":  {"set/user :4000000:4000000\n"},
		"a port":              {"set/ports/a-b 80\n", "set/env/A 1%{port:a-b}\n", "set/check/period 1s\n", "set/alive/http http://localhost:%{port:a-b}/\n"},
		"no check of a port":  {"set/ports/http 80\n", "set/check/tcp none\n"},
		"command":             {"-run", "set/command sleep\n9\n"},
		"default logger":      {"log/"},
		"its settings":        {"log/set/size 1M\n", "log/set/script -*\n+*x*\n"},
		"svlog by hand":       {"log/run*755 #!/bin/sh\nexec svlog\n", "log/set/size 1M\n"},
		"control":             {"control/t*755 #!/bin/sh\n", "control/.x x", "finish*755 #!/usr/bin/env perl\n"},
		"a binary":            {"run*755 \x7fELF\x02\x01\x01"},
		"a link to a sibling": {"-run", "../db/run*755 #!/bin/sh\nexec true\n", "run -> ../db/run"},
		"supervise elsewhere": {"supervise -> /run/supervise.web"},
		"supervised": {"supervise/control|", "supervise/ok|", "supervise/log|", "supervise/lock", "supervise/status x",
			"event/*755"},
		"a oneshot of s6-rc": {"-run", "type oneshot\n", "up foreground { echo }\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range Service(service(t, files), village) {
				t.Error(f)
			}
		})
	}
}

// All examples of ours are good on any machine.
func TestExamples(t *testing.T) {
	t.Parallel()
	w := *Machine
	w.Interpreter = func(string) string { return "" }
	w.User = func(string) bool { return true }
	w.Group, w.InPath = w.User, w.User
	services := 0
	must(t, filepath.WalkDir("../../examples", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() || d.Name() == servicedir.Log {
			return err
		}
		for _, program := range []string{servicedir.Run, servicedir.Command} {
			if _, err := os.Lstat(filepath.Join(path, program)); err == nil {
				services++
				for _, f := range Service(svctl.Target{Name: path, Dir: path, Defined: path}, &w) {
					if !f.Note {
						t.Error(f)
					}
				}
				return nil
			}
		}
		return nil
	}))
	if services < 8 {
		t.Errorf("%d examples, want at least 8", services)
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, line := range []string{"web/run x", "README x", "db -> ../sv/db", ".hidden -> nowhere", "loop -> loop", "a\tb/"} {
		put(t, dir, line)
	}
	var got []string
	for _, f := range Scan(dir) {
		got = append(got, strings.TrimPrefix(f.String(), dir+"/"))
	}
	want := []string{
		"README: note: not a directory, so it is no service",
		`a\tb: control characters in the name of a service`,
		"db: the symbolic link leads nowhere (to ../sv/db), so it is no service",
		"loop: unable to look: too many levels of symbolic links",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if found := Scan(dir + "/none"); len(found) != 1 || found[0].Note {
		t.Errorf("of a missing directory: %v", found)
	}
}

func TestHidden(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, ".web/run*755 #!/bin/sh\nexec true\n")
	found := Service(svctl.Target{Name: dir + "/.web", Dir: dir + "/.web", Defined: dir + "/.web"}, village)
	if len(found) != 1 || !strings.Contains(found[0].Message, "leading dot") {
		t.Errorf("got %v", found)
	}
}

// Who may not read a setting is told so.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	s := service(t, []string{"timeout-kill*000 10\n", "set/env/A*000 1\n", "control/*000", "run*711 \x7fELF"})
	for dir := filepath.Dir(s.Dir); dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		must(t, os.Chmod(dir, 0o755))
	}
	if os.Geteuid() == 0 { // who may read everything
		runtime.LockOSThread() // whose files these are is known of each thread
		defer runtime.UnlockOSThread()
		const nobody = 65534
		must(t, unix.Setfsuid(nobody))
		defer func() { must(t, unix.Setfsuid(0)) }()
	}
	var got []string
	for _, f := range Service(s, village) {
		got = append(got, f.String())
	}
	want := []string{"web/control: unable to read: permission denied", "web/timeout-kill: unable to read: permission denied",
		"web/set/env/A: unable to read: permission denied"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A tree that svscan serves elsewhere: what supervise writes is there, what it
// reads here.
func TestServedElsewhere(t *testing.T) {
	t.Parallel()
	s := service(t, []string{"supervise/control x", "set/usr x"})
	s.Dir = filepath.Join(t.TempDir(), "web")
	check := func(want ...string) {
		t.Helper()
		var got []string
		for _, f := range Service(s, village) {
			got = append(got, f.Path)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	check("set/usr")
	put(t, s.Dir, "supervise/ok x")
	check("set/usr", "supervise/ok")
}

func TestBecomes(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]bool{
		"":                                        true,
		"exec httpd":                              true,
		"exec 2>&1\nexec httpd \\\n -f":           true,
		"mkdir -p x && exec httpd":                true,
		"httpd":                                   false,
		"exec 2>&1\nhttpd\n\n# that is all\n":     false,
		"while :; do\nsleep 1\ndone":              true,
		"if a; then\nexec b\nfi":                  true,
		"case $1 in\nesac;":                       true,
		"sleep 4\nexit 7":                         true,
		". ./run.common":                          true,
		"httpd &\nwait":                           true,
		"main() {\nexec x\n}\nmain \"$@\"":        false,
		"[ -r conf ] && . ./conf\nexec x\n# exec": true,
	} {
		if got := becomes([]byte("#!/bin/sh\n" + script)); got != want {
			t.Errorf("becomes(%q) is %v, want %v", script, got, want)
		}
	}
}
