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
	var s Starter
	for _, c := range cases {
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
		stopped(&s, a, func(pid int) {
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
