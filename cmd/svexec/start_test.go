package main

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/tests/need"
)

// The program gets the descriptors that were meant for it, and no other: not
// that of -e, nor one of a setting.
func TestDescriptors(t *testing.T) {
	t.Parallel()
	p := plant(t, map[string]string{"set/env/A": "1", "set/limits/core": "0", "set/user": "", "set/dirs/a": "state"})
	must(t, os.Remove(p.path("set/user")))
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	defer w.Close()
	null, err := os.Open("/dev/null")
	must(t, err)
	defer null.Close()
	list := func(argv ...string) string {
		path := program
		if argv[0] != "svexec" {
			path = "/bin/" + argv[0]
		}
		cmd := &exec.Cmd{Path: path, Args: argv, Dir: p.dir, Env: append([]string{called}, p.env...), ExtraFiles: []*os.File{null, w}}
		got, err := cmd.Output()
		must(t, err)
		return string(got)
	}
	const show = "ls /proc/$$/fd"
	want := strings.Replace(list("sh", "-c", show), "\n4\n", "\n", 1)
	if got := list("svexec", "-e", "4", "sh", "-c", show); got != want {
		t.Errorf("got descriptors %q; want %q", got, want)
	}
}

// Signals have their default, none is blocked, whatever svexec inherited.
func TestSignals(t *testing.T) {
	t.Parallel()
	if err := exec.Command("env", "--block-signal=USR1", "--ignore-signal=INT", "true").Run(); err != nil {
		need.Missing(t, "an env that sets signals")
	}
	p := plant(t, nil)
	cmd := exec.Command("env", "--block-signal=TERM,USR1,RTMIN", "--ignore-signal=INT,HUP,PIPE,USR2,CHLD", program, "cat", "/proc/self/status")
	cmd.Dir, cmd.Env = p.dir, append([]string{called}, p.env...)
	got, err := cmd.Output()
	must(t, err)
	for _, set := range []string{"SigBlk", "SigIgn", "SigCgt", "SigPnd"} {
		if !strings.Contains(string(got), set+":\t0000000000000000\n") {
			t.Errorf("%s is not empty:\n%s", set, got)
		}
	}
}

// A TERM at any instant ends it: before it is the program, and as the program.
func TestTermIsNotLost(t *testing.T) {
	t.Parallel()
	p := plant(t, map[string]string{"set/umask": "022"})
	for n := range 200 {
		cmd := &exec.Cmd{Path: program, Args: []string{"svexec", "cat"}, Dir: p.dir, Env: append([]string{called}, p.env...)}
		hold, err := cmd.StdinPipe()
		must(t, err)
		must(t, cmd.Start())
		<-time.After(time.Duration(n) * 50 * time.Microsecond) // nothing is waited for: this is the instant
		must(t, cmd.Process.Signal(syscall.SIGTERM))
		stuck := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait() // how it ended is in the state
		stuck.Stop()
		_ = hold.Close()
		if ended := cmd.ProcessState.Sys().(syscall.WaitStatus); ended.Signal() != syscall.SIGTERM {
			t.Fatalf("got %v; want an end by TERM", cmd.ProcessState)
		}
	}
}

// Where /proc is of another namespace of pids it knows our threads by other
// numbers, and none of them is waited for in vain.
func TestForeignProc(t *testing.T) {
	t.Parallel()
	need.Root(t)
	p := plant(t, nil)
	cmd := exec.Command("unshare", "--pid", "--fork", "--kill-child", program, "sh", "-c", "echo $$")
	cmd.Dir, cmd.Env = p.dir, append([]string{called}, p.env...)
	stuck := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer stuck.Stop()
	if got, err := cmd.Output(); err != nil || string(got) != "1\n" {
		t.Errorf("got %q, %v; want 1, the pid in the new namespace", got, err)
	}
}

// What is said on -e: nothing but the reason, or a newline when all is done but
// exec, and the reason behind it when that fails.
func TestReport(t *testing.T) {
	t.Parallel()
	p := plant(t, map[string]string{
		"set/umask": "022", "plain": "#!/bin/sh\n", "text": "echo no\n", "dir/": "", "crlf": "#!/bin/sh\r\n", "lost": "#!/no/such\n",
	})
	must(t, os.Chmod(p.path("plain"), 0o644))
	must(t, os.Chmod(p.path("text"), 0o755))
	must(t, os.Symlink("nowhere", p.path("dangling")))
	for prog, want := range map[string]string{
		"./missing":  "missing: no such file",
		"./plain":    "plain: not executable (chmod +x " + p.dir + "/plain)",
		"./text":     "text: not a program: its first line must name an interpreter, as #!/bin/sh",
		"./dir":      "dir: is a directory",
		"./crlf":     "crlf: its lines end in CR LF (sed -i 's/\\r$//' " + p.dir + "/crlf)",
		"./lost":     "lost: its interpreter does not exist: /no/such",
		"./dangling": "dangling: the symbolic link leads nowhere (ls -l " + p.dir + "/dangling)",
	} {
		p.put("set/umask", "022")
		if s := p.start(prog); strings.TrimPrefix(s.report, "\n") != "unable to start "+want || s.code != 111 || s.said != "" {
			t.Errorf("%s: got %q, exit code %d, output %q; want %q", prog, s.report, s.code, s.said, want)
		}
		p.put("set/umask", "frob")
		const bad = "unable to use set/umask: not an octal number from 0 to 0777"
		if s := p.start(prog); s.report != bad || s.code != 111 || s.said != "" {
			t.Errorf("%s: got %q, exit code %d, output %q; want %q", prog, s.report, s.code, s.said, bad)
		}
	}
	p.put("set/umask", "022")
	if s := p.start("frobnicate"); s.report != "unable to start frobnicate: not found in PATH" {
		t.Errorf("got %q; want it not found", s.report)
	}
}

// A report that nobody hears does not keep a service from its start.
func TestReportToNobody(t *testing.T) {
	t.Parallel()
	p := plant(t, map[string]string{"set/umask": "022"})
	r, w, err := os.Pipe()
	must(t, err)
	must(t, r.Close())
	cmd := &exec.Cmd{
		Path: program, Args: []string{"svexec", "-e", "3", "echo", "runs"}, Dir: p.dir,
		Env: append([]string{called}, p.env...), ExtraFiles: []*os.File{w}, Stderr: io.Discard,
	}
	got, err := cmd.Output()
	if err != nil || string(got) != "runs\n" {
		t.Errorf("got %q, %v; want a start", got, err)
	}
	must(t, w.Close())
}
