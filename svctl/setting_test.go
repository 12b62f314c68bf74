package svctl

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

// home is an empty service directory, and its logger.
func home(t *testing.T) (web, log Target) {
	t.Helper()
	scan := t.TempDir()
	web = Target{Name: "web", Dir: scan + "/web", Defined: scan + "/web", Scan: scan}
	if err := os.MkdirAll(web.Dir+"/log", 0o755); err != nil {
		t.Fatal(err)
	}
	log, _ = web.Log()
	return web, log
}

// mustSet writes settings by the words of svctl set.
func mustSet(t *testing.T, at Target, words ...string) {
	t.Helper()
	for _, word := range words {
		c, err := ParseChange(word)
		if err == nil {
			err = Set(at, []Change{c})
		}
		if err != nil {
			t.Errorf("set %s: %v", word, err)
		}
	}
}

// Every word lands in its place and unit, and comes back as it was given.
func TestSetAndGet(t *testing.T) {
	t.Parallel()
	web, log := home(t)
	for _, c := range []struct {
		word, path, text string
		back             string // "" for word
	}{
		{"timeout-kill=10s", "timeout-kill", "10000\n", ""},
		{"timeout-kill=10000", "timeout-kill", "10000\n", "timeout-kill=10s"},
		{"timeout-kill=250ms", "timeout-kill", "250\n", ""},
		{"timeout-kill=1m30s", "timeout-kill", "90000\n", "timeout-kill=90s"},
		{"timeout-kill=2h", "timeout-kill", "7200000\n", ""},
		{"timeout-kill=0", "timeout-kill", "0\n", ""},
		{"timeout-kill=0s", "timeout-kill", "0\n", "timeout-kill=0"},
		{"down-signal=INT", "down-signal", "INT\n", ""},
		{"notification-fd=3", "notification-fd", "3\n", ""},
		{"down", "down", "", ""},
		{"user=www-data:adm", "set/user", "www-data:adm\n", ""},
		{"limits/nofile=4096", "set/limits/nofile", "4096\n", ""},
		{"nice=-5", "set/nice", "-5\n", ""},
		{"clear-env", "set/clear-env", "", ""},
		{"env/A=b=c d", "set/env/A", "b=c d\n", ""},
		{"env/A=", "set/env/A", "\n", ""},
		{"env/A", "set/env/A", "", ""},
		{"env/A=1\n2", "set/env/A", "1\x002\n", ""},
		{"command=date", "set/command", "date\n", ""},
		{"capabilities=chown kill", "set/capabilities", "chown kill\n", "capabilities='chown kill'"},
		{"description=what it does", "set/description", "what it does\n", ""},
	} {
		mustSet(t, web, c.word)
		text, err := os.ReadFile(filepath.Join(web.Dir, c.path))
		if err != nil || string(text) != c.text {
			t.Errorf("%s: %s has %q, %v; want %q", c.word, c.path, text, err, c.text)
		}
		name, _, _ := strings.Cut(c.word, "=")
		want := c.word
		if c.back != "" {
			want = c.back
		}
		values, errs := Get(web, name)
		if len(values) != 1 || len(errs) > 0 || values[0].String() != want {
			t.Errorf("%s: got %v, %v; want %s", c.word, values, errs, want)
		}
	}
	mustSet(t, log, "size=1M")
	if text, err := os.ReadFile(log.Dir + "/set/size"); string(text) != "1M\n" {
		t.Errorf("log/set/size has %q, %v", text, err)
	}
}

// What a person may write wrongly, and what is said.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"timout-kill=1":           "unable to set timout-kill: there is no such setting (did you mean timeout-kill?)",
		"Timeout_Kill=1":          "(did you mean timeout-kill?)",
		"limit/nofile=1":          "(did you mean limits/nofile?)",
		"xyzzy":                   "unable to set xyzzy: there is no such setting",
		"":                        "there is no such setting",
		"=":                       "there is no such setting",
		"limits/=1":               "there is no such setting",
		"limits/../user=1":        "there is no such setting",
		"user/x=1":                "there is no such setting",
		"env/.x=1":                "no item has a leading dot",
		"log/size=1M":             "the logger of NAME is NAME/log",
		"limits/nofiles=1":        "unknown limit nofiles",
		"limits=1":                "name one of its items: limits/ITEM=VALUE",
		"timeout-kill":            "it needs a value: timeout-kill=VALUE",
		"timeout-kill=":           "not a time",
		"timeout-kill=soon":       "not a time",
		"timeout-kill=-1":         "not a time",
		"timeout-kill=99999d":     "not a time",
		"user=":                   "empty",
		"user=a b":                "not user[:group",
		"user=a\nb":               "control characters",
		"description=\x1b[2J":     "control characters",
		"env/A=a\x00b":            "control characters",
		"env/A=a ":                "no blanks at its end",
		"clear-env=yes":           "a flag is there or not",
		"prepare=./x":             "a program: give it as prepare --file=PATH",
		"command":                 "it needs arguments: command -- ARGUMENT...",
		"command=sleep 9":         "write command -- sleep 9",
		"capabilities=net_bind":   "unknown capability net_bind",
		"notification-fd=1":       "not a number from 3 to 1023",
		"limits/nofile=20:10":     "the soft limit is above the hard one",
		"description=" + "x\ty\n": "control characters",
	} {
		_, err := ParseChange(word)
		if err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, ErrUsage) {
			t.Errorf("%q: got %v; want %s", word, err, want)
		}
	}
	web, _ := home(t)
	size, err := ParseChange("size=1M")
	if err == nil {
		err = Set(web, []Change{size})
	}
	if want := "unable to set size of web: a setting of its logger: svctl set web/log size=1M"; err == nil || err.Error() != want {
		t.Errorf("got %v; want %s", err, want)
	}
}

