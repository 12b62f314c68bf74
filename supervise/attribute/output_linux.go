package attribute

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
)

// lendOutput gives the FIFO to the logger to the user, so that a daemon that
// opens /dev/stdout anew, as for its access log, may. Best effort: most write to
// what they have.
func (s *start) lendOutput() {
	var pipe, st unix.Stat_t
	if unix.Stat(s.home+"/"+servicedir.State+"/"+servicedir.LogPipe, &pipe) != nil || pipe.Mode&unix.S_IFMT != unix.S_IFIFO {
		return
	}
	for fd := 1; fd <= 2; fd++ {
		if unix.Fstat(fd, &st) == nil && st.Dev == pipe.Dev && st.Ino == pipe.Ino {
			_ = unix.Fchown(fd, s.identity.uid, -1)
		}
	}
}
