package svscan

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

// env is what svscan tells of itself.
func (tr *tree) env() scandir.Svscan {
	tr.t.Helper()
	text, _ := os.ReadFile(tr.scan + "/.svscan/svscan.env") // not there yet
	e, _ := scandir.ParseSvscan(text)                       // likewise
	return e
}

// reexecs asks for a reexec and waits until there were want of them.
func (tr *tree) reexecs(want int) {
	tr.t.Helper()
	tr.order("R")
	if !tr.await(func() bool { return tr.env().Reexecs == want }) {
		tr.t.Fatalf("got %+v; want %d reexecs", tr.env(), want)
	}
	if pid := tr.env().PID; pid != tr.cmd.Process.Pid {
		tr.t.Fatalf("got pid %d; want %d", pid, tr.cmd.Process.Pid)
	}
}

func TestReexec(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.boot("svscan", "-run", "kept", "service") // relative: the working directory is another by then
	home := tr.top + "/kept"
	tr.link("a")
	tr.expect("supervise a")
	tr.link("b", "log/run")
	tr.expect("supervise b b/log")
	tr.link("c", "stubborn")
	tr.expect("supervise c")
	log, err := os.OpenFile(home+"/b/supervise/log", os.O_WRONLY|unix.O_NONBLOCK, 0)
	tr.must(err)
	_, err = log.WriteString("kept\n")
	tr.must(err)
	log.Close() // svscan alone has it open
	tr.unlink("c")
	tr.expect("told c")
	scan := tr.scan
	tr.scan = home
	for i := range 3 {
		tr.reexecs(i + 1)
	}
	tr.scan = scan
	log, err = os.OpenFile(home+"/b/supervise/log", os.O_RDONLY|unix.O_NONBLOCK, 0)
	tr.must(err)
	var text [64]byte
	if n, err := log.Read(text[:]); string(text[:max(n, 0)]) != "kept\n" {
		t.Errorf("got %q, %v from the FIFO; want what was in it", text[:max(n, 0)], err)
	}
	log.Close()
	tr.kill("a") // our child still
	tr.warned("svscan: warning: supervise for a was killed by SIGKILL, starting it again\n")
	tr.expect("supervise a")
	tr.link("d")
	tr.unlink("b")
	tr.expectAny("supervise d", "stop b")
	tr.kill("c")
	tr.signal(syscall.SIGTERM)
	tr.expectAny("stop a", "stop d")
	tr.exits(0)
	tr.ends()
	tr.silent()
}

// TestReexecKeeps looks at descriptors, and at what children inherit.
func TestReexecKeeps(t *testing.T) {
	tr := grow(t)
	tr.link("a", "log/run")
	tr.expect("supervise a a/log")
	tr.link("b")
	tr.expect("supervise b")
	tr.reexecs(1)
	tr.order("a")
	for got := ""; got != "letters b L"; { // a has two controls, of which the stand-in reads one
		if got = tr.line(); !strings.HasPrefix(got, "letters ") {
			t.Fatalf("got %q; want letters", got)
		}
	}
	before := tr.descriptors()
	for i := range 20 {
		tr.reexecs(i + 2)
	}
	tr.kill("b")
	tr.warned("killed")
	for got := ""; got != "supervise b"; got = tr.line() {
	}
	if !tr.await(func() bool { return tr.descriptors() <= before }) { // it may look at a file just now
		t.Errorf("got %d descriptors; want at most %d, as before", tr.descriptors(), before)
	}
	pid := strconv.Itoa(tr.pids["b"])
	unblocked := tr.await(func() bool { // in all threads but that of os/signal
		list, err := filepath.Glob("/proc/" + pid + "/task/*/status")
		tr.must(err)
		for _, name := range list {
			if status, err := os.ReadFile(name); err == nil && strings.Contains(string(status), "SigBlk:\t0000000000000000\n") {
				return true
			}
		}
		return false
	})
	if !unblocked {
		t.Error("a supervise blocks signals")
	}
	environ, err := os.ReadFile("/proc/" + pid + "/environ")
	if err != nil || strings.Contains(string(environ), "SV_REEXEC=") {
		t.Errorf("a supervise has SV_REEXEC in its environment, %v", err)
	}
	tr.order("t")
	tr.exits(0)
	tr.silent()
}

func TestReexecFails(t *testing.T) {
	tr := grow(t)
	tr.link("a")
	tr.expect("supervise a")
	program := tr.top + "/bin/svscan"
	for i, c := range []struct{ name, text, reason string }{
		{"garbage", "\x7fELFgarbage", "exec format error"},
		{"missing", "", "no such file or directory"},
		{"fails", "#!/bin/sh\nexit 1\n", "exited 1"},
		{"dies", "#!/bin/sh\nkill -SEGV $$\n", "was killed by SIGSEGV"},
	} {
		tr.must(os.Rename(program, program+".old"))
		if c.text != "" {
			tr.script(program+".new", c.text)
			tr.must(os.Rename(program+".new", program))
		}
		tr.order("R")
		tr.warned("svscan: warning: unable to reexec: " + program + ": " + c.reason + ", going on with the running program\n")
		want := scandir.Svscan{PID: tr.cmd.Process.Pid, Ticks: proc.StartTicks(tr.cmd.Process.Pid), BootID: proc.BootID(),
			Failures: i + 1, Reason: program + ": " + c.reason}
		if !tr.await(func() bool { return tr.env() == want }) {
			t.Errorf("%s: got %+v; want %+v", c.name, tr.env(), want)
		}
		tr.must(os.Rename(program+".old", program))
	}
	tr.reexecs(1)
	tr.signal(syscall.SIGTERM)
	tr.expect("stop a")
	tr.exits(0)
	tr.silent()
}

