package supervise

import (
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/status"
)

// What is left of a run is looked for in /proc. Where thousands of processes live
// one reading of it takes longer than others may wait, so it is made in pieces;
// and where many services end at a time it serves several of them at once.

// survey is such a reading.
type survey struct {
	fd   int
	open bool
	of   []*search // those for whom it is made
	next []*search // and those who have asked since it began
	done []*search // those who are to be told its end
	torn bool      // that was not the end of /proc
}

// search is what one service asks: each is told of every process, the dead that
// nobody has reaped among them, and then whole is called. torn: not all could be
// read.
type search struct {
	service *Service
	each    func(pid int, stat proc.Stat)
	whole   func(torn bool)
}

const (
	// pieceSize is the room for the names of one piece, some eighty.
	pieceSize = 2048
	// maxSearches bounds for how many one reading is made.
	maxSearches = 64
)

// searchProc has /proc read, from its beginning. What the service has asked before
// is not answered any more.
func (s *Service) searchProc(each func(pid int, stat proc.Stat), whole func(torn bool)) {
	s.search = &search{s, each, whole}
	v := &s.engine.survey
	v.next = append(v.next, s.search)
}

// dropSearch has it not answered.
func (s *Service) dropSearch() { s.search = nil }

// stands says that the service waits for an answer still.
func (q *search) stands() bool { return q.service.search == q }

// due says that somebody waits.
func (v *survey) due() bool { return v.open || len(v.next)+len(v.done) > 0 }

// goOn is one piece, or tells some of its end.
func (v *survey) goOn() {
	switch {
	case v.begins():
		v.begin()
	case v.open:
		v.read()
	default:
		v.tell()
	}
}

// begins says that a reading is about to begin.
func (v *survey) begins() bool { return !v.open && len(v.done) == 0 && len(v.next) > 0 }

// begin begins for those who wait.
func (v *survey) begin() {
	few := min(len(v.next), maxSearches)
	v.of = append(v.of[:0], v.next[:few]...)
	v.next = v.next[:copy(v.next, v.next[few:])]
	var err error
	v.fd, err = quiet.Openat(unix.AT_FDCWD, "/proc", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if v.open = err == nil; !v.open { // there is no descriptor for it, or no /proc
		v.end(true)
	}
}

func (v *survey) read() {
	var names [pieceSize]byte
	var buf proc.Buffer
	more, err := fifo.SomeNames(v.fd, names[:], func(name string) {
		pid, err := strconv.Atoi(name)
		if err != nil {
			return
		}
		stat := buf.Stat(pid)
		for _, q := range v.of {
			if q.stands() {
				q.each(pid, stat)
			}
		}
	})
	if !more {
		_ = quiet.Close(v.fd) // it was only read
		v.open = false
		v.end(err != nil)
	}
}

func (v *survey) end(torn bool) {
	v.torn = torn
	v.done, v.of = v.of, v.done[:0]
}

// tell tells the first of them, and as many as have time.
func (v *survey) tell() {
	const long = time.Millisecond
	for until := fifo.Now() + long; len(v.done) > 0; {
		last := len(v.done) - 1
		q := v.done[last]
		if v.done = v.done[:last]; q.stands() {
			s := q.service
			s.search = nil
			q.whole(v.torn)
			s.drain()
			s.flush()
			s.pair.settle(fifo.Now())
		}
		if fifo.Now() > until {
			return
		}
	}
}

// isUnsure says that nobody knows yet what is left of a run that has ended.
func (s *Service) isUnsure() bool {
	if s.search == nil || s.m.Running || s.m.State != status.Stopping {
		return false
	}
	if s.hunt != nil {
		return s.hunt.pid == 0
	}
	return len(s.group) == 0
}
