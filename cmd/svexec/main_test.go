package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/tests/need"
)

// called makes this program svexec instead of its tests.
const called = "SVEXEC_TEST=1"

func TestMain(m *testing.M) {
	if os.Getenv("SVEXEC_TEST") != "" {
		main()
		return
	}
	os.Exit(runAll(m))
}

// program is this program where nobody may execute it too.
var program string

func runAll(m *testing.M) int {
	dir, err := os.MkdirTemp("", "svexec-")
	if err == nil {
		defer os.RemoveAll(dir) // best effort: it is in the temporary directory
		err = os.Chmod(dir, 0o755)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile("/proc/self/exe")
	}
	program = filepath.Join(dir, "svexec")
	if err == nil {
		err = os.WriteFile(program, text, 0o755)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// patience is longer than anything takes on a busy machine.
const patience = 120 * time.Second

const nobody = 65534

// place is a service directory of a test, and how svexec is started there.
type place struct {
	*testing.T
	dir  string
	env  []string
	user *syscall.Credential // nil: as we are
	args []string            // of svexec
}

// plant makes a service directory with the files given by name and text. What
// has a slash at its end is a directory; a text that begins with #! is
// executable.
func plant(t *testing.T, files map[string]string) *place {
	t.Helper()
	dir := t.TempDir()
	for _, d := range []string{filepath.Dir(dir), dir} { // also for nobody
		must(t, os.Chmod(d, 0o755))
	}
	p := &place{T: t, dir: filepath.Join(dir, "web"), env: []string{"PATH=/usr/bin:/bin", "HOME=/root"}}
	must(t, os.MkdirAll(p.path("set"), 0o755))
	for name, text := range files {
		p.put(name, text)
	}
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (p *place) path(name string) string { return filepath.Join(p.dir, name) }

func (p *place) put(name, text string) {
	p.Helper()
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	must(p.T, os.MkdirAll(filepath.Dir(p.path(name)), 0o755))
	if strings.HasSuffix(name, "/") {
		must(p.T, os.MkdirAll(p.path(name), 0o755))
		return
	}
	must(p.T, writeFile(p.path(name), []byte(text), mode))
}

// writeFile writes what may be a program. No other test forks meanwhile: its
// child would have the file open for writing, and then nobody can execute it.
func writeFile(path string, text []byte, mode os.FileMode) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, text, mode)
}

func (p *place) asNobody() *place {
	p.user = &syscall.Credential{Uid: nobody, Gid: nobody}
	return p
}

// started is a program that svexec has become, or the reason why not.
type started struct {
	*testing.T
	pid    int
	report string // what came on -e
	code   int    // of svexec, where it ended
	said   string // on standard output and error, by then
}

// start starts argv through svexec and waits until it is executed, or cannot be.
// Without argv it is cat, which stays until the end of the test.
func (p *place) start(argv ...string) *started {
	p.Helper()
	stays := argv == nil
	if stays {
		argv = []string{"cat"}
	}
	r, w, err := os.Pipe()
	must(p.T, err)
	said, err := os.Create(filepath.Join(p.TempDir(), "said"))
	must(p.T, err)
	cmd := &exec.Cmd{
		Path: program, Args: append(append([]string{"svexec", "-e", "3"}, p.args...), argv...), Dir: p.dir,
		Env: append([]string{called}, p.env...), Stdout: said, Stderr: said, ExtraFiles: []*os.File{w},
		SysProcAttr: &syscall.SysProcAttr{Credential: p.user},
	}
	hold, err := cmd.StdinPipe()
	must(p.T, err)
	must(p.T, cmd.Start())
	w.Close()
	stuck := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	p.Cleanup(func() {
		_ = hold.Close() // cat ends with its input
		_ = cmd.Wait()   // it may have been waited for
		_ = said.Close() // it was only written
		_ = r.Close()    // it was read to its end
		stuck.Stop()
	})
	report, err := io.ReadAll(r)
	must(p.T, err)
	s := &started{T: p.T, pid: cmd.Process.Pid, report: string(report)}
	if s.report != "\n" || !stays {
		_ = hold.Close()
		_ = cmd.Wait() // its code says how it ended
		s.code = cmd.ProcessState.ExitCode()
		text, err := os.ReadFile(said.Name())
		must(p.T, err)
		s.said = string(text)
	}
	return s
}

// runs starts cat and fails the test if that was not possible.
func (p *place) runs() *started {
	p.Helper()
	s := p.start()
	if s.report != "\n" {
		p.Fatalf("got %q, exit code %d, %s; want a start", s.report, s.code, s.said)
	}
	return s
}

// refused fails the test unless svexec gave this reason, by -e alone.
func (p *place) refused(want string, argv ...string) {
	p.Helper()
	if s := p.start(argv...); strings.TrimPrefix(s.report, "\n") != want || s.code != 111 || s.said != "" {
		p.Errorf("got %q, exit code %d, output %q; want %q, 111", s.report, s.code, s.said, want)
	}
}

// proc reads a file of the process.
func (s *started) proc(name string) string {
	s.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", s.pid, name))
	must(s.T, err)
	return string(text)
}

// status is a field of /proc/PID/status, blanks made one.
func (s *started) status(key string) string {
	s.Helper()
	for line := range strings.Lines(s.proc("status")) {
		if value, ok := strings.CutPrefix(line, key+":"); ok {
			return strings.Join(strings.Fields(value), " ")
		}
	}
	s.Fatalf("no %s in the status", key)
	return ""
}

// expect compares fields of the status.
func (s *started) expect(want map[string]string) {
	s.Helper()
	for key, value := range want {
		if got := s.status(key); got != value {
			s.Errorf("%s: got %q; want %q", key, got, value)
		}
	}
}

// getenv is a variable of the process; set says that it is there.
func (s *started) getenv(name string) (value string, set bool) {
	s.Helper()
	for pair := range strings.SplitSeq(s.proc("environ"), "\x00") {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value, true
		}
	}
	return "", false
}

func (s *started) cwd() string {
	s.Helper()
	dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", s.pid))
	must(s.T, err)
	return dir
}

// stat is a field of /proc/PID/stat, counted from 1; only behind the name.
func (s *started) stat(n int) int {
	s.Helper()
	const behindName = 3
	text := s.proc("stat")
	value, err := strconv.Atoi(strings.Fields(text[strings.LastIndexByte(text, ')')+1:])[n-behindName])
	must(s.T, err)
	return value
}

// bothUsers runs a test as we are, and as nobody where we are root.
func bothUsers(t *testing.T, test func(t *testing.T, as func(*place) *place)) {
	t.Run("as we are", func(t *testing.T) {
		t.Parallel()
		test(t, func(p *place) *place { return p })
	})
	t.Run("as nobody", func(t *testing.T) {
		t.Parallel()
		need.Root(t)
		test(t, (*place).asNobody)
	})
}

func TestSynopsisIsUsage(t *testing.T) {
	page := need.Page(t, "svexec.8")
	cmd := &exec.Cmd{Path: program, Args: []string{"svexec", "-x"}, Env: []string{called}}
	said, _ := cmd.CombinedOutput() // its code says how it ended
	usage, ok := strings.CutPrefix(string(said), "svexec: usage: ")
	if code := cmd.ProcessState.ExitCode(); !ok || code != 100 {
		t.Fatalf("got %q, exit code %d; want the usage, 100", said, code)
	}
	if text := strings.Join(strings.Fields(page), " "); !strings.Contains(text, strings.TrimSpace(usage)) {
		t.Errorf("the page does not have %q", usage)
	}
}
