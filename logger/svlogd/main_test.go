package svlogd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/svdir/svdir/tests/need"
)

// patience is how long a test waits for what should come at once, or after the
// three seconds that svlogd pauses.
const patience = 120 * time.Second

func TestMain(m *testing.M) { need.Main(m) }

// ours is the path of our program.
func ours(t testing.TB) string {
	t.Helper()
	return need.Program(t, "svlog", "svlogd")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tree are the files below a directory by their names.
type tree map[string]string

func (f tree) plant(t testing.TB, dir string) {
	t.Helper()
	for name, text := range f {
		path := filepath.Join(dir, name)
		if strings.HasSuffix(name, "/") {
			must(t, os.MkdirAll(path, 0o755))
			continue
		}
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		mode := os.FileMode(0o644)
		if rest, whole := strings.CutPrefix(text, "WHOLE:"); whole {
			text, mode = rest, 0o744
		}
		must(t, os.WriteFile(path, []byte(text), mode))
	}
}

// story is what a program did: what it said and its exit code, and each file
// with its mode, in order.
func story(t testing.TB, dir, said string, code int) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "exit code %d\nsaid:\n%s", code, said)
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		i, err := e.Info()
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s %v:\n%s\n", strings.TrimPrefix(path, dir), i.Mode(), text)
		return err
	})
	must(t, err)
	return anyTime(b.String())
}

var stamps = regexp.MustCompile(`@[0-9a-f]{24}|\d{4}-\d\d-\d\d([_T])\d\d:\d\d:\d\d\.\d{5}`)

// anyTime is a text without its stamps, and without the news that a child has
// ended, which comes when it comes.
func anyTime(text string) string {
	text = strings.ReplaceAll(text, "svlogd: info: sigchild received.\n", "")
	return stamps.ReplaceAllString(text, "TIME$1")
}

// runs runs a program in dir until it ends.
func runs(t testing.TB, dir, input, program string, args ...string) string {
	t.Helper()
	var said strings.Builder
	cmd := &exec.Cmd{Path: program, Args: append([]string{"svlogd"}, args...), Dir: dir, Stdin: strings.NewReader(input), Stderr: &said}
	must(t, cmd.Start())
	stuck := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // how it ended is in the state
	if !stuck.Stop() {
		t.Errorf("svlogd %q did not end within %v", args, patience)
	}
	return story(t, dir, said.String(), cmd.ProcessState.ExitCode())
}

// old are the old files of a log directory, and current, oldest first.
func old(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "@") {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return append(names, "current")
}

// content is all that is in a log directory, oldest first.
func content(t testing.TB, dir string) string {
	t.Helper()
	var b strings.Builder
	for _, name := range old(t, dir) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err == nil {
			b.Write(text)
		}
	}
	return b.String()
}

func numbered(first, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %06d of a service\n", first+i)
	}
	return b.String()
}
