package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// TestReadme is a stranger with a copy of the source, Go and make: the lines of
// the README's tour, pasted one by one into a shell, do what is said there.
// Only /tmp is another place.
func TestReadme(t *testing.T) {
	t.Parallel()
	w := stranger(t)
	sh := openTerminal(t, filepath.Join(w.dir, "svdir"), w.env)
	seen := map[string]bool{}
	for _, line := range tour(t) {
		said, code := sh.paste(strings.ReplaceAll(line, "/tmp/", w.dir+"/"))
		t.Logf("%s\n%s", line, said)
		if code != 0 {
			t.Fatalf("%s: got exit code %d; want 0", line, code)
		}
		for begin, does := range w.sights() {
			if strings.HasPrefix(line, begin) {
				seen[begin] = true
				does(said)
			}
		}
		if t.Failed() {
			t.Fatalf("%s: not what the README says", line)
		}
	}
	sh.leave()
	for begin := range w.sights() {
		if !seen[begin] {
			t.Errorf("the README has no line that begins with %q", begin)
		}
	}
}

// TestDemo is make demo where nobody looks: it shows the table once and ends.
func TestDemo(t *testing.T) {
	t.Parallel()
	w := stranger(t)
	cmd := &exec.Cmd{Path: lookPath("make", w.env), Args: []string{"make", "demo"}, Dir: filepath.Join(w.dir, "svdir"), Env: append(w.env, "CI=true")}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("make demo: %v\n%s", err, out)
	}
	for _, want := range []string{`(?m)^flaky +`, `(?m)^parked +down `, `(?m)^ready +up +yes `, `(?m)^tick +up `, `(?m)^tidy +`, `nothing is left\.\n$`} {
		if !regexp.MustCompile(want).Match(out) {
			t.Errorf("got %s; want %s in it", out, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(w.dir, "tmp/*")); len(left) > 0 { // the pattern is good
		t.Errorf("%v are left", left)
	}
	nothingBelow(t, w.dir)
}

// stranger has a copy of the source, a home that is empty, and in PATH what
// every system has, make, and go. The modules are there already, as after a
// first make.
func stranger(t *testing.T) *tree {
	t.Helper()
	w := plant(t)
	source, home, tools := filepath.Join(w.dir, "svdir"), filepath.Join(w.dir, "home"), filepath.Join(w.dir, "tools")
	for _, dir := range []string{source, home, tools, filepath.Join(w.dir, "tmp")} {
		w.must(os.Mkdir(dir, 0o755))
	}
	files, err := os.ReadDir("..")
	w.must(err)
	for _, f := range files {
		if name := f.Name(); name != "bin" && !strings.HasPrefix(name, ".") {
			mustRun(t, "cp", "-R", "../"+name, source)
		}
	}
	for _, tool := range strings.Fields("sh make go cat chmod cp date dirname ln mkdir mktemp rm sleep") {
		path, err := exec.LookPath(tool)
		w.must(err)
		w.must(os.Symlink(path, filepath.Join(tools, tool)))
	}
	w.env = []string{"PATH=" + tools, "HOME=" + home, "TMPDIR=" + filepath.Join(w.dir, "tmp"), "NO_COLOR=1"}
	for _, name := range []string{"GOCACHE", "GOMODCACHE", "GOPROXY", "GOTOOLCHAIN", "GOROOT"} {
		value, err := exec.Command("go", "env", name).Output()
		w.must(err)
		w.env = append(w.env, name+"="+strings.TrimSpace(string(value)))
	}
	return w
}

// tour is the lines of the README's first shell block.
func tour(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n```sh\n")
	block, _, found := strings.Cut(rest, "\n```\n")
	if !found {
		t.Fatal("README.md: no block begins with ```sh and ends with ```")
	}
	var lines []string
	for line := range strings.SplitSeq(block, "\n") {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// sights are what is to be seen after the lines of the tour, by how these
// begin. The stranger reads each before he pastes the next.
func (w *tree) sights() map[string]func(said string) {
	starts := func(n int) {
		w.happens("tick", "start", n)
		w.reaches("tick", status.Up)
	}
	has := func(want string) func(string) {
		return func(said string) {
			w.t.Helper()
			if !regexp.MustCompile(want).MatchString(said) {
				w.t.Errorf("got %q; want %s", said, want)
			}
		}
	}
	return map[string]func(string){
		"make ": func(string) { has(`svscan`)(w.listed("svdir/bin")) },
		"svscan ": func(string) {
			eventually(w.t, w.dir, "it serves", func() bool { return w.listed("service/.svscan") != "" })
		},
		"ln -s ":        func(string) { starts(1); w.reaches("tick/log", status.Up) },
		"svctl  ":       has(`\btick +up `),
		"svctl restart": func(string) { starts(2) },
		"kill -9":       func(string) { starts(3) },
		"svctl -t":      func(string) { starts(4) },
		"svctl history": func(said string) {
			has(`(?s)start.*end.*restart.*start.*end.*KILL.*start.*end.*TERM.*start`)(said)
			lines := filepath.Join(w.dir, "tick/log/main/current")
			eventually(w.t, filepath.Dir(lines), "a line is logged", func() bool { return hasText(lines) })
		},
		"svctl logs": has(strconv.Itoa(w.record("tick").Since.Year())),
		"svctl set": func(string) {
			if text, err := os.ReadFile(filepath.Join(w.dir, "tick/set/umask")); err != nil || string(text) != "027\n" {
				w.t.Errorf("set/umask: got %q, %v; want 027", text, err)
			}
		},
		"svctl new": func(string) { w.reaches("say", status.Up) },
		"cat ": func(said string) {
			has(`(?m)^STATE=up$`)(said)
			has(`(?m)^PID=` + strconv.Itoa(w.record("tick").PID) + `$`)(said)
		},
		"rm ":     func(string) { nothingBelow(w.t, filepath.Join(w.dir, "tick")) },
		"kill %1": func(string) { nothingBelow(w.t, w.scan) },
	}
}

// listed is the names in a directory below that of everything.
func (w *tree) listed(dir string) string {
	names, _ := filepath.Glob(filepath.Join(w.dir, dir, "*")) // the pattern is good
	return strings.Join(names, "\n")
}
