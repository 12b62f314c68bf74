package svscan

import (
	"errors"
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

// program puts an executable into the scan directory, which tells of its end
// what svscan told it.
func (tr *tree) program(name string) {
	tr.t.Helper()
	tr.script(tr.scan+"/"+name, "#!/bin/sh\n"+
		`echo "$0 $# $$ code=$SV_EXIT_CODE error=$SV_EXIT_ERROR live=$SV_LIVE procs=$GOMAXPROCS$SV_GOMAXPROCS"`+"\n"+
		"while read -r line; do case $line in SigBlk*|SigIgn*) echo \"$line\";; esac; done </proc/$$/status; exit 9\n")
}

// inheritedIgnored is what the test itself was told to ignore: make has children
// ignore signals that nobody uses, and only main takes that back.
func inheritedIgnored(tr *tree) string {
	status, err := os.ReadFile("/proc/self/status")
	tr.must(err)
	for line := range strings.Lines(string(status)) {
		if strings.HasPrefix(line, "SigIgn:") {
			return strings.TrimSpace(line)
		}
	}
	return "no SigIgn"
}

// became waits for the lines of a program that took svscan's place.
func (tr *tree) became(want string) {
	tr.t.Helper()
	for _, want := range []string{want, "SigBlk:\t0000000000000000", inheritedIgnored(tr)} {
		if got := tr.text(); got != want {
			tr.t.Errorf("got %q; want %q", got, want)
		}
	}
	tr.exits(9)
}

// text is the next line on standard output.
func (tr *tree) text() string {
	tr.t.Helper()
	tr.must(tr.outFile.SetReadDeadline(time.Now().Add(patient)))
	line, err := tr.out.ReadString('\n')
	tr.must(err)
	return strings.TrimSuffix(line, "\n")
}

func TestFinish(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ prog, place string }{
		{"svscan", ".svscan/finish"}, {"s6-svscan", ".svscan/finish"}, {"s6-svscan", ".s6-svscan/finish"},
	} {
		tr := plant(t)
		tr.program(c.place)
		tr.link("a")
		tr.boot(c.prog, tr.scan)
		tr.expect(styles[c.prog].supervise + " a")
		tr.signal(syscall.SIGTERM)
		tr.expect("stop a")
		tr.became(c.place + " 0 " + strconv.Itoa(tr.cmd.Process.Pid) + " code=0 error= live= procs=")
		tr.silent()
	}
}

// TestFinishUnusable: what cannot be executed is told.
func TestFinishUnusable(t *testing.T) {
	tr := grow(t)
	tr.must(os.MkdirAll(tr.scan+"/.svscan", 0o755))
	tr.must(os.WriteFile(tr.scan+"/.svscan/finish", nil, 0o644))
	tr.link("a")
	tr.expect("supervise a")
	tr.signal(syscall.SIGTERM)
	tr.expect("stop a")
	tr.warned("svscan: warning: unable to execute " + tr.scan + "/.svscan/finish: permission denied, exiting\n")
	tr.exits(0)
}

// TestFinishLive: what goes on after an end is told to finish, and in a message.
func TestFinishLive(t *testing.T) {
	tr := grow(t)
	tr.program(".svscan/finish")
	tr.link("a")
	tr.expect("supervise a")
	pid := strconv.Itoa(tr.pids["a"])
	tr.signal(syscall.SIGQUIT)
	tr.became(".svscan/finish 0 " + strconv.Itoa(tr.cmd.Process.Pid) + " code=0 error= live=a " + pid + " procs=")
	tr.warned("svscan: warning: still running: a " + pid + "\n")
}

func TestCrash(t *testing.T) {
	t.Parallel()
	for _, sig := range fatal {
		tr := plant(t)
		tr.program(".svscan/crash")
		tr.program(".svscan/finish")
		tr.link("a")
		tr.boot("svscan", tr.scan)
		tr.expect("supervise a")
		pid := strconv.Itoa(tr.pids["a"])
		tr.signal(sig)
		tr.became(".svscan/crash 0 " + strconv.Itoa(tr.cmd.Process.Pid) + " code=111 error=unable to go on: received " +
			unix.SignalName(sig) + " live=a " + pid + " procs=")
		tr.warned("svscan: warning: still running: a " + pid + "\n")
	}
}

