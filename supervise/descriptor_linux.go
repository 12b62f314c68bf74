package supervise

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/servicedir"
)

// descriptors are those of a child from 0 on, and a function that closes what
// was opened for it. A logged service writes to FIFOs which it opens for reading
// too: so a write fails neither when the logger is away nor when we are. The
// logger opens them for reading only, and sees their end.
func (s *Service) descriptors() (files []uintptr, done func(), err error) {
	o := opened{files: append(make([]uintptr, 0, firstPipe+1), uintptr(s.engine.null), 1, 2)}
	s.pipes = ""
	s.addSources(&o)
	switch {
	case s.input >= 0:
		o.open(0, s.input, servicedir.LogPipe, unix.O_RDONLY)
		if s.twin {
			o.open(firstPipe, s.input, servicedir.ErrPipe, unix.O_RDONLY)
			s.pipes = pipeVariable + pipeLabel(s.origin, stderr)
		}
	default:
		for stream, fd := range s.writing {
			if fd >= 0 && (stream == stdout || s.splits) {
				o.open(1+stream, s.state, pipeNames[stream], unix.O_RDWR)
			}
		}
	}
	if o.err != nil {
		o.close()
	}
	return o.files, o.close, o.err
}

// opened are the descriptors of a child, and which of them we have for it alone.
type opened struct {
	files []uintptr
	ours  []int
	err   error // the first
}

// open opens a FIFO as descriptor at.
func (o *opened) open(at, dir int, name string, flags int) {
	fd, err := fifo.Open(dir, name, flags)
	if err != nil {
		if o.err == nil {
			o.err = err
		}
		return
	}
	o.ours = append(o.ours, fd)
	_ = unix.SetNonblock(fd, false) // cannot fail: nobody else has this description
	if at == len(o.files) {
		o.files = append(o.files, 0)
	}
	o.files[at] = uintptr(fd)
}

func (o *opened) close() {
	for _, fd := range o.ours {
		_ = quiet.Close(fd) // the child has its own
	}
	o.ours = nil
}
