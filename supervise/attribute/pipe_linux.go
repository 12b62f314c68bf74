package attribute

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/setting"
)

func (s *start) readPipe() error { return take(s, "pipe", setting.ParseLogPipe, &s.pipe) }

// setPipe sets how much there may be in what a logger reads: its standard input,
// and the pipes of SV_PIPE_NAMES from descriptor 3 on. What is no pipe has no
// such size; one that holds more keeps its own.
func (s *start) setPipe() error {
	if !s.pipe.given {
		return nil
	}
	const first = 3
	inputs := []int{0}
	words := strings.FieldsFunc(s.env.get("SV_PIPE_NAMES"), func(r rune) bool { return r <= ' ' }) // other blanks are of a name
	for i := range words {
		inputs = append(inputs, first+i)
	}
	for _, fd := range inputs {
		var st unix.Stat_t
		if unix.Fstat(fd, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFIFO {
			continue
		}
		_, err := fifo.Retry(func() (int, error) { return unix.FcntlInt(uintptr(fd), unix.F_SETPIPE_SZ, s.pipe.value) })
		if err != nil && err != unix.EBUSY {
			return err
		}
	}
	return nil
}
