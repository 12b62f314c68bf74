package supervise

import (
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// subreap makes us the parent of orphans among our descendants, for good: a
// service asks for its tree. From then on we hear of every child that ends.
func (e *Engine) subreap() {
	if e.subreaper {
		return
	}
	if unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != nil {
		return // before Linux 3.4: then the marks in their environment must do
	}
	e.subreaper = true
	e.poll.Children()
}

// reapOrphans reaps what ended and is nobody's. Whoever is somebody's is left
// to that: it stands in the way of a peek at the others, so we come again.
func (e *Engine) reapOrphans() {
	for {
		pid := endedChild()
		if pid <= 0 {
			e.orphans = false
			return
		}
		if e.orphans = slices.ContainsFunc(e.services, func(s *Service) bool { return slices.Contains(s.children(), pid) }); e.orphans {
			return
		}
		_, _ = fifo.Retry(func() (int, error) { return unix.Wait4(pid, nil, unix.WNOHANG, nil) }) // it has ended
	}
}

// endedChild peeks at a child that has ended, 0 if there is none.
func endedChild() int {
	// siginfo: three numbers, then, at the bound of a pointer, the pid.
	const first, pointer = 3 * 4, unsafe.Sizeof(uintptr(0))
	const at = (first + pointer - 1) / pointer * pointer
	var info unix.Siginfo
	_, err := fifo.Retry(func() (int, error) {
		return 0, unix.Waitid(unix.P_ALL, 0, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
	})
	if err != nil {
		return 0 // no child at all
	}
	return int(*(*int32)(unsafe.Add(unsafe.Pointer(&info), at)))
}
