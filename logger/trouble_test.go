package logger

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

const nobody = 65534

func needRoot(t *testing.T) {
	t.Helper()
	need.Root(t)
}

// small mounts a file system of few bytes at log in a new directory, and
// returns that.
func small(t *testing.T, options string) string {
	t.Helper()
	needRoot(t)
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	must(t, os.Mkdir(log, 0o755))
	must(t, unix.Mount("none", log, "tmpfs", 0, options))
	t.Cleanup(func() { _ = unix.Unmount(log, unix.MNT_DETACH) }) // best effort: nothing lives there
	return dir
}

// fill takes all the room there is, and returns how to give it back.
func fill(t *testing.T, dir string) func() {
	t.Helper()
	ballast, err := os.Create(filepath.Join(dir, "ballast"))
	must(t, err)
	defer ballast.Close()
	for page := make([]byte, 4096); ; {
		if _, err := ballast.Write(page); err != nil {
			return func() { must(t, os.Remove(ballast.Name())) }
		}
	}
}

// TestFullDisk: a full disk is told once, nothing is lost, and when there is
// room everything goes on. A logger that is killed meanwhile has written
// nothing that the next writes again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := small(t, "size=80k")
	log := filepath.Join(dir, "log")
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	text := numbered(0, 2000)
	l := begin(t, dir, r, svlog(t), "s20000", "n100", "./log")
	l.in = w
	l.say(t, text[:10000])
	free := fill(t, log)
	_, err = w.WriteString(text[10000:])
	must(t, err)
	const warning = "svlog: warning: unable to write ./log/current: no space left on device, trying again in 5 seconds\n"
	eventually(t, "svlog has tried", func() bool { return l.said(t) == warning })
	must(t, l.Process.Kill())
	<-l.gone
	l = begin(t, dir, r, svlog(t), "s20000", "n100", "./log")
	eventually(t, "the next has tried", func() bool { return l.said(t) != "" })
	free()
	must(t, w.Close())
	l.ends(t, 0)
	if got := strings.Join(contents(t, log), ""); got != text {
		t.Errorf("got %d bytes; want %d", len(got), len(text))
	}
	if got := l.said(t); got != warning {
		t.Errorf("said %q; want %q", got, warning)
	}
}

// TestFullDiskAtStart: what cannot be made yet is waited for, until TERM.
func TestFullDiskAtStart(t *testing.T) {
	t.Parallel()
	// The root of the file system, the lock and state take the inodes.
	dir := small(t, "nr_inodes=3")
	log := filepath.Join(dir, "log")
	tries := func() *started {
		l := start(t, dir, svlog(t), "./log")
		eventually(t, "svlog has tried", func() bool {
			return l.said(t) == "svlog: warning: unable to create ./log/current: no space left on device, trying again in 5 seconds\n"
		})
		return l
	}
	l := tries()
	must(t, l.Process.Signal(syscall.SIGTERM))
	l.ends(t, 111)
	l = tries()
	must(t, unix.Mount("none", log, "tmpfs", unix.MS_REMOUNT, "nr_inodes=100"))
	l.say(t, "one\n")
	must(t, l.in.Close())
	l.ends(t, 0)
	if got := read(t, filepath.Join(log, "current")); got != "one\n" {
		t.Errorf("got %q", got)
	}
}

// humble makes a directory of nobody, and starts svlog there as nobody.
func humble(t *testing.T) (string, *started) {
	t.Helper()
	needRoot(t)
	dir, err := os.MkdirTemp("", "svlog-test-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // best effort: it is in the temporary directory
	must(t, os.Chown(dir, nobody, nobody))
	l := prepare(dir, nil, svlog(t), "./log")
	l.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	l.Stdin, l.in = r, w
	l.begin(t)
	return dir, l
}

// TestForbidden: a directory that may not be changed any more when its file is
// to be rotated is waited for.
func TestForbidden(t *testing.T) {
	t.Parallel()
	dir, l := humble(t)
	log := filepath.Join(dir, "log")
	l.say(t, "one\n")
	must(t, os.Chmod(log, 0o500))
	must(t, l.Process.Signal(syscall.SIGALRM))
	want := "svlog: warning: unable to rename ./log/current: permission denied, trying again in 5 seconds\n"
	eventually(t, "svlog has tried", func() bool { return l.said(t) == want })
	_, err := l.in.WriteString("two\n")
	must(t, err)
	must(t, os.Chmod(log, 0o700))
	must(t, l.in.Close())
	l.ends(t, 0)
	if got := contents(t, log); len(got) != 2 || got[0] != "one\n" || got[1] != "two\n" || l.said(t) != want {
		t.Errorf("got %q, said %q", got, l.said(t))
	}
}

// TestNoProcess: where no process can be had, the processor waits.
func TestNoProcess(t *testing.T) {
	t.Parallel()
	needRoot(t)
	const alone = 61234 // nobody else counts
	dir, err := os.MkdirTemp("", "svlog-test-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // best effort: it is in the temporary directory
	must(t, os.Chown(dir, alone, alone))
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	l := prepare(dir, r, svlog(t), "s4096", "!cat", "./log")
	l.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: alone, Gid: alone}}
	l.in = w
	l.begin(t)
	limit := func(processes string) {
		cmd := exec.Command("prlimit", "--pid", strconv.Itoa(l.Process.Pid), "--nproc="+processes+":")
		cmd.SysProcAttr = l.SysProcAttr // root may not, in a container
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("prlimit: %v: %s", err, out)
		}
	}
	eventually(t, "svlog has begun", func() bool {
		_, err := os.Stat(filepath.Join(dir, "log/current"))
		return err == nil
	})
	limit("1")
	text := numbered(0, 100) // one file and the beginning of another
	_, err = w.WriteString(text)
	must(t, err)
	want := "svlog: warning: unable to start the processor of ./log: resource temporarily unavailable, trying again in 5 seconds\n"
	eventually(t, "svlog has tried", func() bool { return l.said(t) == want })
	limit("1000")
	must(t, l.in.Close())
	l.ends(t, 0)
	if got := strings.Join(contents(t, filepath.Join(dir, "log")), ""); got != text || l.said(t) != want {
		t.Errorf("got %q, said %q", got, l.said(t))
	}
}

// TestFatal: what a logger cannot begin with, in one line.
func TestFatal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "taken/current"), 0o755))
	must(t, os.MkdirAll(filepath.Join(dir, "locked/lock"), 0o755))
	write(t, filepath.Join(dir, "file"), "")
	for word, want := range map[string]string{
		"./file":    "unable to open directory ./file: not a directory",
		"./no/such": "unable to open directory ./no/such: no such file or directory",
		"./taken":   "unable to open ./taken/current: is a directory",
		"./locked":  "unable to lock directory ./locked: is a directory",
		"=taken":    "unable to open taken: is a directory",
		"=no/such":  "unable to open no/such: no such file or directory",
	} {
		got := run(t, dir, "x\n", svlog(t), word)
		if got.code != 111 || got.err != "svlog: fatal: "+want+"\n" {
			t.Errorf("%s: got %+v; want %s", word, got, want)
		}
	}
	if got := run(t, dir, "x\n", svlog(t), "zzz"); got.code != 100 || got.err != "svlog: usage: svlog [action ...] (unknown action: zzz)\n" {
		t.Errorf("zzz: got %+v", got)
	}
	input, err := os.Open(dir)
	must(t, err)
	defer input.Close()
	l := begin(t, dir, input, svlog(t), "./log")
	l.ends(t, 111)
	if got := l.said(t); got != "svlog: fatal: unable to read standard input: is a directory\n" {
		t.Errorf("got %q", got)
	}
}
