package supervise

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/status"
)

// survey is one reading of /proc, in pieces: where thousands of processes live it
// takes longer than others may wait for their turn.
type survey struct {
	fd    int
	each  func(pid int, stat proc.Stat)
	whole func(torn bool) // torn: not all could be read
}

// pieceSize is the room for the names of one piece, some eighty.
const pieceSize = 2048

// surveyProc begins a survey: each is told of every process that lives, and of the
// dead that nobody has reaped; then whole is called. An earlier one ends unseen.
func (s *Service) surveyProc(each func(pid int, stat proc.Stat), whole func(torn bool)) {
	s.dropSurvey()
	fd, err := unix.Open("/proc", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		fd = -1 // there is no descriptor for it, or no /proc: the end comes at once
	}
	s.survey = &survey{fd, each, whole}
}

// surveyOn is one piece, and what comes of the last.
func (s *Service) surveyOn() {
	if s.surveyPiece() {
		s.drain()
		s.flush()
	}
}

// surveyPiece says that it was the last.
func (s *Service) surveyPiece() bool {
	w := s.survey
	var names [pieceSize]byte
	var stat proc.Buffer
	more, err := fifo.SomeNames(w.fd, names[:], func(name string) {
		if pid, err := strconv.Atoi(name); err == nil {
			w.each(pid, stat.Stat(pid))
		}
	})
	if !more {
		s.dropSurvey()
		w.whole(err != nil)
	}
	return !more
}

func (s *Service) dropSurvey() {
	if s.survey != nil && s.survey.fd >= 0 {
		_ = unix.Close(s.survey.fd) // it was only read
	}
	s.survey = nil
}

// isUnsure says that nobody knows yet what is left of a run that has ended.
func (s *Service) isUnsure() bool {
	if s.survey == nil || s.m.Running || s.m.State != status.Stopping {
		return false
	}
	if s.hunt != nil {
		return s.hunt.pid == 0
	}
	return len(s.group) == 0
}
