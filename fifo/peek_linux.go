package fifo

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// Why a child ended, in si_code.
const (
	childExited = 1 + iota
	childKilled
	childDumped
)

// dumped is the bit of a wait status that says core dumped.
const dumped = 0x80

// Peek looks at a child that has ended, or at nothing if none of them has, and
// leaves it a zombie: its pid is its own until it is waited for. idType and id
// choose among the children, as in waitid(2). The status is as wait4(2) would
// give it. unix.ECHILD says that there is no such child at all.
func Peek(idType, id int) (pid int, status uint32, found bool, err error) {
	var info unix.Siginfo
	_, err = Retry(func() (int, error) {
		return 0, quiet.Peek(idType, id, &info)
	})
	if err != nil {
		return 0, 0, false, err
	}
	child := childOf(&info)
	return int(child.pid), child.status(info.Code), child.pid != 0, nil
}

// childInfo is the part of a siginfo that tells of a child.
type childInfo struct{ pid, uid, value int32 }

// childOf is that part. It lies after three numbers, where an address may lie
// in a siginfo of another kind.
func childOf(info *unix.Siginfo) *childInfo {
	const numbers, address = 3 * unsafe.Sizeof(int32(0)), unsafe.Sizeof(uintptr(0))
	const offset = (numbers + address - 1) / address * address
	return (*childInfo)(unsafe.Add(unsafe.Pointer(info), offset))
}

// status is the wait status that si_code and si_status stand for.
func (c *childInfo) status(code int32) uint32 {
	switch code {
	case childExited:
		return uint32(c.value) & 0xff << 8
	case childKilled:
		return uint32(c.value)
	case childDumped:
		return uint32(c.value) | dumped
	}
	return 0
}
