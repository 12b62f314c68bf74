package forkexec

import (
	"bufio"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// adopt makes this process the parent of what its children leave behind.
func adopt(t *testing.T) {
	check(unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
	t.Cleanup(func() { check(unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)) })
}

// TestKilled: of one who is killed at any instant the last child that has run
// is found in the slot, as soon as the lock is free.
func TestKilled(t *testing.T) {
	adopt(t)
	rounds := 200
	if testing.Short() {
		rounds = 20
	}
	between := 0
	for i := range rounds {
		dir := t.TempDir() + "/"
		lock := must(os.Create(dir + "lock"))
		killAtRandom(t, []string{dir, "narrow"}[:1+i%2])
		check(unix.Flock(int(lock.Fd()), unix.LOCK_EX))
		f := must(os.Open(dir + "child"))
		last, ok := noted(f, Slot{})
		for {
			if _, err := syscall.Wait4(-1, nil, 0, nil); err == syscall.ECHILD {
				break
			}
		}
		text, _ := os.ReadFile(dir + "pids") // not there: none has run
		pids := strings.Fields(string(text))
		ran := uint64(len(pids))
		switch {
		case !ok:
			t.Fatalf("got no record; want that of the last of %q", pids)
		case !frugal && last.PID == 0 && (ran == last.Sequence || ran == last.Sequence-1):
			between++ // it may have been started: who looks has to search
		case ran != last.Sequence || pids[ran-1] != strconv.Itoa(last.PID):
			t.Fatalf("got %+v; want the last of %d, %q", last, ran, pids[max(0, len(pids)-2):])
		}
		f.Close()
		lock.Close()
	}
	t.Logf("killed %d times; %d times nobody knew whether there was a child", rounds, between)
}

// killAtRandom kills one who starts children in a loop, some time after the
// first.
func killAtRandom(t *testing.T, args []string) {
	t.Helper()
	cmd := play("loop", "", args...)
	out := must(cmd.StdoutPipe())
	check(cmd.Start())
	must(out.Read(make([]byte, 1)))
	<-time.After(time.Duration(rand.Int64N(int64(10 * time.Millisecond))))
	check(cmd.Process.Kill())
	if err := cmd.Wait(); err == nil || err.Error() != "signal: killed" {
		t.Fatal("the loop has ended:", err)
	}
}

func startInLoop() {
	dir := os.Args[1]
	var s Starter
	if len(os.Args) > 2 {
		check(s.Narrow()) // so that no child gets a copy of the lock
	}
	lockForLife(dir + "lock")
	f := must(os.Create(dir + "child"))
	a := shell("echo $$ >>"+dir+"pids", 0, Closed, 2)
	for a.Slot = (Slot{File: int(f.Fd())}); ; {
		a.Slot.Sequence++
		pid, pidfd, err := s.Start(a)
		if a.Slot.Sequence == 1 {
			must(os.Stdout.WriteString("\n"))
		}
		end(pid, pidfd, err)
	}
}

// lockForLife takes a lock with a descriptor that nobody closes.
func lockForLife(name string) {
	fd := must(unix.Open(name, unix.O_RDWR|unix.O_CREAT|unix.O_CLOEXEC, 0o600))
	check(unix.Flock(fd, unix.LOCK_EX))
}

// TestLock: the lock of one who is killed is free, though its child lives: as
// soon as that has left the last of what it shared, which is a moment after it
// has executed its program.
func TestLock(t *testing.T) {
	adopt(t)
	name := t.TempDir() + "/lock"
	cmd := play("locked", "", name)
	out := must(cmd.StdoutPipe())
	defer out.Close() // or the collector closes it, while another test counts
	in := must(cmd.StdinPipe())
	check(cmd.Start())
	line := must(bufio.NewReader(out).ReadString('\n'))
	lock := must(os.Open(name))
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != unix.EWOULDBLOCK {
		t.Errorf("got %v of a lock that is held; want %v", err, unix.EWOULDBLOCK)
	}
	check(cmd.Process.Kill())
	_, _ = cmd.Process.Wait() // killed
	free := make(chan error, 1)
	go func() { free <- unix.Flock(int(lock.Fd()), unix.LOCK_EX) }()
	select {
	case err := <-free:
		check(err)
	case <-time.After(time.Minute):
		t.Fatal("the lock of one who was killed is not free")
	}
	pid := must(strconv.Atoi(strings.TrimSpace(line)))
	check(unix.Kill(pid, 0))
	check(in.Close()) // it ends
	if got := must(syscall.Wait4(pid, nil, 0, nil)); got != pid {
		t.Errorf("got the end of %d; want %d", got, pid)
	}
}

func startLocked() {
	lockForLife(os.Args[1])
	var s Starter
	pid := 0
	a := &Start{Path: "/bin/cat", Argv: []string{"cat"}, Files: []uintptr{0}, Slot: Slot{File: -1}}
	pid, _, err := s.Start(a)
	check(err)
	must(os.Stdout.WriteString(strconv.Itoa(pid) + "\n"))
	must(io.ReadAll(os.Stdin)) // nobody writes: until we are killed
}
