package supervise

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/supervise/socket"
	"github.com/svdir/svdir/supervise/status"
)

// With set/on-demand a service that is wanted up is started when somebody connects, or
// sends it a datagram; until then its sockets are in our wait. With set/idle-stop it is
// stopped when nobody has a connection for so long, and waits again.

// These are the cells of it.

func (m *Machine) listen(Event) {
	if m.Running || m.final {
		return
	}
	m.State, m.Deadline, m.listens, m.tries = status.Waiting, never, true, 0
	m.act(Action{Do: Announce, Letter: eventListening})
}

func (m *Machine) connected(Event) {
	if m.listens {
		m.launch()
	}
}

func (m *Machine) unused(ev Event) {
	if m.Want == status.WantUp {
		m.end(FaultIdle, ev.Limit)
	}
}

// waitForUse says that run is not to be started before somebody comes.
func (s *Service) waitForUse() bool {
	k := s.sockets
	if s.asks&asksSomeone == 0 || k == nil || s.m.Want != status.WantUp || s.m.Leaving || s.m.final || k.areReady() {
		return false
	}
	k.polled = true
	for _, one := range k.all {
		s.engine.poll.Add(one.FD, unix.POLLIN, s, tagListen)
	}
	s.happen(Event{Kind: Listens})
	return true
}

// areReady says that somebody waits to be served.
func (k *sockets) areReady() bool {
	for _, one := range k.all {
		if socket.IsReady(one.FD) {
			return true
		}
	}
	return false
}

func (s *Service) unpoll() {
	if !s.sockets.polled {
		return
	}
	s.sockets.polled = false
	for _, one := range s.sockets.all {
		s.engine.poll.Remove(one.FD)
	}
}

// settleSockets follows the machine: it closes the sockets and gives the ports back,
// waits no longer for the first connection, or begins to look for the last. Between
// two letters it does not: a restart is a stop and a start, and who is waiting to be
// served sees neither.
func (s *Service) settleSockets() {
	k := s.sockets
	if s.requests.obeyed < s.requests.taken {
		return
	}
	if s.ports != nil && s.m.isOver() {
		s.closePorts()
	}
	switch {
	case k == nil:
		return
	case s.m.isOver():
		s.closeSockets()
		return
	case !s.m.listens:
		s.unpoll()
	}
	if s.m.State != status.Up || s.asks&asksSomeone == 0 {
		k.lookAt, k.unused = 0, 0
	} else if k.lookAt == 0 {
		k.lookLater(s.idleStop())
	}
}

// idleStop is 0 where nobody minds that the service has nothing to do.
func (s *Service) idleStop() time.Duration {
	return value(s, servicedir.IdleStop, &s.sockets.idleStop, 0, setting.ParseIdleStop)
}

// looks is how often in the time of idle-stop is looked for a connection: one that is
// shorter than the time between may not be seen.
const looks = 4

func (k *sockets) lookLater(idle time.Duration) {
	if k.lookAt = 0; idle > 0 {
		k.lookAt = fifo.Now() + idle/looks
	} else {
		k.lookAt = never
	}
}

// nextDue is the earliest of a deadline, the next look, and another holder.
func (k *sockets) nextDue(deadline time.Duration) time.Duration {
	if k == nil {
		return deadline
	}
	for _, at := range []time.Duration{k.lookAt, k.holdAt} {
		if at > 0 && before(at, deadline) {
			deadline = at
		}
	}
	return deadline
}

// lookForUse looks whether somebody uses the service, if that is due; and starts another
// holder, if that is.
func (s *Service) lookForUse(now time.Duration) {
	k := s.sockets
	if k != nil && k.holdAt > 0 && k.holdAt <= now {
		s.keepSockets()
	}
	if k == nil || k.lookAt <= 0 || k.lookAt > now {
		return
	}
	k.unused++
	for i := range k.all {
		if socket.IsReady(k.all[i].FD) || socket.IsUsed(&k.all[i].as, s.home) {
			k.unused = 0
			break
		}
	}
	if k.lookLater(s.idleStop()); k.unused >= looks && k.lookAt > 0 {
		k.lookAt = never
		s.handle(Event{Kind: Idle, Limit: s.timeoutKill()})
	}
}
