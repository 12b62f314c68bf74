package svscan

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test binary is also svscan, and a supervise that tells what is done to it.
func TestMain(m *testing.M) {
	switch prog := filepath.Base(os.Args[0]); prog {
	case "svscan", "runsvdir", "s6-svscan", "svguardian":
		ListenEarly(prog)
		c, err := Parse(prog, os.Args[1:])
		code := 0
		if err == nil {
			err = c.Bind()
		}
		if err == nil {
			code, err = Run(c)
		}
		if err != nil {
			os.Stderr.WriteString(prog + ": fatal: " + err.Error() + "\n")
			code = 111
		}
		os.Exit(code)
	case "supervise", "runsv", "s6-supervise":
		standIn()
	default:
		os.Exit(m.Run())
	}
}

// tree is a running svscan and its directories.
type tree struct {
	t        *testing.T
	top      string // of everything
	scan     string // the scan directory
	cmd      *exec.Cmd
	out, err *bufio.Reader
	outFile  *os.File
	errFile  *os.File
	errSize  int            // of the pipe of standard error, 0 as usual
	pids     map[string]int // of each supervise by name, also of those that ended
	all      []int          // of those that had a name that others have by now, too
	ended    bool
}

const patient = 2 * time.Minute // for what must happen, also on a busy machine

// plant makes the directories of a tree.
func plant(t *testing.T) *tree {
	tr := &tree{t: t, top: t.TempDir(), pids: map[string]int{}}
	tr.scan = tr.top + "/service"
	self, err := os.Executable()
	tr.must(err)
	tr.must(os.MkdirAll(tr.top+"/bin", 0o755))
	tr.must(os.MkdirAll(tr.top+"/sv", 0o755))
	tr.must(os.MkdirAll(tr.scan, 0o755))
	for _, name := range []string{"svscan", "supervise"} {
		if os.Link(self, tr.top+"/bin/"+name) != nil {
			tr.run("cp", self, tr.top+"/bin/"+name)
		}
	}
	return tr
}

// boot starts svscan, or prog by that name, with these arguments.
func (tr *tree) boot(prog string, args ...string) *tree {
	tr.t.Helper()
	tr.cmd = exec.Command(tr.top+"/bin/svscan", args...)
	tr.cmd.Args[0] = prog
	tr.cmd.Dir = tr.top
	tr.start()
	return tr
}

func (tr *tree) start() {
	tr.t.Helper()
	out, outW, err := os.Pipe()
	tr.must(err)
	errR, errW, err := os.Pipe()
	tr.must(err)
	if tr.errSize > 0 {
		_, err = unix.FcntlInt(errW.Fd(), unix.F_SETPIPE_SZ, tr.errSize)
		tr.must(err)
	}
	tr.cmd.Stdout, tr.cmd.Stderr = outW, errW
	tr.must(tr.cmd.Start())
	outW.Close()
	errW.Close()
	tr.outFile, tr.errFile = out, errR
	tr.out, tr.err = bufio.NewReader(out), bufio.NewReader(errR)
	tr.t.Cleanup(tr.fell)
}

// restart kills svscan as nothing can survive, does something while none is
// there, and starts another. What they say goes the same way.
func (tr *tree) restart(meanwhile func(), args ...string) {
	tr.t.Helper()
	tr.await(func() bool { return tr.env().PID == tr.cmd.Process.Pid })
	for name, pid := range tr.pids {
		tr.await(func() bool { // it has written down what it started
			text, _ := os.ReadFile(tr.scan + "/.svscan/running/" + name) // not yet
			return syscall.Kill(pid, 0) != nil || strings.HasPrefix(string(text), strconv.Itoa(pid)+" ")
		})
	}
	tr.must(tr.cmd.Process.Kill())
	_ = tr.cmd.Wait() // it was killed
	meanwhile()
	again := exec.Command(tr.top+"/bin/svscan", args...)
	again.Args[0], again.Dir = tr.cmd.Args[0], tr.top
	out, err := tr.otherEnd(tr.outFile), tr.otherEnd(tr.errFile)
	again.Stdout, again.Stderr = out, err
	tr.cmd = again
	tr.must(again.Start())
	out.Close()
	err.Close()
}

