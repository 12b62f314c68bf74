package supervise

import (
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/supervise/status"
)

// Whether a run is ready, and whether it is well. What set/ asks for is found out
// at each start; a service that asks for nothing has nothing of it.

// asks is what names in set/ ask for.
type asks uint8

const (
	asksSocket asks = 1 << iota
	asksCheck
	asksWatchdog
	asksAlive
	asksSockets
	asksPorts
	asksSomeone // to come before it is started
)

// origin of the news that run is ready.
type origin uint8

const (
	byNobody     origin = iota
	byDescriptor        // notification-fd, which is not ours to look after
	bySocket            // set/notify-socket
	byProbe             // set/check, or set/ports where nothing else says it
)

// health is what is looked after of one service.
type health struct {
	readyBy    origin
	check      probing // that it is ready
	alive      probing
	diagnosis  process // runs before it is ended, fd -1 if it does not
	diagnoseBy time.Duration
	attributes bool // probes go through svexec
	socket     int  // supervise/notify, or -1
	address    string
	watchdog   time.Duration // how long it may be silent, 0 for ever
	heard      time.Duration // when it last was not, 0 while it may be
	stops      bool          // it has said that it is about to end
	vars       []string      // of the environment of run
}

// equipHealth gets ready, before a start, what set/ asks for: hasAttributes has
// looked.
func (s *Service) equipHealth(attributes bool) {
	if s.asks == 0 {
		s.dropHealth()
		return
	}
	if s.health == nil {
		s.health = &health{socket: -1, diagnosis: process{fd: -1}}
		s.health.check.child.fd, s.health.alive.child.fd = -1, -1
	}
	h := s.health
	h.endProbes()
	h.attributes, h.stops, h.heard, h.watchdog, h.vars = attributes, false, 0, 0, h.vars[:0]
	if s.asks&asksWatchdog != 0 {
		h.watchdog = value(s, servicedir.Watchdog, &s.settings.watchdog, 0, setting.ParseSpan)
	}
	s.equipSocket(s.asks&asksSocket != 0 || h.watchdog > 0)
	if h.socket >= 0 {
		h.vars = append(h.vars, socketVariable+h.address)
	}
	if h.watchdog > 0 {
		h.vars = append(h.vars, watchdogVariable+strconv.FormatInt(h.watchdog.Microseconds(), 10))
	}
	s.plan(&h.check, servicedir.Checks, s.asks&asksCheck != 0)
	s.planPorts(&h.check)
	s.plan(&h.alive, servicedir.Alive, s.asks&asksAlive != 0)
	switch {
	case s.settings.notificationFD != 0:
		h.readyBy = byDescriptor
	case s.asks&asksSocket != 0 && h.socket >= 0:
		h.readyBy = bySocket
	case h.check.argv != nil:
		h.readyBy = byProbe
	default:
		h.readyBy = byNobody
	}
	if h.readyBy != byProbe {
		h.check.argv = nil
	}
}

// saysReady says that something other than a descriptor will tell when run is
// ready.
func (s *Service) saysReady() bool { return s.health != nil && s.health.readyBy > byDescriptor }

// dropHealth is for a service that asks for nothing any more, or has left. Who is
// still to be reaped is waited for.
func (s *Service) dropHealth() {
	h := s.health
	if h == nil {
		return
	}
	h.endProbes()
	h.endDiagnosis()
	s.closeSocket()
	children := [...]*process{&h.check.child, &h.alive.child, &h.diagnosis}
	for _, p := range children {
		if p.fd >= 0 && !s.gone {
			h.readyBy, h.vars = byNobody, nil
			h.check.argv, h.alive.argv, h.watchdog, h.heard = nil, nil, 0, 0
			return
		}
	}
	for _, p := range children {
		s.forget(*p)
	}
	s.health = nil
}

// tend looks after a run that is there, and after nothing else.
func (s *Service) tend() {
	h := s.health
	if h == nil || s.gone {
		return
	}
	runs := s.m.Running && !s.m.unborn && s.run.fd >= 0
	now := fifo.Now()
	if !runs || s.m.State == status.Stopping {
		h.endDiagnosis()
	}
	if !runs || s.m.State != status.Starting && s.m.State != status.Up {
		h.endProbes()
		h.heard = 0
		return
	}
	if !h.check.once || s.m.State == status.Starting {
		h.check.begin(s.m.Ready, now)
	}
	if h.diagnosis.fd < 0 {
		h.alive.begin(true, now)
	}
	switch {
	case h.watchdog == 0 || s.m.State != status.Up || h.stops:
		h.heard = 0
	case h.heard == 0:
		h.heard = now
	}
}

// heardHealth takes in what was waited for of it.
func (s *Service) heardHealth(tag int) {
	if h := s.health; h != nil {
		switch tag {
		case tagNotify:
			s.readSocket()
		case tagCheck:
			s.probeEnded(&h.check)
		case tagAlive:
			s.probeEnded(&h.alive)
		case tagDiagnose:
			s.diagnosed()
		}
	}
}

// due is when something of it is, never if nothing is.
func (h *health) due() time.Duration {
	first := never
	if h == nil {
		return first
	}
	for _, p := range [...]*probing{&h.check, &h.alive} {
		if p.on && before(p.track.Due, first) {
			first = p.track.Due
		}
	}
	if h.heard != 0 && before(h.heard+h.watchdog, first) {
		first = h.heard + h.watchdog
	}
	if h.diagnosis.fd >= 0 && before(h.diagnoseBy, first) {
		first = h.diagnoseBy
	}
	return first
}

// lookAfter does what is due of it.
func (s *Service) lookAfter(now time.Duration) {
	h := s.health
	if h == nil {
		return
	}
	if h.heard != 0 && h.heard+h.watchdog <= now {
		h.heard = 0
		s.sick(FaultWatchdog)
	}
	if h.diagnoseBy <= now {
		h.endDiagnosis()
	}
	s.probe(&h.check, now)
	s.probe(&h.alive, now)
}

// sick ends a run that has failed. One that does not answer has a second, where
// nothing says less.
func (s *Service) sick(f Fault) {
	limit := s.timeoutKill()
	if f == FaultWatchdog && (limit == 0 || limit > watchdogKill) {
		limit = watchdogKill
	}
	s.warn("it has failed (" + f.String() + "), ending it")
	s.handle(Event{Kind: Sick, Fault: f, Limit: limit, Way: s.way()})
}

const watchdogKill = time.Second

// Variables that a service is told by. Those of an outer manager are not for it.
const (
	socketVariable   = "NOTIFY_SOCKET="
	watchdogVariable = "WATCHDOG_USEC="
	watchdogPID      = "WATCHDOG_PID="
	pidVariable      = "SV_PID="
)

// environ is env with what run and its probes are told.
func (h *health) environ(env []string) []string {
	mine := make([]string, 0, len(env)+len(h.vars))
	for _, pair := range env {
		if !strings.HasPrefix(pair, socketVariable) && !strings.HasPrefix(pair, watchdogVariable) && !strings.HasPrefix(pair, watchdogPID) {
			mine = append(mine, pair)
		}
	}
	return append(mine, h.vars...)
}
