package compat

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/tests/need"
)

// patience is how long a test waits for what should come at once.
const patience = 120 * time.Second

func TestMain(m *testing.M) { need.Main(m) }

// ours is the path of our program of this name.
func ours(t *testing.T, name string) string {
	t.Helper()
	return need.Program(t, "svlog", name)
}

// both are the paths of the real program, which comes first, and of ours.
func both(t *testing.T, name string) [2]string {
	t.Helper()
	return [2]string{need.Peer(t, name), ours(t, name)}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// started is a program that reads from a pipe.
type started struct {
	*exec.Cmd
	in       *os.File // its writing end
	part     int      // how much of a line it was told may stay in the pipe
	out, err strings.Builder
	gone     chan struct{}
}

// start starts a program in dir.
func start(t *testing.T, dir string, env []string, words ...string) *started {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	t.Cleanup(func() { _ = w.Close() }) // the test may have
	s := startFrom(t, r, dir, env, words...)
	s.in = w
	return s
}

// startFrom starts a program that reads from r, which it alone has then.
func startFrom(t *testing.T, r *os.File, dir string, env []string, words ...string) *started {
	t.Helper()
	defer r.Close()
	s := &started{Cmd: exec.Command(words[0], words[1:]...), gone: make(chan struct{})}
	s.Dir, s.Stdin, s.Stdout, s.Stderr = dir, r, &s.out, &s.err
	s.Env = append(os.Environ(), env...)
	must(t, s.Start())
	go func() {
		_ = s.Wait() // how it ended is in the state
		close(s.gone)
	}()
	t.Cleanup(func() {
		_ = s.Process.Kill() // it has ended, unless the test failed
		<-s.gone
	})
	return s
}

// say writes text, and waits until the program has taken it.
func (s *started) say(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(s.in, text); err != nil {
		return // it has ended, which shows
	}
	if end := strings.LastIndexByte(text, '\n') + 1; end > 0 {
		s.part, text = 0, text[end:]
	}
	s.part += len(text)
	eventually(t, "the lines are taken", func() bool {
		n, err := unix.IoctlGetInt(int(s.in.Fd()), unix.TIOCINQ)
		return err != nil || n <= s.part || s.ended()
	})
}

func (s *started) ended() bool {
	select {
	case <-s.gone:
		return true
	default:
		return false
	}
}

// wait waits for the end, and returns the exit code, or -1 for a signal.
func (s *started) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-s.gone:
	case <-time.After(patience):
		t.Fatalf("%q has not ended", s.Args)
	}
	return s.ProcessState.ExitCode()
}

// end closes the input and waits.
func (s *started) end(t *testing.T) int {
	t.Helper()
	_ = s.in.Close() // nothing is left to write
	return s.wait(t)
}

func (s *started) signal(t *testing.T, sig syscall.Signal) {
	t.Helper()
	must(t, s.Process.Signal(sig))
}

// state is that of a process, as /proc has it: S where it sleeps.
func state(pid int) byte {
	var b proc.Buffer
	if stat := b.Stat(pid); len(stat) > 0 {
		return stat[0]
	}
	return 'Z'
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

var label = regexp.MustCompile(`@[0-9a-f]{24}`)

// same is a text in which all labels are the same.
func same(text string) string { return label.ReplaceAllString(text, "@") }

// tree is all that is below dir: modes, names and contents, without what lock
// holds.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	must(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		i, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it was renamed just now
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%v %s", i.Mode(), same(strings.TrimPrefix(path, dir)))
		if i.Mode().IsRegular() && d.Name() != "lock" {
			text, _ := os.ReadFile(path) // likewise
			fmt.Fprintf(&b, " %q", same(string(text)))
		}
		b.WriteByte('\n')
		return nil
	}))
	return b.String()
}

// logged are the files of a log directory, oldest first, as one text.
func logged(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "@*"))
	must(t, err)
	slices.Sort(names)
	var b strings.Builder
	for _, name := range append(names, filepath.Join(dir, "previous"), filepath.Join(dir, "current")) {
		text, _ := os.ReadFile(name) // previous is seldom there, others may be renamed just now
		b.Write(text)
	}
	return b.String()
}

// numbered are lines that can be told apart, from first on.
func numbered(first, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %06d of a service, which has something to say\n", first+i)
	}
	return b.String()
}
