package forkexec

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// truth is a start as a service has it, with 35 variables.
func truth() *Start {
	a := &Start{Path: "/bin/true", Argv: []string{"true"}, Files: []uintptr{0, 1, 2}, Slot: Slot{File: -1}}
	for i := range 35 {
		a.Env = append(a.Env, fmt.Sprintf("VARIABLE_%d=%032d", i, i))
	}
	return a
}

// TestMany: nothing is left of many starts.
func TestMany(t *testing.T) {
	t.Run("wide", func(t *testing.T) { testMany(t, new(Starter)) })
	narrow := new(Starter)
	check(narrow.Narrow())
	t.Run("narrow", func(t *testing.T) { testMany(t, narrow) })
}

func testMany(t *testing.T, s *Starter) {
	starts := 10_000
	if testing.Short() {
		starts = 500
	}
	f, slot := slotFile(t)
	good, bad := truth(), truth()
	good.Slot, bad.Slot, bad.Path = slot, slot, "/missing"
	end(s.Start(good))
	runtime.GC()
	fds, memory := descriptors(), private()
	for i := range starts {
		good.Slot.Sequence = uint64(i)
		pid, pidfd, err := s.Start(good)
		if code := end(pid, pidfd, err); code != 0 {
			t.Fatalf("start %d: got exit %d", i, code)
		}
		if r, ok := noted(f, slot); !ok || r.PID != pid || r.Sequence != uint64(i) {
			t.Fatalf("start %d: got %+v, %v; want that of %d", i, r, ok, pid)
		}
		if i%100 == 0 {
			if _, _, err := s.Start(bad); err != syscall.ENOENT {
				t.Fatalf("start %d: got %v", i, err)
			}
		}
	}
	runtime.GC()
	if now := descriptors(); now != fds {
		t.Errorf("got %d descriptors; want %d", now, fds)
	}
	if grown := private() - memory; grown > 4096 {
		t.Errorf("got %d kB more; want nothing", grown)
	}
	childless(t)
}

// private is how much memory this process shares with nobody, in kB.
func private() (kb int) {
	for line := range strings.Lines(string(must(os.ReadFile("/proc/self/smaps_rollup")))) {
		if fields := strings.Fields(line); strings.HasPrefix(line, "Private_") {
			kb += must(strconv.Atoi(fields[1]))
		}
	}
	return kb
}

// TestCollector: starts while the collector runs all the time and others
// allocate.
func TestCollector(t *testing.T) {
	done, ended := make(chan bool), make(chan bool)
	go func() {
		defer close(ended)
		var garbage [64][]byte
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			default:
			}
			garbage[i%len(garbage)] = make([]byte, 1000*(i%50))
			runtime.GC()
		}
	}()
	defer func() { close(done); <-ended }()
	for i := range 300 {
		s := new(Starter) // its room is fresh
		a := truth()
		a.Path, a.Argv = "/bin/sh", []string{"sh", "-c", `echo "$0 $VARIABLE_34"`, strconv.Itoa(i)}
		if got, want := output(s, a), fmt.Sprintf("%d %032d\n", i, 34); got != want {
			t.Fatalf("got %q; want %q", got, want)
		}
	}
}

// TestSideBySide: Starters of several threads do not disturb each other.
func TestSideBySide(t *testing.T) {
	ended := make(chan error)
	for i := range 4 {
		go func() {
			var s Starter
			for j := range 100 {
				want := fmt.Sprintf("%d %d\n", i, j)
				if got := output(&s, shell("echo "+strings.TrimSpace(want))); got != want {
					ended <- fmt.Errorf("got %q; want %q", got, want)
					return
				}
			}
			ended <- nil
		}()
	}
	for range 4 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func TestAllocations(t *testing.T) {
	var s Starter
	a := truth()
	got := testing.AllocsPerRun(100, func() { reap(s.Start(a)) })
	if frugal && got != 0 {
		t.Errorf("got %v allocations for a start; want none", got)
	}
	a.Path = "/missing"
	got = testing.AllocsPerRun(100, func() {
		if _, _, err := s.Start(a); err != syscall.ENOENT {
			t.Error(err)
		}
	})
	if frugal && got > 1 { // the errno becomes an error
		t.Errorf("got %v allocations for an error; want one", got)
	}
}

// reap is end without garbage of its own.
func reap(pid, pidfd int, err error) {
	check(err)
	_ = unix.Close(pidfd) // nothing to flush
	wait(pid)
}

func viaSyscall(a *Start) {
	pidfd := -1
	pid, err := syscall.ForkExec(a.Path, a.Argv, &syscall.ProcAttr{Env: a.Env, Files: a.Files, Sys: &syscall.SysProcAttr{PidFD: &pidfd}})
	reap(pid, pidfd, err)
}

func BenchmarkStart(b *testing.B) {
	var s Starter
	a := truth()
	b.ReportAllocs()
	for b.Loop() {
		reap(s.Start(a))
	}
	b.ReportMetric(growth(b, "start"), "kB/1000-starts")
}

func BenchmarkForkExec(b *testing.B) {
	a := truth()
	b.ReportAllocs()
	for b.Loop() {
		viaSyscall(a)
	}
	b.ReportMetric(growth(b, "syscall"), "kB/1000-starts")
}

// growth is how much more memory a fresh process has after 1000 starts.
func growth(b *testing.B, how string) float64 {
	out, err := play("growth", "", how).Output()
	if err != nil {
		b.Fatal(err)
	}
	return must(strconv.ParseFloat(strings.TrimSpace(string(out)), 64))
}

func printGrowth() {
	var s Starter
	a := truth()
	private() // it has its own garbage
	before := private()
	for range 1000 {
		if os.Args[1] == "start" {
			reap(s.Start(a))
		} else {
			viaSyscall(a)
		}
	}
	fmt.Println(private() - before)
}
