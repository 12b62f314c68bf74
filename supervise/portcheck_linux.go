package supervise

import (
	"strconv"
	"time"

	"github.com/svdir/svdir/supervise/probe"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// A service that asks for ports is there to listen at them. Where nothing else says
// when it is ready, that is when it does: each of them is tried, by svprobe, until the
// first yes. From then on nobody asks, so a service at rest stays undisturbed; who wants
// to know of what is lost later makes set/check.
//
// Of set/sockets there is nothing to ask. We listen there before the service starts: a
// connection can be made at once, as one that is never accepted can, and it would start
// the service that waits for the first one, or keep it from being idle. So where a
// service has sockets and no more, it is up when it runs.

// portPlan is that of such a check: soon at first, since most need no longer.
var portPlan = probe.Plan{Delay: 20 * time.Millisecond, Eager: 50 * time.Millisecond, Grows: true, Period: time.Second, Timeout: time.Second, Success: 1, Failure: 1}

// planPorts has the ports be asked where nothing else says when run is ready.
func (s *Service) planPorts(p *probing) {
	const others = asksCheck | asksSocket
	if s.asks&asksPorts == 0 || s.asks&others != 0 || s.settings.notificationFD != 0 || s.daemonizes || s.isOneshot() {
		return
	}
	for _, name := range []string{servicedir.Check, servicedir.DataCheck} {
		if servicedir.IsExecutable(s.dir, name) {
			return // clients run it, and it knows more
		}
	}
	p.plan, p.once = portPlan, true
	s.askPorts(p)
}

// planAgain reads how the next question is asked.
func (s *Service) planAgain(p *probing, dir string) {
	if p.once {
		s.askPorts(p)
	} else {
		s.plan(p, dir, true)
	}
}

// askPorts asks whether somebody listens at each port, of this machine itself.
func (s *Service) askPorts(p *probing) {
	if p.argv = nil; s.ports == nil || len(s.ports.all) == 0 {
		return
	}
	p.argv, p.direct = []string{"svprobe", "-t", strconv.FormatInt(p.plan.Timeout.Milliseconds(), 10) + "ms", "tcp"}, true
	for _, one := range s.ports.all {
		p.argv = append(p.argv, "localhost:"+strconv.Itoa(one.at))
	}
}

// parseTCP reads what a check says of TCP, by the ports that the service has.
func (s *Service) parseTCP(value string) (string, error) {
	if value == setting.NoCheck {
		return value, nil
	}
	at, err := setting.ExpandPorts(value, s.portNamed)
	if err != nil {
		return "", err
	}
	return setting.ParseTCP(at)
}

// portNamed is the number of a port, as text.
func (s *Service) portNamed(name string) (string, error) {
	if s.ports != nil {
		for _, one := range s.ports.all {
			if one.name == name {
				return strconv.Itoa(one.at), nil
			}
		}
	}
	return "", contradiction("the service has no " + servicedir.Ports + "/" + name)
}
