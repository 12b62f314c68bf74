package svscan

import (
	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"

	"golang.org/x/sys/unix"
)

// pipes are the reading ends of the FIFOs to which a service writes, -1 where
// there is none: of its standard output, and with split-stderr of its standard
// error. While svscan has them, service, logger and supervise may all be away
// and no line is lost.
type pipes [2]int

var noPipes = pipes{-1, -1}

// openPipes opens the FIFOs between service and logger, if there is a logger: its
// own, or another service.
func (s *scanner) openPipes(k *keeping) error {
	k.paired = k.paired || k.logger != "" || servicedir.IsDir(k.dir, servicedir.Log)
	produces := s.config.style.feeds && servicedir.Exists(k.dir, servicedir.ProducerFor)
	if !k.paired && !k.caught && !produces {
		return nil
	}
	state, err := servicedir.OpenState(k.dir)
	if err != nil {
		return err
	}
	defer unix.Close(state)
	if k.pipes[0] < 0 {
		if err := k.openPipe(0, state, servicedir.LogPipe, s.inherited); err != nil {
			return err
		}
	}
	// That of standard error comes and goes.
	if !servicedir.Exists(k.dir, servicedir.SplitStderr) && !servicedir.Exists(state, servicedir.ErrPipe) {
		return nil
	}
	return k.openPipe(1, state, servicedir.ErrPipe, s.inherited)
}

// openPipe makes a FIFO, if need be, and opens it, unless we have it open.
func (k *keeping) openPipe(at, state int, name string, inherited map[end]int) error {
	if err := fifo.Make(state, name, 0o600); err != nil {
		return err
	}
	id, err := identify(state, name)
	if err != nil {
		return err
	}
	if k.pipes[at] >= 0 {
		if held, err := identify(k.pipes[at], ""); err == nil && held == id {
			return nil
		}
	}
	which := end{id, unix.O_RDONLY}
	fd, ok := inherited[which]
	if ok {
		delete(inherited, which)
	} else if fd, err = fifo.Open(state, name, unix.O_RDONLY); err != nil {
		return err
	}
	if k.pipes[at] >= 0 {
		_ = unix.Close(k.pipes[at]) // nothing was written to it
	}
	k.pipes[at] = fd
	return nil
}
