package supervise

import (
	"errors"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/scandir"
)

// Where .svscan/set/max-starting is, a service that is starting has one of so many
// locks, which the kernel gives back when we die. Who has to wait is told when
// another is done, by the event directory of the tree.

// turn is that of a service that is starting, or would be.
type turn struct {
	fd  int                // the lock, -1 while it waits for one
	sub *fifo.Subscription // nil while it need not wait
}

// maxTurns bounds how many there may be.
const maxTurns = 1000

// takesTurn says that the service may be starting, or why it may not yet.
func (s *Service) takesTurn() (why string, ok bool) {
	e := s.engine
	if e.maxStarting == "" || e.scanDir == "" || s.input >= 0 {
		return "", true
	}
	most, err := servicedir.Number(unix.AT_FDCWD, e.maxStarting, 0, 0, 1, maxTurns)
	if err != nil {
		s.tellSetting(err)
	}
	if most == 0 || s.turn != nil && s.turn.fd >= 0 {
		return "", true
	}
	dir, err := openDir(e.scanDir + "/" + scandir.Dir)
	if err != nil {
		return "", true // there is nothing to wait for
	}
	defer quiet.Close(dir)
	if s.turn == nil {
		s.turn = &turn{fd: -1}
	}
	t := s.turn
	if t.fd, err = fifo.TakeTurn(dir, scandir.Starting, most); errors.Is(err, unix.EAGAIN) && t.sub == nil {
		e.subscriptions++
		if t.sub, err = fifo.Subscribe(dir, scandir.Event, e.subscriptions); err == nil {
			e.poll.Add(t.sub.FD(), unix.POLLIN, s, tagNeeds)
			t.fd, err = fifo.TakeTurn(dir, scandir.Starting, most) // it may have come meanwhile
		}
	}
	if errors.Is(err, unix.EAGAIN) {
		return "waiting: " + strconv.Itoa(most) + " others are starting", false
	}
	if err != nil {
		s.tell("unable to wait for a turn to start: " + reason(err) + ", going on without")
	}
	return "", true
}

// keepTurn gives the turn back when the service is starting no more.
func (s *Service) keepTurn() {
	if s.turn == nil || s.m.lacks || s.m.State == status.Starting {
		return
	}
	s.dropTurn()
}

// dropTurn gives the turn back.
func (s *Service) dropTurn() {
	t := s.turn
	if s.turn = nil; t == nil {
		return
	}
	if t.sub != nil {
		s.engine.poll.Remove(t.sub.FD())
		t.sub.Close()
	}
	if t.fd < 0 {
		return
	}
	_ = quiet.Close(t.fd) // nothing was written
	s.tellTurn()
}

// tellTurn tells those who wait that there may be a turn for them: also when an
// earlier supervise may have died with one.
func (s *Service) tellTurn() {
	if s.engine.maxStarting == "" || s.engine.scanDir == "" {
		return
	}
	if dir, err := openDir(s.engine.scanDir + "/" + scandir.Dir); err == nil {
		fifo.Notify(dir, scandir.Event, []byte{byte(eventReady)})
		_ = quiet.Close(dir) // nothing was written
	}
}