// otherEnd opens the writing end of a pipe.
func (tr *tree) otherEnd(reading *os.File) (end *os.File) {
	tr.t.Helper()
	conn, err := reading.SyscallConn()
	tr.must(err)
	tr.must(conn.Control(func(fd uintptr) {
		end, err = os.OpenFile("/proc/self/fd/"+strconv.Itoa(int(fd)), os.O_WRONLY, 0)
	}))
	tr.must(err)
	return end
}

// grow is the usual beginning: an empty scan directory and its svscan.
func grow(t *testing.T) *tree {
	t.Parallel()
	tr := plant(t)
	return tr.boot("svscan", tr.scan)
}

// fell ends what is left of a tree.
func (tr *tree) fell() {
	if !tr.ended {
		_ = tr.cmd.Process.Kill()
		_ = tr.cmd.Wait()
	}
	for _, pid := range tr.all {
		tr.fellOne(pid)
	}
	// Who has just been started says so, and puts files into the tree until then:
	// it is gone when nobody can say anything any more.
	_ = tr.outFile.SetReadDeadline(time.Now().Add(patient)) // it is open
	for {
		line, err := tr.out.ReadString('\n')
		if err != nil {
			break
		}
		_, pid, _ := strings.Cut(strings.TrimSpace(line), " pid ")
		if n, err := strconv.Atoi(pid); err == nil {
			tr.fellOne(n)
		}
	}
	tr.outFile.Close()
	tr.errFile.Close()
}

// fellOne ends the process pid if it says what it says to us: a number may have
// been given to somebody else since, or be one of another namespace.
func (tr *tree) fellOne(pid int) {
	out, err := os.Stat("/proc/" + strconv.Itoa(pid) + "/fd/1")
	if ours, oerr := tr.outFile.Stat(); err == nil && oerr == nil && os.SameFile(out, ours) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

func (tr *tree) must(err error) {
	tr.t.Helper()
	if err != nil {
		tr.t.Fatal(err)
	}
}

func (tr *tree) run(name string, args ...string) {
	tr.t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		tr.t.Fatalf("%s %v: %v: %s", name, args, err, out)
	}
}

// sv makes a service directory outside of the scan directory.
func (tr *tree) sv(name string, files ...string) string {
	tr.t.Helper()
	dir := tr.top + "/sv/" + name
	tr.must(os.MkdirAll(dir, 0o755))
	for _, file := range append(files, "run") {
		tr.write(dir + "/" + file)
	}
	return dir
}

func (tr *tree) write(path string) {
	tr.t.Helper()
	tr.script(path, "")
}

// script writes a file while nothing is forked: a child of another test would
// have it open until it executes, so that nobody can execute it, and svscan
// sees it closed again much later.
func (tr *tree) script(path, text string) {
	tr.t.Helper()
	tr.must(os.MkdirAll(filepath.Dir(path), 0o755))
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	tr.must(os.WriteFile(path, []byte(text), 0o755))
}

// link puts a service directory into the scan directory.
func (tr *tree) link(name string, files ...string) {
	tr.t.Helper()
	tr.must(os.Symlink(tr.sv(name, files...), tr.scan+"/"+name))
}

func (tr *tree) unlink(name string) {
	tr.t.Helper()
	tr.must(os.Remove(tr.scan + "/" + name))
}

func (tr *tree) signal(sig syscall.Signal) {
	tr.t.Helper()
	tr.must(tr.cmd.Process.Signal(sig))
}

func (tr *tree) kill(name string) {
	tr.t.Helper()
	tr.must(syscall.Kill(tr.pids[name], syscall.SIGKILL))
}

