package s6log

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// patience is how long a test waits for what should come at once.
const patience = 120 * time.Second

func TestMain(m *testing.M) { need.Main(m) }

// ours is our program under the name s6-log.
func ours(t *testing.T) string {
	t.Helper()
	return need.Program(t, "svlog", "s6-log")
}

// both are the two programs, ours first.
func both(t *testing.T) [2]string {
	t.Helper()
	return [2]string{ours(t), need.Peer(t, "s6-log")}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// running is a logger that reads from a pipe, in a directory of its own unless
// it was given one.
type running struct {
	*exec.Cmd
	in       *os.File // its writing end
	out, err string   // files
	gone     chan struct{}
}

// start starts a logger in dir.
func start(t *testing.T, dir string, words ...string) *running {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	t.Cleanup(func() { _ = w.Close() }) // the test may have
	return launch(t, dir, r, w, words...)
}

// launch starts a logger that reads from in; w is what writes there.
func launch(t *testing.T, dir string, in, w *os.File, words ...string) *running {
	t.Helper()
	side := t.TempDir()
	r := &running{Cmd: exec.Command(words[0], words[1:]...), in: w,
		out: filepath.Join(side, "out"), err: filepath.Join(side, "err"), gone: make(chan struct{})}
	r.Dir, r.Stdin = dir, in
	r.Env = append(os.Environ(), "TZ=")
	out, err := os.Create(r.out)
	must(t, err)
	defer out.Close()
	said, err := os.Create(r.err)
	must(t, err)
	defer said.Close()
	r.Stdout, r.Stderr = out, said
	must(t, r.Start())
	go func() {
		_ = r.Wait() // how it ended is in the state
		close(r.gone)
	}()
	t.Cleanup(func() {
		_ = r.Process.Kill() // it has ended, unless the test failed
		<-r.gone
	})
	return r
}

// say writes text, and waits until the logger has taken it.
func (r *running) say(t *testing.T, text string) {
	t.Helper()
	_, err := io.WriteString(r.in, text)
	must(t, err)
	eventually(t, "the pipe is empty", func() bool {
		select {
		case <-r.gone:
			t.Fatalf("%q has ended: %s", r.Args, read(t, r.err))
		default:
		}
		n, err := unix.IoctlGetInt(int(r.in.Fd()), unix.TIOCINQ)
		return err == nil && n == 0
	})
}

// ends waits for the end of the logger, and says its exit code.
func (r *running) ends(t *testing.T) int {
	t.Helper()
	select {
	case <-r.gone:
	case <-time.After(patience):
		t.Fatalf("%q has not ended: %s", r.Args, read(t, r.err))
	}
	return r.ProcessState.ExitCode()
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, patience)
		}
		<-time.After(time.Millisecond)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	return string(text)
}

func write(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(file), 0o700))
	must(t, os.WriteFile(file, []byte(text), mode))
	must(t, os.Chmod(file, mode))
}

// What differs from run to run, and what stands for it.
var (
	labels = regexp.MustCompile(`@40000000[0-9a-f]{16}`)
	times  = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}`)
)

func same(text string) string {
	return times.ReplaceAllString(labels.ReplaceAllString(text, "@LABEL"), "TIME")
}

// tree is all that is in dir, in the order of names: modes, names, contents.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(dir, func(file string, e fs.DirEntry, err error) error {
		if err != nil || file == dir {
			return err
		}
		i, err := e.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%v %s\n", i.Mode(), file[len(dir):])
		if i.Mode().IsRegular() {
			fmt.Fprintf(&b, "%s", read(t, file))
		}
		return nil
	}))
	return same(b.String())
}

// contents are the files of a log directory that hold lines, oldest first.
func contents(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var all []string
	for _, e := range entries {
		if e.Name()[0] == '@' {
			all = append(all, read(t, filepath.Join(dir, e.Name())))
		}
	}
	for _, name := range [...]string{"previous", "current"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			all = append(all, string(text))
		}
	}
	return all
}

// numbered are n lines from number from on.
func numbered(from, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d of the test\n", from+i)
	}
	return b.String()
}
