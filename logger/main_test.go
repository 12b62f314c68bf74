package logger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/logger/tai64n"
	"github.com/svdir/svdir/tests/need"
)

// patience is how long a test waits for what should come at once, or after the
// five seconds that a logger pauses.
const patience = 120 * time.Second

func TestMain(m *testing.M) { need.Main(m) }

// svlog is the path of our program.
func svlog(t *testing.T) string {
	t.Helper()
	return need.Program(t, "svlog", "svlog")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// logged is what a program said, and how it ended.
type logged struct {
	out, err string
	code     int
}

// run runs a program in dir until it ends, with input.
func run(t *testing.T, dir, input, program string, args ...string) logged {
	t.Helper()
	var out, said strings.Builder
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = dir, strings.NewReader(input), &out, &said
	cmd.Env = append(os.Environ(), "SV_NAME=web/log")
	must(t, cmd.Start())
	stuck := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // how it ended is in the state
	if !stuck.Stop() {
		t.Errorf("%s did not end within %v", program, patience)
	}
	return logged{out.String(), said.String(), cmd.ProcessState.ExitCode()}
}

// runs is run, for a program that has nothing to complain about.
func runs(t *testing.T, dir, input, program string, args ...string) string {
	t.Helper()
	l := run(t, dir, input, program, args...)
	if l.code != 0 || l.err != "" {
		t.Fatalf("%s %q: exit code %d, said %q", program, args, l.code, l.err)
	}
	return l.out
}

// files are the log files of a directory, oldest first. A previous that is an archive
// too, since its logger was killed before it had lost its first name, is that.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var names []string
	for _, e := range entries {
		if isArchive(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	for _, name := range []string{logdir.Previous, logdir.Current} {
		if i, err := os.Stat(filepath.Join(dir, name)); err == nil && i.Sys().(*syscall.Stat_t).Nlink == 1 {
			names = append(names, name)
		}
	}
	return names
}

// contents are the texts of these files, without one that a logger renames just
// now.
func contents(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	for _, name := range files(t, dir) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		must(t, err)
		all = append(all, string(text))
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(text), 0o644))
}

// unstamped is a text without the labels of its lines.
func unstamped(t *testing.T, text string) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(text) {
		if _, err := tai64n.Parse([]byte(line)); err != nil || len(line) <= tai64n.TextSize || line[tai64n.TextSize] != ' ' {
			t.Fatalf("no stamp: %.60q", line)
		}
		b.WriteString(line[tai64n.TextSize+1:])
	}
	return b.String()
}

// numbered are lines that can be told apart, from first on.
func numbered(first, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %06d of a service\n", first+i)
	}
	return b.String()
}

// hasBegun waits until the logger has a directory, and before that listens to
// signals: TERM is not its end any more.
func (l *started) hasBegun(t *testing.T) {
	t.Helper()
	fds := "/proc/" + strconv.Itoa(l.Process.Pid) + "/fd/"
	eventually(t, "the logger has its directory", func() bool {
		open, err := os.ReadDir(fds)
		must(t, err)
		return slices.ContainsFunc(open, func(fd os.DirEntry) bool {
			to, _ := os.Readlink(fds + fd.Name()) // it may be closed by now
			return filepath.Base(to) == logdir.Lock
		})
	})
}
