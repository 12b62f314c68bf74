package svscan

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

func TestStop(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			tr := grow(t)
			tr.link("a")
			tr.expect("supervise a")
			tr.link("stubborn", "stubborn")
			tr.expect("supervise stubborn")
			tr.signal(sig)
			tr.expectAny("stop a", "told stubborn")
			tr.signal(syscall.SIGTERM) // changes nothing
			tr.signal(syscall.SIGHUP)
			tr.link("late")
			tr.warned("svscan: warning: still waiting for stubborn to stop\n")
			if sig == syscall.SIGTERM { // and says so again and again
				tr.warned("svscan: warning: still waiting for stubborn to stop\n")
			}
			tr.kill("stubborn")
			tr.exits(0)
			tr.silent()
			tr.ends()
		})
	}
}

// ends says that nobody says anything any more: all have ended.
func (tr *tree) ends() {
	tr.t.Helper()
	tr.must(tr.outFile.SetReadDeadline(time.Now().Add(patient)))
	if line, err := tr.out.ReadString('\n'); err == nil || os.IsTimeout(err) {
		tr.t.Errorf("got %q, %v, want the end", line, err)
	}
}

// TestStopInStorm stops svscan while it starts many.
func TestStopInStorm(t *testing.T) {
	t.Parallel()
	for i := range 10 {
		tr := plant(t)
		for n := range 60 {
			tr.link("s" + strconv.Itoa(n))
		}
		tr.boot("svscan", tr.scan)
		for range i {
			_, err := tr.out.ReadString('\n')
			tr.must(err)
		}
		if i == 0 {
			_, err := tr.out.Peek(1) // it listens to signals by now
			tr.must(err)
		}
		tr.signal(syscall.SIGTERM)
		tr.exits(0)
		tr.silent()
		tr.must(tr.outFile.SetReadDeadline(time.Now().Add(patient)))
		for line := ""; ; {
			var err error
			if line, err = tr.out.ReadString('\n'); os.IsTimeout(err) {
				t.Fatalf("something goes on after the end, last said %q", line)
			}
			if err != nil {
				break
			}
		}
	}
}

func TestQuit(t *testing.T) {
	tr := grow(t)
	tr.link("a")
	tr.expect("supervise a")
	tr.signal(syscall.SIGQUIT)
	tr.exits(0)
	tr.quiet(50 * time.Millisecond)
	tr.warned("svscan: warning: still running: a " + strconv.Itoa(tr.pids["a"]) + "\n")
	tr.must(syscall.Kill(tr.pids["a"], syscall.SIGTERM))
	tr.expect("stop a")
	tr.silent()
}

// terminal gives svscan a terminal, and returns our side of it.
func (tr *tree) onTerminal(name string, args ...string) *os.File {
	tr.t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		tr.t.Skip("no pseudo-terminals: ", err)
	}
	tr.must(unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	tr.must(err)
	slave, err := os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	tr.must(err)
	defer slave.Close()
	tr.cmd = exec.Command(name, args...)
	tr.cmd.Stdin = slave
	tr.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	tr.start()
	return master
}

func TestHangup(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.link("a")
	master := tr.onTerminal(tr.top+"/bin/svscan", tr.scan)
	tr.expect("supervise a")
	tr.signal(syscall.SIGHUP) // a person's: a scan
	tr.expect("letters a L")
	tr.must(master.Close()) // the kernel's: the end
	tr.expect("stop a")
	tr.exits(0)
	tr.silent()
}

func TestNohup(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.link("a")
	master := tr.onTerminal("sh", "-c", `trap "" HUP; exec "$0" "$1"`, tr.top+"/bin/svscan", tr.scan)
	tr.expect("supervise a")
	tr.must(master.Close())
	tr.expect("letters a L")
	tr.signal(syscall.SIGTERM)
	tr.expect("stop a")
	tr.exits(0)
}

