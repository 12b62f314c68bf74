package svctl

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/natefinch/atomic"
	"golang.org/x/sys/unix"
)

// replace writes the file path, whole or not at all, as a draft with a leading
// dot, which nobody takes for a setting. A file that is there keeps its owner
// and mode, a link to one becomes a file of its own: others may share what it
// leads to. A new file may be read by all, a program also be executed.
func replace(path string, text io.Reader, program bool) error {
	dir := filepath.Dir(path)
	// The errors of package atomic are text; this one is the system's.
	if err := unix.Faccessat(unix.AT_FDCWD, dir, unix.W_OK|unix.X_OK, unix.AT_EACCESS); err != nil {
		return err
	}
	st, err := os.Stat(path)
	if err == nil && st.IsDir() {
		return unix.EISDIR
	}
	mode := os.FileMode(0o644)
	if err == nil {
		mode = st.Mode().Perm()
	}
	if program {
		mode |= 0o100 | mode&0o444>>2 // who may read it may execute it
	}
	draft := hidden(path)
	if err := writeDraft(draft, text, mode, st); err != nil {
		_ = os.Remove(draft) // best effort: a dot name is no setting
		return err
	}
	return atomic.ReplaceFile(draft, path)
}

// writeDraft writes a file with everything that it will have, like the file
// that was, if there is one.
func writeDraft(draft string, text io.Reader, mode os.FileMode, was fs.FileInfo) error {
	if err := os.Remove(draft); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // left by one of us that was killed
	}
	if err := atomic.WriteFile(draft, text); err != nil {
		return err
	}
	if was != nil {
		sys := was.Sys().(*syscall.Stat_t)
		// Who may not give files away may still write here: best effort.
		_ = os.Chown(draft, int(sys.Uid), int(sys.Gid))
	}
	return os.Chmod(draft, mode)
}

// makeDirs makes the directories between top and dir, and syncs what it made.
// bad is the directory that an error is about.
func makeDirs(top, dir string) (bad string, err error) {
	below, err := filepath.Rel(top, dir)
	if err != nil || below == "." {
		return top, err
	}
	at := top
	for _, name := range strings.Split(below, "/") {
		up := at
		at = filepath.Join(at, name)
		err := os.Mkdir(at, 0o755)
		if errors.Is(err, fs.ErrExist) {
			if st, err := os.Stat(at); err != nil {
				return at, err
			} else if !st.IsDir() {
				return at, unix.ENOTDIR
			}
			continue
		}
		if err != nil {
			return up, err
		}
		if err := keep("make", at, up); err != nil {
			return up, err
		}
	}
	return at, nil
}
