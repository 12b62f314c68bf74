package attribute

import (
	"os"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
)

// lendOutput gives the FIFOs to the logger to the user, so that a daemon that
// opens /dev/stdout or /dev/stderr anew, as for its access log, may. Best effort:
// most write to what they have.
func (s *start) lendOutput() {
	for fd := 1; fd <= 2; fd++ {
		for _, name := range []string{servicedir.LogPipe, servicedir.ErrPipe} {
			if isFIFO(fd, s.home+"/"+servicedir.State+"/"+name) {
				_ = unix.Fchown(fd, s.identity.uid, -1)
				break
			}
		}
	}
}

// isFIFO says that the descriptor fd is the FIFO at path.
func isFIFO(fd int, path string) bool {
	var pipe, st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO &&
		unix.Stat(path, &pipe) == nil && st.Dev == pipe.Dev && st.Ino == pipe.Ino
}

// lendExport gives the directory in which a oneshot puts variables to the user; below a
// new root its path means nothing. Best effort: who may not write there says so himself.
func (s *start) lendExport() {
	if dir := os.Getenv("SV_EXPORT_DIR"); s.options.Oneshot && dir != "" && !s.chroot.given {
		_ = unix.Lchown(dir, s.identity.uid, s.identity.gid)
	}
}
