//go:build amd64 || arm64

// Package nofile remembers the limit of descriptors that the program was
// started with. The package syscall raises it when it is initialised, and keeps
// to itself what it was.
//
// Packages are initialised in the order of their import paths, except that
// imports come first; so says the specification of Go (Package initialization).
// This one imports nothing, and its path is before "syscall": it comes first.
// So let it import nothing.
package nofile

import "unsafe"

// Limit is RLIMIT_NOFILE as prlimit has it.
type Limit struct{ Soft, Hard uint64 }

// Original is the limit at the start, zero if it could not be read.
var Original = read()

func read() (l Limit) {
	const nofile = 7 // RLIMIT_NOFILE
	if _, _, errno := rawSyscall6(prlimit64, 0, nofile, 0, uintptr(unsafe.Pointer(&l)), 0, 0); errno != 0 {
		return Limit{}
	}
	return l
}

// It needs nothing to be initialised. Without an import of syscall this is the
// way to call it, which golang.org/x/sys/unix takes too.
//
//go:linkname rawSyscall6 syscall.RawSyscall6
func rawSyscall6(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2, errno uintptr)
