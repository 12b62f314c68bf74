package supervise

import (
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/scandir"
)

// Pair is what one supervise hosts: a service and, where it has one, its logger.
// What one half is told that concerns supervise itself concerns the other too.
type Pair struct {
	engine   *Engine
	services []*Service // the logger is the second; who has left is none of them
	room     [2]*Service
	base     string // the directory below which they are, "" for ours
	dir      int    // the service directory where the Host has it open, else -1
	caught   bool   // the catch-all of svscan reads what a service without a logger writes
	leaving  bool   // stop what an earlier supervise has left, and leave
	again    bool   // they were hosted before this program was executed again
	letGo    bool   // leave now, and leave the services running
	ends     bool   // the Host is about to be told
}

func newPair(e *Engine) *Pair {
	p := &Pair{engine: e, dir: -1}
	p.services = p.room[:0]
	return p
}

// HostPair takes a service directory and, if there is a second one, that of
// its logger. A style that LogsItself finds the second.
func (e *Engine) HostPair(dirs []string, style *Style) (*Pair, error) {
	p := newPair(e)
	p.again, p.caught = e.reexec.again, e.caught
	return p, p.take(dirs, style)
}

func (p *Pair) take(dirs []string, style *Style) error {
	service, err := p.host(dirs[0], nameOf(dirs[0]), style, -1)
	if err != nil {
		return err
	}
	log := dirs[0] + "/" + servicedir.Log
	switch {
	case len(dirs) > 1:
		log = dirs[1]
	case !style.LogsItself || !servicedir.IsDir(service.dir, servicedir.Log):
		return nil
	}
	return p.hostLogger(log, nameOf(log), service)
}

// nameOf is the name of the service that svscan gave us as path: one that was
// taken out of the scan directory is found by a link.
func nameOf(path string) string {
	return strings.TrimPrefix(path, scandir.Dir+"/"+scandir.Removed+"/")
}

// host takes a service directory under a style. path is where it is, name how
// it is called in messages and in the environment.
func (p *Pair) host(path, name string, style *Style, pipeDir int) (*Service, error) {
	e := p.engine
	s := &Service{engine: e, pair: p, name: name, style: style,
		dir: -1, state: -1, lock: -1, ok: -1, child: -1, notify: -1, report: -1, writing: [streams]int{-1, -1}, input: -1,
		run: process{fd: -1}, finish: process{fd: -1},
	}
	if s.files.text = e.text[:0]; e.host == nil {
		s.record.Machine = s.files.makeRoom(new(textRoom))
	}
	s.queue = s.room[:0]
	s.inherit()
	if pipeDir >= 0 {
		var err error
		if s.input, err = unix.FcntlInt(uintptr(pipeDir), unix.F_DUPFD_CLOEXEC, 0); err != nil {
			return nil, &trouble{"open", path, err}
		}
	}
	s.record.Supervisor, s.record.SupervisorTicks, s.record.BootID, s.record.InitTicks = e.self, e.ticks, e.boot, e.initTicks
	if pipeDir < 0 && p.dir >= 0 {
		s.dir, s.lent = p.dir, true
	}
	s.home = e.home(name)
	s.own = ownEnvironment(name, s.home)
	if p.base != "" && path[0] != '/' {
		path = p.base + "/" + path
	}
	if err := s.open(path); err != nil {
		s.release()
		return nil, err
	}
	p.services = append(p.services, s)
	e.services.add(s)
	return s, nil
}

// boot starts what is wanted up, the logger first.
func (p *Pair) boot() {
	for i := len(p.services) - 1; i >= 0; i-- {
		p.services[i].boot()
	}
	if p.leaving {
		p.signalled(syscall.SIGTERM)
	}
	p.settle(fifo.Now())
}

// signalled is a signal to supervise itself. QUIT lets the services go. INT and
// HUP are for svscan, which tells us with TERM, but under s6's name they mean
// what they mean there.
func (p *Pair) signalled(sig syscall.Signal) {
	if sig == syscall.SIGQUIT {
		p.part()
	}
	for _, s := range append([]*Service(nil), p.services...) {
		if s.input >= 0 {
			continue // a logger goes when its service has gone
		}
		switch {
		case sig == syscall.SIGTERM && s.consumes() && !s.m.Running:
			// A logger between two runs, or before the first: what waits is worth
			// one more.
			s.gather()
			s.handle(Event{Kind: InputEnd, Left: s.pending(), Limit: s.stopLimit()})
		case sig == syscall.SIGTERM:
			s.handle(Event{Kind: Shutdown, Limit: s.timeoutKill(), Way: s.way()})
		case !s.style.S6Signals:
		case sig == syscall.SIGHUP:
			s.handle(Event{Kind: Exit})
		case sig == syscall.SIGINT:
			s.signal(sig, true)
			p.part()
		}
	}
	p.settle(fifo.Now())
}

// settle follows whatever has happened to one of them, which may concern the
// other: both may be due at another time.
func (p *Pair) settle(now time.Duration) {
	for _, s := range p.services {
		s.findLog(now)
		p.engine.services.plan(s, s.nextDue(now))
	}
}

// left takes a service out, and with it the writing end of its logger's FIFO:
// the logger reads to the end, and leaves too.
func (p *Pair) left(s *Service) {
	logger := s.logger
	s.close()
	p.engine.services.remove(s)
	for i, other := range p.services {
		if other == s {
			p.services = append(p.services[:i], p.services[i+1:]...)
			break
		}
	}
	for _, other := range p.services {
		if other.logger == s {
			other.logger = nil
		}
	}
	if logger != nil && !logger.gone {
		logger.handle(Event{Kind: InputEnd, Left: logger.pending(), Limit: logger.stopLimit()})
	}
	if len(p.services) == 0 {
		p.end()
	}
}

// end is when both have left, or are about to be let go.
func (p *Pair) end() {
	if e := p.engine; e.host != nil && !p.ends {
		p.ends = true
		e.parting = append(e.parting, p) // in the middle of what they do is no time for it
	}
}

// part lets both go.
func (p *Pair) part() {
	if !p.letGo {
		p.letGo = true
		p.end()
	}
}

// release closes all that both have, and leaves what they are about as it is.
func (p *Pair) release() {
	for _, s := range p.services {
		p.engine.services.remove(s)
		s.release()
	}
	p.services = p.services[:0]
}

// look is the letter that says that the directory changed: svscan has made a
// FIFO for a logger that was added.
func (p *Pair) look(s *Service) {
	if s.input >= 0 || s.logger != nil || s.m.Leaving || !servicedir.Exists(s.state, servicedir.LogPipe) || !servicedir.IsDir(s.dir, servicedir.Log) {
		return
	}
	if err := p.hostLogger(s.cwd+"/"+servicedir.Log, s.name+"/"+servicedir.Log, s); err != nil {
		s.tell(err.Error())
		return
	}
	s.warn("log was added: what the service writes goes there from its next start on")
	s.logger.boot()
}
