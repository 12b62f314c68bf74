package logger

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
)

// calls are those that may wait for a disk. Where other logs are served beside
// this one the runtime is told, so that these go on meanwhile.
type calls struct{ told bool }

// write writes to a file.
func (c calls) write(fd int, b []byte) (int, error) {
	if c.told {
		return fifo.Retry(func() (int, error) { return unix.Write(fd, b) })
	}
	return fifo.Retry(func() (int, error) { return quiet.Write(fd, b) })
}

// readv reads what is there, first to a, which may be in a file, then to b.
func (c calls) readv(fd int, a, b []byte) (int, error) {
	if c.told {
		return fifo.Retry(func() (int, error) { return unix.Readv(fd, [][]byte{a, b}) })
	}
	return fifo.Retry(func() (int, error) { return quiet.Readv(fd, a, b) })
}
