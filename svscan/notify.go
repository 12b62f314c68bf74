package svscan

import (
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/socket"

	"golang.org/x/sys/unix"
)

// The socket on which a service says how it is, as systemd has it, cannot be opened
// by its name like a FIFO: we bind it, hold it, and give it to each supervise in turn.
// So what waits for one that was killed, the next one reads.

// holdNotify has the socket of a service whose supervise is about to start, if it asks
// for one. Best effort: supervise binds one itself, and says what is wrong.
func (s *scanner) holdNotify(k *keeping) {
	if !servicedir.Exists(k.dir, servicedir.NotifySocket) && !servicedir.Exists(k.dir, servicedir.Watchdog) {
		k.dropNotify()
		return
	}
	state, err := servicedir.OpenState(k.dir)
	if err != nil {
		return
	}
	defer unix.Close(state)
	s.claimNotify(k, state)
	if k.notify >= 0 && socket.IsThere(k.notify, state, servicedir.Notify) {
		return
	}
	k.dropNotify()
	path := s.base() + "/" + k.name + "/" + servicedir.State + "/" + servicedir.Notify
	if fd, err := socket.BindNotify(state, path, true); err == nil {
		k.notify = fd
	}
}

// claimNotify takes the socket that the image before us has held for a service.
func (s *scanner) claimNotify(k *keeping, state int) {
	if len(s.notify) == 0 || k.notify >= 0 {
		return
	}
	owner, err := socket.OwnerOf(state)
	if fd, held := s.notify[owner]; held && err == nil {
		delete(s.notify, owner)
		k.notify = fd
	}
}

// foundNotify is claimNotify for a service whose supervise was there before us.
func (s *scanner) foundNotify(k *keeping) {
	if len(s.notify) == 0 {
		return
	}
	if state, err := servicedir.OpenState(k.dir); err == nil {
		s.claimNotify(k, state)
		_ = unix.Close(state) // nothing was written to it
	}
}

func (k *keeping) dropNotify() {
	if k.notify >= 0 {
		_ = unix.Close(k.notify) // what waits is for nobody
		k.notify = -1
	}
}
