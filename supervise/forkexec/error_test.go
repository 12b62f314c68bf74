package forkexec

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func TestErrors(t *testing.T) {
	dir := t.TempDir() + "/"
	put := func(name, text string, mode os.FileMode) string {
		check(os.WriteFile(dir+name, []byte(text), mode))
		return dir + name
	}
	long := strings.Repeat("x", 1<<20) // one string may have 128 kB
	busy := put("busy", "\x7fELF", 0o755)
	writing := must(os.OpenFile(busy, os.O_WRONLY, 0))
	defer writing.Close()
	program := put("program", "#!/bin/sh\n", 0o755)
	for name, c := range map[string]struct {
		a    Start
		want syscall.Errno
	}{
		"missing":             {Start{Path: dir + "missing"}, syscall.ENOENT},
		"missing interpreter": {Start{Path: put("lost", "#!/missing/sh\n", 0o755)}, syscall.ENOENT},
		"not executable":      {Start{Path: put("text", "#!/bin/sh\n", 0o644)}, syscall.EACCES},
		"a directory":         {Start{Path: dir}, syscall.EACCES},
		"below a file":        {Start{Path: program + "/run"}, syscall.ENOTDIR},
		"not a program":       {Start{Path: put("words", "words\n", 0o755)}, syscall.ENOEXEC},
		"being written":       {Start{Path: busy}, syscall.ETXTBSY},
		"long argument":       {Start{Path: program, Argv: []string{"run", long}}, syscall.E2BIG},
		"long variable":       {Start{Path: program, Env: []string{"A=" + long}}, syscall.E2BIG},
		"long path":           {Start{Path: long}, syscall.ENAMETOOLONG},
		"empty path":          {Start{}, syscall.ENOENT},
		"missing directory":   {Start{Path: program, Dir: dir + "missing"}, syscall.ENOENT},
		"not a directory":     {Start{Path: program, Dir: program}, syscall.ENOTDIR},
		"NUL in path":         {Start{Path: program + "\x00"}, syscall.EINVAL},
		"NUL in argument":     {Start{Path: program, Argv: []string{"a\x00b"}}, syscall.EINVAL},
		"NUL in variable":     {Start{Path: program, Env: []string{"A=\x00"}}, syscall.EINVAL},
		"NUL in directory":    {Start{Path: program, Dir: "/\x00"}, syscall.EINVAL},
		"not open":            {Start{Path: program, Files: []uintptr{0, 1, 999}}, syscall.EBADF},
		"not open, the same":  {Start{Path: program, Files: append(make([]uintptr, 999), 999)}, syscall.EBADF},
		"not open, aside":     {Start{Path: program, Files: append(make([]uintptr, 999), 998)}, syscall.EBADF},
	} {
		f, slot := slotFile(t)
		c.a.Slot = slot
		check(slotWrite(slot, Record{1, 2, 3}))
		fds := descriptors()
		var s Starter
		pid, pidfd, err := s.Start(&c.a)
		if err != c.want || pid != 0 || pidfd != -1 {
			t.Errorf("%s: got %d, %d, %v; want %v", name, pid, pidfd, err, c.want)
		}
		if now := descriptors(); now != fds {
			t.Errorf("%s: got %d descriptors; want %d", name, now, fds)
		}
		if r, ok := noted(f, slot); ok {
			t.Errorf("%s: got %+v; want an empty slot", name, r)
		}
		childless(t)
		if code := end(s.Start(shell("exit 7"))); code != 7 {
			t.Errorf("%s: then got exit %d; want 7", name, code)
		}
	}
}

func slotWrite(s Slot, r Record) error {
	b := r.Pack()
	_, err := syscall.Pwrite(s.File, b[:], s.Offset)
	return err
}

func descriptors() int { return len(must(os.ReadDir("/proc/self/fd"))) }

// TestLimit: a child has the limit of descriptors that the program was started
// with, or one that was set since.
func TestLimit(t *testing.T) {
	const lower = "ulimit -Sn 200; "
	if got := played(t, "limit", lower); got != "200" {
		t.Errorf("got %s; want 200", got)
	}
	if got := played(t, "changed", lower); got != "300" {
		t.Errorf("got %s; want 300", got)
	}
	hard := played(t, "limit", "ulimit -Sn $(ulimit -Hn); ulimit -Hn; ")
	if lines := strings.Fields(hard); len(lines) != 2 || lines[0] != lines[1] {
		t.Errorf("got %q; want twice the same", lines)
	}
}

func startLimited() {
	var s Starter
	fmt.Print(output(&s, shell("ulimit -Sn")))
}

func startChanged() {
	var l unix.Rlimit
	check(unix.Getrlimit(unix.RLIMIT_NOFILE, &l))
	l.Cur = 300
	check(unix.Setrlimit(unix.RLIMIT_NOFILE, &l))
	startLimited()
}

// TestTooManyFiles: a descriptor that cannot be had is no descriptor that is
// not open.
func TestTooManyFiles(t *testing.T) {
	const want = "too many open files\ntoo many open files\nbad file descriptor\n<nil>"
	if got := played(t, "few", ""); got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func startWithFew() {
	high := must(unix.FcntlInt(0, unix.F_DUPFD_CLOEXEC, 600))
	var l unix.Rlimit
	check(unix.Getrlimit(unix.RLIMIT_NOFILE, &l))
	l.Cur = 500
	check(unix.Setrlimit(unix.RLIMIT_NOFILE, &l))
	for _, c := range []struct{ place, fd int }{{510, high}, {510, 1}, {510, 555}, {400, 1}} {
		a := shell("exit 0", 0, 1, 2)
		for len(a.Files) < c.place {
			a.Files = append(a.Files, Closed)
		}
		a.Files = append(a.Files, uintptr(c.fd))
		var s Starter
		pid, pidfd, err := s.Start(a)
		fmt.Println(err)
		if err == nil {
			end(pid, pidfd, nil)
		}
	}
}

// TestTooManyProcesses: the user may have no more.
func TestTooManyProcesses(t *testing.T) {
	if got, want := played(t, "poor", ""), syscall.EAGAIN.Error(); got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func startPoor() {
	check(unix.Setrlimit(unix.RLIMIT_NPROC, &unix.Rlimit{Cur: 0, Max: 0}))
	if os.Getuid() == 0 {
		check(syscall.Setgid(54321))
		check(syscall.Setuid(54321))
	}
	var s Starter
	_, _, err := s.Start(shell("exit 0"))
	fmt.Println(err)
}

// TestSmallFiles: the limit of a file's size comes with a signal, which does
// not end the child.
func TestSmallFiles(t *testing.T) {
	f, _ := slotFile(t)
	if got := played(t, "small", "", f.Name()); got != "6" {
		t.Errorf("got exit %q; want 6", got)
	}
}

func startWithSmallFiles() {
	f := must(os.OpenFile(os.Args[1], os.O_WRONLY, 0))
	check(unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: 0, Max: 0}))
	var s Starter
	a := shell("exit 6")
	if a.Slot = (Slot{int(f.Fd()), 0, 1}); !frugal {
		a.Slot.File = -1 // the signal would be for us
	}
	code := end(s.Start(a))
	fmt.Println(code)
}
