package supervise

import (
	"bytes"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
)

// A logger keeps its log where it holds current open. That is looked up a moment
// after its start, and written down as LOG_DIR: so who reads the log finds it
// when the logger is down, and without the right to look at its descriptors.

// A machine may be so busy that the logger is not yet there. So a log that was
// not found is looked for once more, when something happens after logAgain: no
// timer wakes us for that.
const (
	logPause = 500 * time.Millisecond
	logAgain = 5 * time.Second
)

// planLog is for a logger that has begun to run, or was found running.
func (s *Service) planLog() {
	if s.isLogger() && !s.served { // else it says so
		s.logAt, s.logLast = fifo.Now()+logPause, false
	}
}

// findLog notes where the logger keeps its log, if it is time for that, and if
// that has changed.
func (s *Service) findLog(now time.Duration) {
	if s.logAt == 0 || s.logAt > now {
		return
	}
	s.logAt = 0
	if s.run.fd < 0 {
		return // its next run is looked at
	}
	var buf [maxLogLink]byte
	dir := logHeld(s.run.pid, &buf)
	if len(dir) == 0 && !s.logLast {
		s.logAt, s.logLast = now+logAgain, true
	}
	if string(dir) != s.record.LogDir {
		s.record.LogDir = string(dir)
		s.flush()
	}
}

// maxLogLink bounds what is remembered: the path of a log that is longer is
// found by others.
const maxLogLink = 1024

// logHeld is the directory of the log that a process holds open, in buf; empty
// if there is none. Of several it is that of the lowest descriptor: the first
// that the logger was told.
func logHeld(pid int, buf *[maxLogLink]byte) (dir []byte) {
	fd, err := fifo.Retry(func() (int, error) {
		return quiet.Openat(unix.AT_FDCWD, "/proc/"+strconv.Itoa(pid)+"/fd", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil // it has ended, or is another user's
	}
	defer quiet.Close(fd)
	_ = fifo.EachName(fd, func(name string) { // it may end meanwhile
		if dir != nil {
			return
		}
		if n, err := unix.Readlinkat(fd, name, buf[:]); err == nil && n < len(buf) {
			dir = logOf(buf[:n])
		}
	})
	return dir
}

// logOf is the directory of the log of which a descriptor's link is current,
// nil if it is not. Between two files current is removed for a moment.
func logOf(link []byte) []byte {
	link = bytes.TrimSuffix(link, []byte(" (deleted)"))
	i := bytes.LastIndexByte(link, '/')
	if i <= 0 || link[0] != '/' || string(link[i+1:]) != "current" {
		return nil
	}
	return link[:i]
}
