package svscan

import (
	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"

	"golang.org/x/sys/unix"
)

// pending keeps what waits for a supervise while it is replaced: what is in a
// FIFO is gone when nobody has it open. Of control we have an end for writing
// alone, so that clients still see whether somebody listens. On ready run says
// that it is ready, once, and may close it then.
type pending struct{ service, logger, ready int }

func newPending() pending { return pending{-1, -1, -1} }

// keepPending opens the FIFOs of a service that is about to be started, or has
// made one anew. What was open before is closed after that. Best effort:
// supervise says what is wrong with them.
func (k *keeping) keepPending() {
	was := k.pending
	k.pending = newPending()
	k.pending.service = openPending(k.dir)
	if servicedir.Exists(k.dir, servicedir.NotificationFD) {
		k.pending.ready = openReady(k.dir)
	}
	if k.paired {
		if dir, err := openAt(k.dir, servicedir.Log); err == nil {
			k.pending.logger = openPending(dir)
			_ = unix.Close(dir) // nothing was written
		}
	}
	was.close()
}

// openPending opens the writing end of the control FIFO of a service directory,
// -1 if it cannot. That needs a reader for a moment.
func openPending(dir int) int {
	state, err := servicedir.OpenState(dir)
	if err != nil {
		return -1
	}
	defer unix.Close(state)
	if fifo.Make(state, servicedir.ControlIn, 0o600) != nil {
		return -1
	}
	both, err := fifo.Open(state, servicedir.ControlIn, unix.O_RDWR)
	if err != nil {
		return -1
	}
	defer unix.Close(both)
	fd, err := fifo.Open(state, servicedir.ControlIn, unix.O_WRONLY)
	if err != nil {
		return -1
	}
	return fd
}

// openReady opens the FIFO of readiness, -1 if it cannot.
func openReady(dir int) int {
	state, err := servicedir.OpenState(dir)
	if err != nil {
		return -1
	}
	defer unix.Close(state)
	if fifo.Make(state, servicedir.Ready, 0o600) != nil {
		return -1
	}
	fd, err := fifo.Open(state, servicedir.Ready, unix.O_RDONLY)
	if err != nil {
		return -1
	}
	return fd
}

func (p *pending) close() {
	for _, fd := range []*int{&p.service, &p.logger, &p.ready} {
		if *fd >= 0 {
			_ = unix.Close(*fd) // nothing was written to it
			*fd = -1
		}
	}
}