func TestLinesChange(t *testing.T) {
	t.Parallel()
	web, _ := home(t)
	argv := []string{"sh", "-c", "echo 'a b'", "", " x "}
	c, err := LinesChange("command", argv)
	if err == nil {
		err = Set(web, []Change{c})
	}
	text, rerr := os.ReadFile(web.Dir + "/set/command")
	if want := strings.Join(argv, "\n") + "\n"; string(text) != want {
		t.Errorf("got %q, %v, %v; want %q", text, err, rerr, want)
	}
	values, errs := Get(web, "command")
	if len(values) != 1 || strings.Join(values[0].Lines, "|") != strings.Join(argv, "|") {
		t.Errorf("got %v, %v; want %q", values, errs, argv)
	}
	if want := `command=sh -c 'echo '\''a b'\''' '' ' x '`; values[0].String() != want {
		t.Errorf("got %s; want %s", values[0].String(), want)
	}
	for name, lines := range map[string][]string{"command": {"a\nb"}, "user": {"a"}, "none": {"a"}} {
		if _, err := LinesChange(name, lines); !errors.Is(err, ErrUsage) {
			t.Errorf("%s -- %q: got %v; want a refusal", name, lines, err)
		}
	}
}

func TestFileChange(t *testing.T) {
	t.Parallel()
	web, _ := home(t)
	file := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		c, err := FileChange("prepare", file)
		if err == nil {
			err = Set(web, []Change{c})
		}
		st, serr := os.Stat(web.Dir + "/set/prepare")
		if err != nil || serr != nil || st.Mode().Perm() != 0o755 || st.Size() != 10 {
			t.Fatalf("got %v, %v, %v; want 10 bytes of mode 0755", st, err, serr)
		}
	}
	if _, err := FileChange("prepare", file+"2"); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a missing file: got %v", err)
	}
	for name, path := range map[string]string{"user": file, "prepare": web.Dir} {
		if _, err := FileChange(name, path); !errors.Is(err, ErrUsage) {
			t.Errorf("%s of %s: got %v; want a refusal", name, path, err)
		}
	}
}

// A file that is there keeps owner and mode, a link becomes a file, a link to a
// service directory is followed, and no draft stays.
func TestReplace(t *testing.T) {
	t.Parallel()
	web, _ := home(t)
	shared, user := web.Scan+"/shared", web.Dir+"/set/user"
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	mustSet(t, web, "user=a")
	check(os.Chmod(user, 0o600))
	if os.Geteuid() == 0 {
		check(os.Chown(user, 1234, 1234))
	}
	before, err := os.Stat(user)
	check(err)
	check(os.WriteFile(web.Dir+"/set/.user.new", nil, 0o400)) // of one that was killed
	mustSet(t, web, "user=b")
	after, err := os.Stat(user)
	check(err)
	if o, n := before.Sys().(*syscall.Stat_t), after.Sys().(*syscall.Stat_t); n.Uid != o.Uid || n.Gid != o.Gid || n.Mode != o.Mode || n.Ino == o.Ino {
		t.Errorf("got %+v; want another file with the owner and mode of %+v", n, o)
	}
	check(os.WriteFile(shared, []byte("old\n"), 0o640))
	check(os.Remove(user))
	check(os.Symlink(shared, user))
	mustSet(t, web, "user=c")
	if st, err := os.Lstat(user); err != nil || st.Mode() != 0o640 {
		t.Errorf("got %v, %v; want a file of mode 0640", st, err)
	}
	if text, err := os.ReadFile(shared); string(text) != "old\n" {
		t.Errorf("what the link led to has %q, %v", text, err)
	}
	check(os.Symlink(web.Dir, web.Scan+"/alias"))
	mustSet(t, Linked(web.Scan, "alias"), "user=d")
	if text, err := os.ReadFile(user); string(text) != "d\n" {
		t.Errorf("through a link: %q, %v", text, err)
	}
	entries, err := os.ReadDir(web.Dir + "/set")
	if err != nil || len(entries) != 1 {
		t.Errorf("set has %v, %v; want user alone", entries, err)
	}
}

