//go:build (amd64 || arm64) && !forkexec_syscall

package forkexec

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// A child has copies of all descriptors, only to close them when it executes its
// program. For a program with tens of thousands that takes longer than all the
// rest. A narrow start has the child share them until it has noted itself and
// changed its directory; then it takes copies of the lowest alone. Those that it
// is to keep are among these: they are put at places that were set aside for that.

// places is how many are set aside. A start that wants more is not narrow.
const places = 8

// reserved are the places, and what is open where nothing else is.
type reserved struct {
	null   int
	places []int
	used   int
}

func (s *starter) reserve() error {
	for range 1 + places {
		fd, err := unix.Open("/dev/null", unix.O_RDWR|unix.O_CLOEXEC, 0)
		if err != nil {
			return err
		}
		s.low.places = append(s.low.places, fd)
	}
	s.low.null, s.low.places = s.low.places[0], s.low.places[1:]
	return nil
}

// lower makes the next start narrow, if it can be.
func (s *starter) lower() error {
	s.top = 0
	if len(s.low.places) == 0 {
		return nil
	}
	top := uintptr(s.low.places[places-1]) + 1
	for i, fd := range s.files {
		if fd < top || fd == Closed {
			continue
		}
		if s.low.used == places {
			return nil // each is where it was, and at a place too
		}
		place := s.low.places[s.low.used]
		if err := unix.Dup3(int(fd), place, unix.O_CLOEXEC); err != nil {
			return err
		}
		s.files[i] = uintptr(place)
		s.low.used++
	}
	s.top = top
	return nil
}

// raise frees the places: what is open there would stay so.
func (s *starter) raise() {
	for _, place := range s.low.places[:s.low.used] {
		_ = unix.Dup3(s.low.null, place, unix.O_CLOEXEC) // cannot fail: both are open
	}
	s.low.used = 0
}

// part takes copies of the descriptors below top. It runs in the child.
//
//go:nosplit
//go:norace
func (c *child) part() syscall.Errno {
	if c.top == 0 {
		return 0
	}
	const unshare = 2 // CLOSE_RANGE_UNSHARE
	_, _, errno := syscall.RawSyscall(unix.SYS_CLOSE_RANGE, c.top, ^uintptr(0)>>33, unshare)
	if errno != 0 { // Linux before 5.9
		_, _, errno = syscall.RawSyscall(unix.SYS_UNSHARE, unix.CLONE_FILES, 0, 0)
	}
	return errno
}