// line waits for one line of a supervise.
func (tr *tree) line() string {
	tr.t.Helper()
	tr.must(tr.outFile.SetReadDeadline(time.Now().Add(patient)))
	line, err := tr.out.ReadString('\n')
	if err != nil {
		tr.t.Fatalf("waiting for a line: %v", err)
	}
	text, pid, _ := strings.Cut(strings.TrimSpace(line), " pid ")
	n, _ := strconv.Atoi(pid)
	tr.pids[strings.Fields(text)[1]] = n
	tr.all = append(tr.all, n)
	return text
}

// expect waits for these lines of the supervises, in this order.
func (tr *tree) expect(lines ...string) {
	tr.t.Helper()
	for _, want := range lines {
		if got := tr.line(); got != want {
			tr.t.Fatalf("got %q, want %q", got, want)
		}
	}
}

// expectAny waits for two lines in either order.
func (tr *tree) expectAny(a, b string) {
	tr.t.Helper()
	got, then := tr.line(), tr.line()
	if (got != a || then != b) && (got != b || then != a) {
		tr.t.Fatalf("got %q and %q, want %q and %q", got, then, a, b)
	}
}

// expectPast waits for the line want, and lets another pass before it, which
// may come once more on a busy machine.
func (tr *tree) expectPast(passes, want string) {
	tr.t.Helper()
	got := tr.line()
	for got == passes {
		got = tr.line()
	}
	if got != want {
		tr.t.Fatalf("got %q, want %q", got, want)
	}
}

// await asks done until it says yes, false if it does not. Not all that is
// waited for has an event.
func (tr *tree) await(done func() bool) bool {
	for deadline := time.Now().Add(patient); !done(); {
		if time.Now().After(deadline) {
			return false
		}
		_, _ = unix.Poll(nil, 5)
	}
	return true
}

// quiet lets d go by in which no supervise may say anything.
func (tr *tree) quiet(d time.Duration) {
	tr.t.Helper()
	tr.must(tr.outFile.SetReadDeadline(time.Now().Add(d)))
	if line, err := tr.out.ReadString('\n'); !errors.Is(err, os.ErrDeadlineExceeded) {
		tr.t.Fatalf("got %q, %v, want nothing", line, err)
	}
}

// warned waits for one line on standard error.
func (tr *tree) warned(want string) {
	tr.t.Helper()
	if line := tr.warning(); !strings.Contains(line, want) {
		tr.t.Fatalf("got %q, want %q", line, want)
	}
}

// warning is the next line on standard error.
func (tr *tree) warning() string {
	tr.t.Helper()
	tr.must(tr.errFile.SetReadDeadline(time.Now().Add(patient)))
	line, err := tr.err.ReadString('\n')
	if err != nil {
		tr.t.Fatalf("waiting for a warning: got %q, %v", line, err)
	}
	return line
}

// exits waits for the end of svscan.
func (tr *tree) exits(want int) {
	tr.t.Helper()
	timer := time.AfterFunc(patient, func() { _ = tr.cmd.Process.Kill() })
	defer timer.Stop()
	_ = tr.cmd.Wait() // the exit code says it
	tr.ended = true
	if got := tr.cmd.ProcessState.ExitCode(); got != want {
		tr.t.Fatalf("exits %d, want %d", got, want)
	}
}

// silent says that svscan, which has ended, complained of nothing.
func (tr *tree) silent() {
	tr.t.Helper()
	if text := tr.complaints(); len(text) > 0 {
		tr.t.Errorf("complained: %s", text)
	}
}

// complaints are what svscan, which has ended, said and nobody has read.
func (tr *tree) complaints() string {
	tr.t.Helper()
	tr.must(tr.errFile.SetReadDeadline(time.Now().Add(100 * time.Millisecond))) // who goes on may have it open
	text, _ := io.ReadAll(tr.err)
	return string(text)
}

// descriptors is how many svscan has at this instant.
func (tr *tree) descriptors() int {
	tr.t.Helper()
	list, err := os.ReadDir("/proc/" + strconv.Itoa(tr.cmd.Process.Pid) + "/fd")
	tr.must(err)
	return len(list)
}
