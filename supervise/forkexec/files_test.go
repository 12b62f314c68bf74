package forkexec

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// none is a descriptor that the child does not have.
const none = -1

// TestFiles: sources are numbered from base on, places too, so that they are in
// each other's way as they can be.
func TestFiles(t *testing.T) {
	const base, sources = 100, 8
	dir := t.TempDir() + "/"
	for i := range sources {
		f := must(os.Create(dir + strconv.Itoa(i)))
		check(unix.Dup3(int(f.Fd()), base+i, unix.O_CLOEXEC))
		f.Close()
		defer unix.Close(base + i)
	}
	cases := [][]int{
		{}, {0}, {1}, {none}, {0, 1, 2}, {1, 0}, {1, 2, 0}, {2, 0, 1}, {0, 0, 0}, {2, 2, 2},
		{none, 0}, {none, none, 0}, {0, none, 1}, {1, none, 0}, {3, 3, none, 0}, {1, none, none, 2},
		{7, 6, 5, 4, 3, 2, 1, 0}, {7, 0, 1, 2, 3, 4, 5, 6}, {none, none, none, none, none, none, none, none, 0, 7, 0},
	}
	for range 100 {
		var c []int
		for range rand.IntN(sources + 4) {
			c = append(c, rand.IntN(sources+1)-1)
		}
		cases = append(cases, c)
	}
	var wide, narrow Starter
	check(narrow.Narrow())
	for i, c := range append(cases, cases...) {
		s := &wide
		if i >= len(cases) {
			s = &narrow
		}
		a := &Start{Slot: Slot{File: -1}}
		for len(a.Files) < base && len(c) > 0 {
			a.Files = append(a.Files, Closed)
		}
		for _, source := range c {
			if source == none {
				a.Files = append(a.Files, Closed)
			} else {
				a.Files = append(a.Files, uintptr(base+source))
			}
		}
		stopped(s, a, func(pid int) {
			for i := range max(len(a.Files), 3) {
				want := ""
				if i >= base && c[i-base] != none {
					want = dir + strconv.Itoa(c[i-base])
				}
				got, _ := os.Readlink("/proc/" + strconv.Itoa(pid) + "/fd/" + strconv.Itoa(i)) // empty: closed
				if got != want {
					t.Errorf("%v: descriptor %d: got %q; want %q", c, i, got, want)
				}
			}
		})
		for i := range sources {
			if got := must(os.Readlink("/proc/self/fd/" + strconv.Itoa(base+i))); got != dir+strconv.Itoa(i) {
				t.Fatalf("%v: ours, %d: got %q", c, i, got)
			}
		}
	}
}

// TestNarrow: where there are many descriptors a child has the few that it is
// given, and nobody keeps these open afterwards, also when there is no child.
func TestNarrow(t *testing.T) {
	var s Starter
	check(s.Narrow())
	null := must(os.Open("/dev/null"))
	defer null.Close()
	for range 2000 {
		defer unix.Close(must(unix.FcntlInt(null.Fd(), unix.F_DUPFD_CLOEXEC, 0)))
	}
	for _, path := range []string{"/bin/true", "/missing"} {
		var p [2]int
		check(unix.Pipe2(p[:], unix.O_CLOEXEC))
		defer unix.Close(p[0])
		a := &Start{Path: path, Argv: []string{"true"}, Files: []uintptr{0, uintptr(p[1]), 2, Closed, uintptr(p[1])}, Slot: Slot{File: -1}}
		pid, pidfd, err := s.Start(a)
		if err == nil {
			end(pid, pidfd, err)
		}
		check(unix.Close(p[1]))
		if n := must(unix.Read(p[0], make([]byte, 1))); n != 0 {
			t.Errorf("%s: got a byte; want the end of the pipe", path)
		}
	}
}

// TestStandardFiles: those below 3 that are not mentioned are closed.
func TestStandardFiles(t *testing.T) {
	var s Starter
	null := must(os.Open("/dev/null"))
	defer null.Close()
	for n := range 4 {
		a := &Start{Slot: Slot{File: -1}}
		for range n {
			a.Files = append(a.Files, null.Fd())
		}
		stopped(&s, a, func(pid int) {
			for i := range 3 {
				got, _ := os.Readlink("/proc/" + strconv.Itoa(pid) + "/fd/" + strconv.Itoa(i)) // empty: closed
				if (got == "/dev/null") != (i < n) || got != "" && i >= n {
					t.Errorf("%d files: descriptor %d: got %q", n, i, got)
				}
			}
		})
	}
}
