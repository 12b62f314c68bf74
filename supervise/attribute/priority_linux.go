package attribute

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

func (s *start) readOOMScore() error {
	return take(s, "oom-score", setting.ParseOOMScore, &s.oomScore)
}

// setOOMScore makes the process more or less likely to be killed when memory
// runs out: proc(5).
func (s *start) setOOMScore() error {
	if !s.oomScore.given {
		return nil
	}
	fd, err := unix.Open("/proc/self/oom_score_adj", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	_, err = unix.Write(fd, strconv.AppendInt(nil, int64(s.oomScore.value), 10))
	return err
}

func (s *start) readNice() error { return take(s, "nice", setting.ParseNice, &s.nice) }

func (s *start) setNice() error {
	if !s.nice.given {
		return nil
	}
	return unix.Setpriority(unix.PRIO_PROCESS, 0, s.nice.value)
}

func (s *start) readIONice() error { return take(s, "ionice", setting.ParseIONice, &s.ionice) }

func (s *start) setIONice() error {
	if !s.ionice.given {
		return nil
	}
	const whoProcess, classShift = 1, 13 // ioprio_set(2)
	priority := s.ionice.value.Class<<classShift | s.ionice.value.Level
	if _, _, errno := unix.Syscall(unix.SYS_IOPRIO_SET, whoProcess, 0, uintptr(priority)); errno != 0 {
		return errno
	}
	return nil
}

func (s *start) readUmask() error { return take(s, "umask", setting.ParseUmask, &s.umask) }

func (s *start) setUmask() error {
	if s.umask.given {
		unix.Umask(s.umask.value)
	}
	return nil
}
