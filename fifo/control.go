package fifo

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// Control is the reading side of a control FIFO: we can write to it as well, so
// that it never ends.
type Control struct {
	read, write int
}

// OpenControl makes name below dir, mode 0600, and opens both ends. Who watches
// the directory sees when the one for reading is closed.
func OpenControl(dir int, name string) (Control, error) {
	if err := Make(dir, name, 0o600); err != nil {
		return Control{}, err
	}
	r, err := Open(dir, name, unix.O_RDONLY)
	if err != nil {
		return Control{}, err
	}
	w, err := Open(dir, name, unix.O_WRONLY)
	if err != nil {
		_ = quiet.Close(r) // nothing was read
		return Control{}, err
	}
	Shrink(r)
	return Control{r, w}, nil
}

// OpenControlAsOne is OpenControl with one descriptor for both, where these count
// and something else shows the end.
func OpenControlAsOne(dir int, name string) (Control, error) {
	if err := Make(dir, name, 0o600); err != nil {
		return Control{}, err
	}
	fd, err := Open(dir, name, unix.O_RDWR)
	if err != nil {
		return Control{}, err
	}
	Shrink(fd)
	return Control{fd, fd}, nil
}

// JoinControl is a Control again from the ends that were kept over exec.
func JoinControl(read, write int) Control { return Control{read, write} }

// Ends are the descriptors of both ends, which may be one, to be kept over exec.
func (c Control) Ends() (read, write int) { return c.read, c.write }

// FD is the descriptor to wait on for reading.
func (c Control) FD() int { return c.read }

// Read reads the letters that wait, 0 when there are none.
func (c Control) Read(buf []byte) (int, error) {
	n, err := Retry(func() (int, error) { return quiet.Read(c.read, buf) })
	if err == unix.EAGAIN {
		return 0, nil
	}
	return max(n, 0), err
}

// Close closes both ends: from now on clients see nobody here.
func (c Control) Close() {
	_ = quiet.Close(c.read) // pipes have nothing to flush
	if c.write != c.read {
		_ = quiet.Close(c.write) // likewise
	}
}
