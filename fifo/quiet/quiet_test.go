package quiet

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestFiles: what is written to a file by one call is there for the others, and an
// error is that of the system.
func TestFiles(t *testing.T) { testFiles(t) }

// TestLoud: what the runtime is told of is the same.
func TestLoud(t *testing.T) {
	Loud()
	defer func() { loud = false }()
	testFiles(t)
	testPipes(t)
}

func testFiles(t *testing.T) {
	dir, err := Openat(unix.AT_FDCWD, t.TempDir(), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	fd, err := Openat(dir, "a", unix.O_RDWR|unix.O_CREAT|unix.O_CLOEXEC, 0o640)
	must(t, err)
	if n, err := Write(fd, []byte("hello")); n != 5 || err != nil {
		t.Errorf("Write: got %d, %v", n, err)
	}
	if n, err := Pwrite(fd, []byte("J"), 0); n != 1 || err != nil {
		t.Errorf("Pwrite: got %d, %v", n, err)
	}
	var b [8]byte
	if n, err := Pread(fd, b[:], 1); n != 4 || err != nil || string(b[:n]) != "ello" {
		t.Errorf("Pread: got %q, %v", b[:max(n, 0)], err)
	}
	if n, err := Read(fd, b[:]); n != 0 || err != nil {
		t.Errorf("Read at the end: got %d, %v", n, err)
	}
	must(t, Renameat(dir, "a", "b"))
	must(t, Faccessat(dir, "b", unix.F_OK))
	var byName, byFD unix.Stat_t
	must(t, Fstatat(dir, "b", &byName, unix.AT_SYMLINK_NOFOLLOW))
	must(t, Fstat(fd, &byFD))
	if byName != byFD || byFD.Size != 5 || byFD.Mode&0o777 != 0o640 {
		t.Errorf("got %+v and %+v", byName, byFD)
	}
	var entries [512]byte
	n, err := ReadDirent(dir, entries[:])
	must(t, err)
	if _, _, names := unix.ParseDirent(entries[:n], -1, nil); len(names) != 1 || names[0] != "b" {
		t.Errorf("got names %q", names)
	}
	must(t, Unlinkat(dir, "b", 0))
	must(t, Close(fd))
	for what, err := range map[string]error{
		"a file that is gone": Faccessat(dir, "b", unix.F_OK),
		"its removal":         Unlinkat(dir, "b", 0),
		"its name":            Renameat(dir, "b", "c"),
	} {
		if err != unix.ENOENT {
			t.Errorf("%s: got %v; want ENOENT", what, err)
		}
	}
	if n, err := Read(fd, b[:]); n != -1 || err != unix.EBADF {
		t.Errorf("a descriptor that is closed: got %d, %v", n, err)
	}
	if _, err := Openat(dir, "a\x00b", unix.O_RDONLY, 0); err != unix.EINVAL {
		t.Errorf("a name with NUL: got %v", err)
	}
	must(t, Close(dir))
}

// TestPipes: what is in a pipe is copied, read and moved.
func TestPipes(t *testing.T) { testPipes(t) }

func testPipes(t *testing.T) {
	var from, copied [2]int
	must(t, unix.Pipe2(from[:], unix.O_CLOEXEC|unix.O_NONBLOCK))
	must(t, unix.Pipe2(copied[:], unix.O_CLOEXEC|unix.O_NONBLOCK))
	file, err := os.Create(t.TempDir() + "/file")
	must(t, err)
	defer file.Close()
	if _, err := Tee(from[0], copied[1], 64); err != unix.EAGAIN {
		t.Errorf("an empty pipe: got %v", err)
	}
	_, err = Write(from[1], []byte("hello"))
	must(t, err)
	if n, err := Tee(from[0], copied[1], 64); n != 5 || err != nil {
		t.Errorf("Tee: got %d, %v", n, err)
	}
	var first [1]byte
	var rest [8]byte
	if n, err := Readv(copied[0], first[:], rest[:]); n != 5 || err != nil || string(first[:])+string(rest[:4]) != "hello" {
		t.Errorf("Readv: got %d, %v, %q and %q", n, err, first, rest)
	}
	if n, err := Splice(from[0], int(file.Fd()), 3, 64); n != 5 || err != nil {
		t.Errorf("Splice: got %d, %v", n, err)
	}
	if text, _ := os.ReadFile(file.Name()); string(text) != "\x00\x00\x00hello" {
		t.Errorf("got %q", text)
	}
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	must(t, err)
	must(t, EpollCtl(epoll, unix.EPOLL_CTL_ADD, from[0], &unix.EpollEvent{Events: unix.EPOLLIN}))
	if err := EpollCtl(epoll, unix.EPOLL_CTL_ADD, from[0], &unix.EpollEvent{}); err != unix.EEXIST {
		t.Errorf("added again: got %v", err)
	}
	for _, fd := range []int{from[0], from[1], copied[0], copied[1], epoll} {
		must(t, Close(fd))
	}
}

// TestChild: a child is signalled by its pidfd, looked at, and reaped.
func TestChild(t *testing.T) {
	var pidfd int
	child, err := os.StartProcess("/bin/sleep", []string{"sleep", "1000"}, &os.ProcAttr{Sys: &syscall.SysProcAttr{PidFD: &pidfd}})
	must(t, err)
	var info unix.Siginfo
	if err := Peek(unix.P_PID, child.Pid, &info); err != nil || info.Signo != 0 {
		t.Errorf("while it lives: got %v, signal %d", err, info.Signo)
	}
	must(t, PidfdSendSignal(pidfd, unix.SIGKILL))
	_, err = unix.Poll([]unix.PollFd{{Fd: int32(pidfd), Events: unix.POLLIN}}, -1)
	must(t, err)
	if err := Peek(unix.P_PID, child.Pid, &info); err != nil || info.Signo != int32(unix.SIGCHLD) {
		t.Errorf("when it has ended: got %v, signal %d", err, info.Signo)
	}
	must(t, Reap(child.Pid))
	if err := Reap(child.Pid); err != unix.ECHILD {
		t.Errorf("reaped again: got %v", err)
	}
	must(t, Close(pidfd))
	var now unix.Timespec
	if ClockGettime(unix.CLOCK_BOOTTIME, &now); now.Sec <= 0 {
		t.Errorf("got the time %+v", now)
	}
}

// TestStack: what a call fills in may be on a stack that grows, and moves, before the
// system is asked.
func TestStack(t *testing.T) {
	done := make(chan int)
	go func() { done <- filledIn(1000) }() // its stack is small yet
	if depth := <-done; depth != 1000 {
		t.Errorf("call %d filled in nothing", depth+1)
	}
}

// filledIn is how deep each call of a nest fills in what it was given.
func filledIn(depth int) int {
	var byName, byFD unix.Stat_t
	err := Fstatat(unix.AT_FDCWD, ".", &byName, 0)
	if err != nil || byName.Mode&unix.S_IFMT != unix.S_IFDIR || Fstat(-1, &byFD) != unix.EBADF {
		return 0
	}
	if depth == 1 {
		return 1
	}
	return 1 + filledIn(depth-1)
}

// TestNames: short and long names are told whole, none with a 0 in it, and a short
// one leaves no garbage.
func TestNames(t *testing.T) {
	dir, err := Openat(unix.AT_FDCWD, t.TempDir(), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	for n := 1; n <= 255; n++ {
		name := strings.Repeat("n", n)
		fd, err := Openat(dir, name, unix.O_WRONLY|unix.O_CREAT|unix.O_CLOEXEC, 0o600)
		must(t, err)
		must(t, Close(fd))
		must(t, unix.Faccessat(dir, name, unix.F_OK, 0))
		must(t, Renameat(dir, name, name[1:]+"m"))
		must(t, unix.Unlinkat(dir, name[1:]+"m", 0))
	}
	for _, n := range []int{1, 100} {
		if err := Faccessat(dir, strings.Repeat("n", n)+"\x00n", unix.F_OK); err != unix.EINVAL {
			t.Errorf("a 0 after %d bytes: got %v, want %v", n, err, unix.EINVAL)
		}
	}
	if n := testing.AllocsPerRun(100, func() { _ = Faccessat(dir, "missing", unix.F_OK) }); n > 0 {
		t.Errorf("a name that is missing: got %v allocations, want none", n)
	}
}
