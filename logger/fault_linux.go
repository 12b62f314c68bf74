package logger

import (
	_ "unsafe" // for linkname

	"golang.org/x/sys/unix"
)

// setPanicOnFault is that of runtime/debug, which would bring fmt with it.
//
//go:linkname setPanicOnFault runtime/debug.setPanicOnFault
func setPanicOnFault(on bool) (was bool)

// store calls put, which writes to a page of a file. Where there is no such page,
// because somebody truncated the file or the file system copies what it
// overwrites and is full, put ends there and the error says so: else the kernel
// would kill us. To ask it for the page before, by madvise(2), is a tenth of the
// cost of a line.
func store(put func()) (err error) {
	defer setPanicOnFault(setPanicOnFault(true))
	defer func() {
		switch fault := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }:
			err = unix.EFAULT
		default:
			panic(fault)
		}
	}()
	put()
	return nil
}