// What the system refuses is one sentence.
func TestSetFails(t *testing.T) {
	t.Parallel()
	web, _ := home(t)
	user, err := ParseChange("user=a")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		make func(dir string) error
		want string
	}{
		"set is a file":   {func(dir string) error { return os.WriteFile(dir+"/set", nil, 0o644) }, "unable to set user of web: not a directory"},
		"a directory":     {func(dir string) error { return os.MkdirAll(dir+"/set/user/x", 0o755) }, "unable to set user of web: is a directory"},
		"set leads away":  {func(dir string) error { return os.Symlink("nowhere", dir+"/set") }, "unable to set user of web: no such file or directory"},
		"nobody is there": {os.Remove, "unable to set user of web: no such file or directory"},
	} {
		dir := t.TempDir()
		at := Target{Name: "web", Dir: dir, Defined: dir}
		if err := c.make(at.Dir); err != nil {
			t.Fatal(err)
		}
		if err := Set(at, []Change{user}); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v; want %s", name, err, c.want)
		}
	}
	// None of two is written if one has no place.
	size, err := ParseChange("size=1M")
	if err != nil {
		t.Fatal(err)
	}
	if err := Set(web, []Change{user, size}); !errors.Is(err, ErrUsage) {
		t.Errorf("got %v; want a refusal", err)
	}
	if _, err := os.Stat(web.Dir + "/set"); !os.IsNotExist(err) {
		t.Errorf("got %v; want no set", err)
	}
}

func TestUnset(t *testing.T) {
	t.Parallel()
	web, _ := home(t)
	mustSet(t, web, "user=a", "limits/nofile=1", "limits/core=0", "env/A=1", "env/B=2", "down")
	if err := Unset(web, []string{"user", "limits", "env/A", "down", "umask", "dirs", "path/x"}); err != nil {
		t.Fatal(err)
	}
	values, errs := Settings(web)
	if len(values) != 1 || len(errs) > 0 || values[0].String() != "env/B=2" {
		t.Errorf("got %v, %v; want env/B", values, errs)
	}
	for name, want := range map[string]error{"usr": ErrUsage, "size": ErrUsage, "limits/x": ErrUsage} {
		if err := Unset(web, []string{"env", name}); !errors.Is(err, want) {
			t.Errorf("%s: got %v; want %v", name, err, want)
		}
	}
	if values, _ := Get(web, "env"); len(values) != 1 {
		t.Errorf("got %v; want env as it was", values)
	}
}

// A setting that cannot be used is told of, and the others are shown.
func TestSettingsThatAreBad(t *testing.T) {
	t.Parallel()
	web, _ := home(t)
	mustSet(t, web, "user=a", "timeout-kill=1s", "env/A=1")
	for path, text := range map[string]string{"timeout-kill": "soon\n", "set/umask": "", "set/env/big": strings.Repeat("x", 2<<20)} {
		if err := os.WriteFile(filepath.Join(web.Dir, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mkfifo(web.Dir+"/set/nice", 0o600); err != nil {
		t.Fatal(err)
	}
	values, errs := Settings(web)
	if len(values) != 2 || values[0].Name != "env/A" || values[1].Name != "user" || len(errs) != 4 {
		t.Errorf("got %v, %v; want env/A, user and four errors", values, errs)
	}
}

func TestIsLogger(t *testing.T) {
	t.Parallel()
	for dir, want := range map[string]bool{"/service/web/log": true, "/service/web": false, "/service/log": false, "/service/log/log": true} {
		if got := (Target{Defined: dir, Scan: "/service"}).IsLogger(); got != want {
			t.Errorf("%s: got %v; want %v", dir, got, want)
		}
	}
	if !(Target{Defined: "/etc/sv/web/log/"}).IsLogger() {
		t.Error("a path is a logger by its name")
	}
	dir := t.TempDir()
	all := Target{Defined: dir}
	if all.TakesLogSettings() {
		t.Error("a service that reads nobody takes settings of a logger")
	}
	if err := os.WriteFile(filepath.Join(dir, "consumer-for"), []byte("web\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if !all.TakesLogSettings() || all.IsLogger() {
		t.Error("a consumer does not take settings of a logger, or is that of a service")
	}
}

// Whatever word is given, what it writes can be read, and stays in its place.
func FuzzParseChange(f *testing.F) {
	for _, word := range []string{"timeout-kill=10s", "clear-env", "env/A=1\n2", "limits/nofile=1:2", "size=1M", "user=:0:0", "dirs/a=/x 0755", "=", "env/A"} {
		f.Add(word)
	}
	f.Fuzz(func(t *testing.T, word string) {
		c, err := ParseChange(word)
		if err != nil {
			if !errors.Is(err, ErrUsage) || strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' }) {
				t.Errorf("%q: %q", word, err)
			}
			return
		}
		if strings.ContainsAny(c.item, "/\x00") || c.item == ".." || c.item == "." {
			t.Errorf("%q is item %q", word, c.item)
		}
		if c.setting.Kind == setting.Flag {
			if c.text != "" {
				t.Errorf("%q: a flag has %q", word, c.text)
			}
			return
		}
		if c.setting.Check != nil && c.setting.Check(c.text) != nil {
			t.Errorf("%q: %q cannot be used", word, c.text)
		}
		if _, value, given := strings.Cut(word, "="); isVariable(c.setting) {
			if back, unset := setting.ParseVariable(c.text); back != value || unset == given {
				t.Errorf("%q: %q, %v", word, back, unset)
			}
		}
	})
}
