package svctl

import (
	"io/fs"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
)

// openPath opens a directory for use with the names in it: it takes no more
// than the right to search it.
func openPath(dir string) (int, error) { return open(dir, unix.O_PATH|unix.O_DIRECTORY) }

// readFile reads of a file what fits into buf, and waits for nothing, whatever
// somebody put in its place.
func readFile(path string, buf []byte) ([]byte, error) {
	fd, err := open(path, unix.O_RDONLY|unix.O_NONBLOCK)
	if err != nil {
		return nil, err
	}
	n, err := fifo.Retry(func() (int, error) { return quiet.Read(fd, buf) })
	_ = quiet.Close(fd) // nothing was written
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return buf[:n], nil
}

// Head is the beginning of a file, nothing if it cannot be read. Like readFile it
// waits for nothing.
func Head(path string, most int) []byte {
	const usual = 8 << 10
	text, _ := readFile(path, make([]byte, min(usual, most)))
	if len(text) == usual && usual < most {
		text, _ = readFile(path, make([]byte, most))
	}
	return text
}

func open(path string, flags int) (int, error) {
	fd, err := fifo.Retry(func() (int, error) {
		return quiet.Openat(unix.AT_FDCWD, path, flags|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return -1, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return fd, nil
}

// exists says that the name is there, whatever it is and wherever it leads.
func exists(path string) bool {
	_, err := stat(path, unix.AT_SYMLINK_NOFOLLOW)
	return err == nil
}

func isDir(path string) bool {
	found, _ := isDirectory(path)
	return found
}

// isDirectory is isDir, with why it cannot be told.
func isDirectory(path string) (bool, error) {
	st, err := stat(path, 0)
	return st.Mode&unix.S_IFMT == unix.S_IFDIR, err
}

func stat(path string, flags int) (st unix.Stat_t, err error) {
	_, err = fifo.Retry(func() (int, error) { return 0, quiet.Fstatat(unix.AT_FDCWD, path, &st, flags) })
	if err != nil {
		return st, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	return st, nil
}