// TestCrashMissing: without one svscan says why, and exits.
func TestCrashMissing(t *testing.T) {
	tr := grow(t)
	tr.link("a")
	tr.expect("supervise a")
	tr.signal(syscall.SIGSEGV)
	tr.warned("svscan: warning: still running: a " + strconv.Itoa(tr.pids["a"]) + "\n")
	tr.warned("svscan: fatal: unable to go on: received SIGSEGV\n")
	tr.exits(111)
}

func TestRescued(t *testing.T) {
	fault := func() (err error) {
		defer func() { err = rescued(recover(), err) }()
		var s *scanner
		s.leave(0)
		return nil
	}
	want := "unable to go on: runtime error: invalid memory address or nil pointer dereference"
	if err := fault(); err == nil || err.Error() != want {
		t.Errorf("got %v; want %s", err, want)
	}
	before := errors.New("unable to wait")
	if err := rescued(nil, before); err != before {
		t.Errorf("got %v; want %v", err, before)
	}
	if err := rescued("text", nil); err.Error() != "unable to go on: text" {
		t.Errorf("got %v; want the text", err)
	}
}

func TestGuard(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.link("a")
	tr.boot("svscan", "-guard", "sesame", tr.scan)
	tr.expect("supervise a")
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGSEGV} {
		tr.signal(sig)
		tr.warned("svscan: warning: " + unix.SignalName(sig)[3:] + " is refused: guarded (svctl terminate EXIT GUARD)\n")
	}
	tr.order("t")
	tr.warned("svscan: warning: the letter t is refused: guarded (svctl terminate EXIT GUARD)\n")
	for _, c := range []struct{ line, why string }{
		{"X 7", "that is not the code that -guard named"},
		{"X 7 simsim", "that is not the code that -guard named"},
		{"X 256 sesame", "an exit code is a number from 0 to 255"},
		{"X", "it is called terminate EXIT [GUARD]"},
		{"X 1 2 3", "it is called terminate EXIT [GUARD]"},
	} {
		tr.order(c.line + "\n")
		tr.warned("svscan: warning: terminate is refused: " + c.why + "\n")
		if text, err := os.ReadFile(tr.scan + "/.svscan/refused"); err != nil || string(text) != c.why+"\n" {
			t.Errorf("got the answer %q, %v; want %q", text, err, c.why)
		}
	}
	tr.signal(syscall.SIGHUP) // that is no end
	tr.expect("letters a L")
	tr.order("X 7 sesame\n")
	tr.expect("stop a")
	tr.exits(7)
	tr.silent()
	if _, err := os.Lstat(tr.scan + "/.svscan/refused"); err == nil {
		t.Error("the answer is left")
	}
}

// TestFirstGuards needs root, for a process namespace: process 1 does not leave
// its services, and is gone when they are.
func TestFirstGuards(t *testing.T) {
	need.Root(t)
	t.Parallel()
	for prog, refused := range map[string][]syscall.Signal{
		"svscan": {syscall.SIGQUIT, syscall.SIGSEGV}, "runsvdir": {syscall.SIGHUP, syscall.SIGQUIT}, "s6-svscan": {syscall.SIGABRT},
	} {
		tr := plant(t)
		tr.link("a")
		tr.cmd = exec.Command(tr.top+"/bin/svscan", tr.scan)
		tr.cmd.Args[0] = prog
		tr.cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID}
		tr.start()
		tr.expect(styles[prog].supervise + " a")
		clear(tr.pids) // numbers of the namespace
		for _, sig := range refused {
			tr.signal(sig)
			tr.warned(prog + ": warning: " + unix.SignalName(sig)[3:] + " is refused: process 1 cannot leave its services (svctl terminate EXIT)\n")
		}
		tr.order("X 3\n")
		tr.expect("stop a")
		tr.exits(3)
		clear(tr.pids)
		tr.silent()
	}
}
