package forkexec

import (
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestBytes: arguments and environment arrive as they are, whatever was started
// before.
func TestBytes(t *testing.T) {
	all := make([]byte, 255)
	for i := range all {
		all[i] = byte(i + 1)
	}
	null := must(os.OpenFile("/dev/null", os.O_WRONLY, 0))
	defer null.Close()
	var s Starter
	for _, argv := range [][]string{
		{"cat", "/proc/self/cmdline"},
		{"cat", "/proc/self/cmdline", "--", "", string(all), ""},
		{"cat", "/proc/self/cmdline", "--", strings.Repeat("y", 100_000)},
		{"cat", "/proc/self/cmdline", "--"},
	} {
		a := &Start{Path: "/bin/cat", Argv: argv, Slot: Slot{File: -1}}
		a.Files = []uintptr{Closed, Closed, null.Fd()} // it complains of names that are no files
		got := output(&s, a)
		if want := strings.Join(argv, "\x00") + "\x00"; got != want {
			t.Errorf("got %.80q; want %.80q", got, want)
		}
	}
	for _, env := range [][]string{nil, {"A=1", "B=", "C=" + string(all)}, {"A=2"}} {
		a := &Start{Path: "/bin/cat", Argv: []string{"cat", "/proc/self/environ"}, Env: env, Slot: Slot{File: -1}}
		want := ""
		for _, pair := range env {
			want += pair + "\x00"
		}
		if got := output(&s, a); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	childless(t)
}

func TestDirectory(t *testing.T) {
	dir := must(filepath.EvalSymlinks(t.TempDir()))
	var s Starter
	a := shell("pwd -P")
	a.Dir = dir
	if got := output(&s, a); got != dir+"\n" {
		t.Errorf("got %q; want %q", got, dir)
	}
	if got, want := output(&s, shell("pwd -P")), must(filepath.EvalSymlinks(must(os.Getwd())))+"\n"; got != want {
		t.Errorf("got %q; want ours, %q", got, want)
	}
	check(os.WriteFile(dir+"/run", []byte("#!/bin/sh\necho here\n"), 0o755))
	a = &Start{Path: "./run", Argv: []string{"run"}, Dir: dir, Slot: Slot{File: -1}}
	if got := output(&s, a); got != "here\n" {
		t.Errorf("got %q; want the run of the directory", got)
	}
}

func TestSession(t *testing.T) {
	var s Starter
	for _, leader := range []bool{false, true} {
		stopped(&s, &Start{Setsid: leader, Slot: Slot{File: -1}}, func(pid int) {
			if got := must(unix.Getsid(pid)); (got == pid) != leader {
				t.Errorf("leader %v: got session %d of %d", leader, got, pid)
			}
			if got := must(unix.Getpgid(pid)); (got == pid) != leader {
				t.Errorf("leader %v: got group %d of %d", leader, got, pid)
			}
		})
	}
}

// TestSignals: handlers are the default, no signal is blocked, what is ignored
// stays so.
func TestSignals(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGUSR2, unix.SIGTERM, unix.SIGCHLD)
	defer signal.Stop(c)
	signal.Ignore(unix.SIGUSR1)
	defer signal.Reset(unix.SIGUSR1)
	var s Starter
	mask := func(status, name string) uint64 {
		line := regexp.MustCompile(name + `:\s*(\w+)`).FindStringSubmatch(status)
		return must(strconv.ParseUint(line[1], 16, 64))
	}
	ours := string(must(os.ReadFile("/proc/thread-self/status")))
	a := &Start{Path: "/bin/cat", Argv: []string{"cat", "/proc/self/status"}, Slot: Slot{File: -1}}
	status := output(&s, a)
	if mask(ours, "SigCgt")&(1<<(unix.SIGTERM-1)) == 0 {
		t.Error("TERM has no handler here")
	}
	for name, want := range map[string]uint64{
		"SigBlk": mask(ours, "SigBlk"), "SigIgn": mask(ours, "SigIgn") | 1<<(unix.SIGUSR1-1), "SigCgt": 0, "SigPnd": 0,
	} {
		if got := mask(status, name); got != want {
			t.Errorf("%s: got %#x; want %#x", name, got, want)
		}
	}
}

// TestNote: the note is there before the program runs, which reads it.
func TestNote(t *testing.T) {
	f, slot := slotFile(t)
	var s Starter
	before := bootTime()
	a := &Start{Path: "/bin/cat", Argv: []string{"cat", f.Name()}, Slot: slot}
	r, ok := Unpack([]byte(output(&s, a))[RecordSize:])
	after := bootTime()
	if !ok || r.Sequence != 42 || int64(r.Time) < before || int64(r.Time) > after {
		t.Errorf("got %+v, %v; want a time from %d to %d", r, ok, before, after)
	}
	last, ok := noted(f, slot)
	if frugal && r != last || last.PID == 0 || !ok {
		t.Errorf("the program read %+v; want %+v", r, last)
	}
	// What cannot be written is no error.
	unwritable := must(os.Open(f.Name()))
	defer unwritable.Close()
	a = shell("exit 3")
	a.Slot = Slot{File: int(unwritable.Fd())}
	if code := end(s.Start(a)); code != 3 {
		t.Errorf("got exit %d; want 3", code)
	}
	// The descriptor of the slot may be overwritten.
	a = shell("exit 4")
	a.Files, a.Slot = make([]uintptr, slot.File+1), slot
	a.Slot.Sequence++
	pid, pidfd, err := s.Start(a)
	if got, _ := noted(f, slot); got.PID != pid || got.Sequence != 43 {
		t.Errorf("got %+v; want that of %d", got, pid)
	}
	if code := end(pid, pidfd, err); code != 4 {
		t.Errorf("got exit %d; want 4", code)
	}
}

// TestPidfd: the pidfd is that of the child, and close-on-exec.
func TestPidfd(t *testing.T) {
	var s Starter
	pid, pidfd, err := s.Start(shell("exit 5"))
	check(err)
	info := string(must(os.ReadFile("/proc/self/fdinfo/" + strconv.Itoa(pidfd))))
	if want := "\nPid:\t" + strconv.Itoa(pid) + "\n"; !strings.Contains(info, want) {
		t.Errorf("got %q; want %q", info, want)
	}
	if flags := must(unix.FcntlInt(uintptr(pidfd), unix.F_GETFD, 0)); flags != unix.FD_CLOEXEC {
		t.Errorf("got flags %#x; want close-on-exec", flags)
	}
	if code := end(pid, pidfd, nil); code != 5 {
		t.Errorf("got exit %d; want 5", code)
	}
}
