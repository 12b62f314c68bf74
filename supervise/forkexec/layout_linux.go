//go:build (amd64 || arm64) && !forkexec_syscall

package forkexec

import (
	"strings"
	"syscall"
	"unsafe"
)

// layout puts all that the child needs where it needs it, in one piece of
// memory: the pointers of argv and env, each with a nil at the end, then the
// descriptors, then the bytes of the strings. The child has the addresses as
// numbers; room is what keeps them good, since Go moves nothing that is not on
// a stack.
func (s *starter) layout(a *Start) error {
	words := len(a.Argv) + 1 + len(a.Env) + 1 + len(a.Files)
	bytes := len(a.Path) + 1 + len(a.Dir) + 1
	for _, list := range [2][]string{a.Argv, a.Env} {
		for _, text := range list {
			bytes += len(text) + 1
		}
	}
	if need := words + (bytes+wordSize-1)/wordSize; need > len(s.room) {
		const page = 4096 / wordSize // it grows once, as a rule
		s.room = make([]uintptr, (need+page-1)/page*page)
	}
	w := writer{s.room, unsafe.Slice((*byte)(unsafe.Pointer(&s.room[words])), bytes), true}
	s.argv = w.list(a.Argv)
	s.env = w.list(a.Env)
	s.files = w.words[:len(a.Files)]
	copy(s.files, a.Files)
	s.path, s.dir = w.text(a.Path), 0
	if a.Dir != "" {
		s.dir = w.text(a.Dir)
	}
	s.setsid, s.slot = a.Setsid, a.Slot
	if !w.ok {
		return syscall.EINVAL // as syscall.ForkExec
	}
	return nil
}

const wordSize = int(unsafe.Sizeof(uintptr(0)))

// writer has what is left of the room. Not ok is a string with a NUL in it.
type writer struct {
	words []uintptr
	bytes []byte
	ok    bool
}

func (w *writer) list(list []string) uintptr {
	for i, text := range list {
		w.words[i] = w.text(text)
	}
	w.words[len(list)] = 0
	first := &w.words[0]
	w.words = w.words[len(list)+1:]
	return uintptr(unsafe.Pointer(first))
}

func (w *writer) text(text string) uintptr {
	if strings.IndexByte(text, 0) >= 0 {
		w.ok = false
	}
	first := &w.bytes[0]
	w.bytes[copy(w.bytes, text)] = 0
	w.bytes = w.bytes[len(text)+1:]
	return uintptr(unsafe.Pointer(first))
}
