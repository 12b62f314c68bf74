package supervise

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/servicedir"
)

// makeOK makes ok, or finds out that something else has its name. It gets a reader
// by admit.
func (s *Service) makeOK() error {
	if err := fifo.Make(s.state, servicedir.OK, 0o622); err != nil {
		return err
	}
	var st unix.Stat_t
	if err := quiet.Fstatat(s.state, servicedir.OK, &st, 0); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFIFO {
		return fifo.ErrNotFIFO
	}
	return nil
}

// admit opens ok, when all is there that clients look for then.
func (s *Service) admit() {
	if s.ok >= 0 || s.gone {
		return
	}
	if !s.files.shown {
		s.show()
	}
	fd, err := fifo.Open(s.state, servicedir.OK, unix.O_RDONLY)
	if err != nil {
		s.warn("unable to open supervise/ok: " + reason(err) + ", clients see no supervise")
		return
	}
	s.ok = fd
	fifo.Shrink(fd)
}