func TestRunsvdir(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.link("a", "log/run")
	log := "log: " + strings.Repeat(".", 95)
	tr.boot("runsvdir", "-P", tr.scan, log)
	tr.expect("runsv a") // without the logger, which runsv finds itself
	if sid, err := unix.Getsid(tr.pids["a"]); err != nil || sid != tr.pids["a"] {
		t.Errorf("the session of runsv is %d, %v, want its own", sid, err)
	}
	environ, err := os.ReadFile("/proc/" + strconv.Itoa(tr.pids["a"]) + "/environ")
	if err != nil || bytes.Contains(environ, []byte("SVDIR="+tr.scan)) {
		t.Errorf("runsv has SVDIR in its environment, %v", err)
	}
	tr.link("b")
	tr.expect("runsv b")
	tr.kill("b")
	tr.expect("runsv b")
	cmdline, err := os.ReadFile("/proc/" + strconv.Itoa(tr.cmd.Process.Pid) + "/cmdline")
	tr.must(err)
	shown := string(cmdline[bytes.LastIndex(cmdline, []byte("log: ")) : len(cmdline)-1])
	right := false
	for _, then := range []string{"trying again in 1 second", "starting it again"} { // that on a busy machine
		right = right || strings.HasSuffix(shown, "....runsvdir: warning: runsv for b was killed by SIGKILL, "+then+"\n")
	}
	if len(shown) != len(log) || !strings.HasPrefix(shown, "log: ") || !right {
		t.Errorf("ps shows %q, want that b was killed", shown)
	}
	tr.signal(syscall.SIGALRM)
	tr.expectAny("letters a L", "letters b L")
	label, err := os.ReadFile(tr.scan + "/.forced-rescan")
	if err != nil || len(label) != 25 || label[0] != '@' {
		t.Errorf(".forced-rescan is %q, %v, want a label", label, err)
	}
	tr.signal(syscall.SIGTERM)
	tr.exits(0)
	tr.quiet(50 * time.Millisecond)
}

func TestRunsvdirHangup(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.link("a")
	tr.link("b", "stubborn")
	tr.boot("runsvdir", tr.scan)
	tr.expectAny("runsv a", "runsv b")
	tr.signal(syscall.SIGHUP)
	tr.expectAny("stop a", "told b")
	tr.exits(111)
	tr.silent()
}

func TestS6(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.link("a", "log/run")
	ready, readyW, err := os.Pipe()
	tr.must(err)
	defer ready.Close()
	tr.cmd = exec.Command(tr.top+"/bin/svscan", "-C", "10", "-t0", "-d", "3", tr.scan)
	tr.cmd.Args[0] = "s6-svscan"
	tr.cmd.ExtraFiles = []*os.File{readyW}
	tr.start()
	tr.must(readyW.Close())
	if text, err := io.ReadAll(ready); err != nil || string(text) != "\n" {
		t.Fatalf("got %q, %v, want the newline that says ready", text, err)
	}
	tr.expect("s6-supervise a a/log")
	tr.signal(syscall.SIGHUP)
	tr.expect("letters a L")
	tr.signal(syscall.SIGQUIT)
	tr.expect("stop a")
	tr.exits(0)
	tr.silent()
}

func TestS6Abort(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.link("a")
	tr.boot("s6-svscan", tr.scan)
	tr.expect("s6-supervise a")
	tr.signal(syscall.SIGABRT)
	tr.exits(0)
	tr.quiet(50 * time.Millisecond)
}

// TestFirst needs root, for a process namespace.
func TestFirst(t *testing.T) {
	for _, prog := range []string{"svscan", "runsvdir", "s6-svscan"} {
		t.Run(prog, func(t *testing.T) {
			t.Parallel()
			tr := plant(t)
			tr.link("a", "orphan")
			tr.cmd = exec.Command(tr.top+"/bin/svscan", tr.scan)
			tr.cmd.Args[0] = prog
			tr.cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID}
			need.Root(t)
			tr.start()
			name := styles[prog].supervise
			tr.expect(name + " a")
			clear(tr.pids) // numbers of the namespace
			tr.signal(syscall.SIGTERM)
			tr.expect("stop a")
			tr.exits(0)
			clear(tr.pids)
			tr.silent()
		})
	}
}