// TestReexecHangs: a program that does not start in time does not hold svscan up.
func TestReexecHangs(t *testing.T) {
	tr := grow(t)
	tr.link("a")
	tr.expect("supervise a")
	program := tr.top + "/bin/svscan"
	tr.script(program+".new", "#!/bin/sh\nexec sleep 1000\n")
	tr.must(os.Rename(program+".new", program))
	tr.order("RR")
	tr.link("b")
	tr.expect("supervise b")
	tr.warned("svscan: warning: unable to reexec: " + program + ": it does not start within 5s, going on with the running program\n")
	tr.signal(syscall.SIGTERM)
	tr.expectAny("stop a", "stop b")
	tr.exits(0)
	tr.silent()
}

// TestReexecRunsvdir: standard error still goes into the argument.
func TestReexecRunsvdir(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.link("a")
	log := "log: " + strings.Repeat(".", 95)
	tr.boot("runsvdir", tr.scan, log)
	tr.expect("runsv a")
	tr.reexecs(1)
	tr.kill("a")
	tr.expect("runsv a")
	shows := tr.await(func() bool {
		cmdline, err := os.ReadFile("/proc/" + strconv.Itoa(tr.cmd.Process.Pid) + "/cmdline")
		return err == nil && strings.Contains(string(cmdline), "runsv for a was killed by SIGKILL, starting it again")
	})
	if !shows {
		t.Error("ps does not show what was said after a reexec")
	}
	tr.order("t")
	tr.expect("stop a")
	tr.exits(0)
}

// TestReexecNohup: HUP was ignored at the start of the first.
func TestReexecNohup(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.link("a")
	master := tr.onTerminal("sh", "-c", `trap "" HUP; exec "$0" "$1"`, tr.top+"/bin/svscan", tr.scan)
	tr.expect("supervise a")
	tr.reexecs(1)
	tr.must(master.Close())
	tr.expect("letters a L")
	tr.order("t")
	tr.expect("stop a")
	tr.exits(0)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	if out, err := exec.Command(tr.top+"/bin/svscan", "-check").CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("got %q, %v; want nothing and exit code 0", out, err)
	}
}

func TestHandover(t *testing.T) {
	one := handover{pid: 70, reexecs: 2, nohup: 1, dir: 3, run: -1, null: 4, lock: 5, read: 6, write: 7, title: -1,
		fifos: []int{8, 9}, path: "/a b\nc", runPath: "/run"}
	const text = "70 2 1 3 -1 4 5 6 7 -1 6 8 9\n/a b\nc/run"
	if got := one.pack(); got != text {
		t.Errorf("got %q; want %q", got, text)
	}
	if got, ok := unpackHandover(text); !ok || !reflect.DeepEqual(got, one) {
		t.Errorf("got %+v, %v; want %+v", got, ok, one)
	}
	for _, bad := range []string{"", "70 2 1 3 -1 4 5 6 7 -1 6 8 9", "70 2 1 3 -1 4 5 6 7 -1\n/a", "70 2 1 3 -1 4 5 6 7 -1 99\n/a",
		"70 2 1 3 -2 4 5 6 7 -1 0\n", "x 2 1 3 -1 4 5 6 7 -1 0\n", "70 2 1 3 -1 4 5 6 7 -1 -1\n"} {
		if got, ok := unpackHandover(bad); ok {
			t.Errorf("%q: got %+v; want that it is refused", bad, got)
		}
	}
}

func FuzzHandover(f *testing.F) {
	f.Add("70 2 1 3 -1 4 5 6 7 -1 6 8 9\n/a b\nc/run")
	f.Fuzz(func(t *testing.T, text string) {
		h, ok := unpackHandover(text)
		if !ok {
			return
		}
		if again, ok := unpackHandover(h.pack()); !ok || !reflect.DeepEqual(again, h) {
			t.Errorf("%q: got %+v; again %+v, %v", text, h, again, ok)
		}
	})
}

// TestCarry: what does not fit into a variable is found in a file, by us alone.
func TestCarry(t *testing.T) {
	h := handover{pid: os.Getpid(), path: "/a"}
	for fd := range 100_000 {
		h.fifos = append(h.fifos, fd)
	}
	for _, file := range []bool{false, true} {
		value, fd, err := h.carry(file)
		if err != nil || file != (fd >= 0) || file && len(value) > 100 {
			t.Fatalf("got %.100q, descriptor %d, %v", value, fd, err)
		}
		if carried(value) != h.pack() {
			t.Errorf("in a file %v: got another text", file)
		}
		// Whoever opens something has its number by now.
		if is, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(fd)); err == nil && strings.HasPrefix(is, "/memfd:handover") {
			t.Error("the file is open still")
		}
	}
	h.pid++
	value, fd, err := h.carry(true)
	if err != nil || carried(value) != "" || unix.Close(fd) != nil {
		t.Errorf("got %q, %v; want one that is for another process, and left alone", value, err)
	}
	for _, bad := range []string{"file ", "file 1", "file x y", "file " + strconv.Itoa(os.Getpid()) + " -1"} {
		if got := carried(bad); got != "" {
			t.Errorf("%q: got %q; want nothing", bad, got)
		}
	}
}
