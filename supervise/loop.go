package supervise

import (
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/forkexec"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/scandir"
)

// Engine hosts services: one wait on all that they have, and one deadline.
type Engine struct {
	poll      fifo.Poller
	services  []*Service
	notice    *fifo.Notice
	starter   forkexec.Starter
	next      forkexec.Start // in one place so that a start leaves no garbage
	env       []string       // of services, but for what names each
	scanDir   string         // its absolute path, empty if there is none
	svscan    bool           // ours has started us
	caught    bool           // its catch-all reads what services without a logger write
	lostOn    bool           // we wait for room to say that messages were lost
	umask     uint32
	self      int
	ticks     uint64
	boot      string
	initTicks uint64 // of process 1
	world     [worldSize]byte
	epoch     time.Duration // when our clock began, in that of the machine
	bound     bound
	cgroup    *string // our own, once it is known
	subreaper bool    // orphans come to us
	orphans   bool    // of them some may have ended
	letGo     bool    // leave now, and leave the services running
	leaving   bool    // stop what an earlier supervise has left, and leave
	reexec    reexec
	letters   [maxLetters]byte // as they are read; on the stack they would make it grow for good
}

// staleRetry is when a status that could not be written is tried again.
const staleRetry = 5 * time.Second

// New is an Engine without services. environ is the environment of the
// services; supervise(8) says what is added. Messages go to descriptor 2.
func New(environ []string) *Engine {
	e := &Engine{notice: fifo.NewNotice(2), umask: processUmask(), self: unix.Getpid(), boot: proc.BootID()}
	e.reexec.trial.fd = -1
	e.ticks, e.initTicks = proc.StartTicks(e.self), proc.StartTicks(1)
	e.world = thisWorld(e.boot, e.initTicks)
	e.epoch = clock(unix.CLOCK_MONOTONIC) - fifo.Now()
	e.readEnvironment(environ)
	return e
}

// Host takes a service directory under a style. path is where it is, name how
// it is called in messages and in the environment.
func (e *Engine) Host(path, name string, style *Style) (*Service, error) {
	return e.host(path, name, style, -1)
}

// HostPair takes a service directory and, if there is a second one, that of
// its logger. A style that LogsItself finds the second.
func (e *Engine) HostPair(dirs []string, style *Style) error {
	service, err := e.Host(dirs[0], nameOf(dirs[0]), style)
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
	return e.HostLogger(log, nameOf(log), service)
}

// nameOf is the name of the service that svscan gave us as path: one that was
// taken out of the scan directory is found by a link.
func nameOf(path string) string {
	return strings.TrimPrefix(path, scandir.Dir+"/"+scandir.Removed+"/")
}

func (e *Engine) host(path, name string, style *Style, pipeDir int) (*Service, error) {
	s := &Service{engine: e, name: name, style: style,
		dir: -1, state: -1, lock: -1, ok: -1, child: -1, notify: -1, report: -1, writing: [streams]int{-1, -1}, input: -1,
		run: process{fd: -1}, finish: process{fd: -1},
	}
	s.record.Machine = s.files.makeRoom(&s.text)
	s.queue = s.room[:0]
	s.inherit()
	if pipeDir >= 0 {
		var err error
		if s.input, err = unix.FcntlInt(uintptr(pipeDir), unix.F_DUPFD_CLOEXEC, 0); err != nil {
			return nil, &trouble{"open", path, err}
		}
	}
	s.record.Supervisor, s.record.SupervisorTicks, s.record.BootID, s.record.InitTicks = e.self, e.ticks, e.boot, e.initTicks
	s.home = e.home(name)
	s.own = ownEnvironment(name, s.home)
	if err := s.open(path); err != nil {
		s.close()
		return nil, err
	}
	e.services = append(e.services, s)
	return s, nil
}

// Run starts what is wanted up, loggers first, and serves until every service
// has left, or until it is told to leave them.
func (e *Engine) Run() error {
	if err := e.listen(); err != nil {
		return err
	}
	e.bind()
	for i := len(e.services) - 1; i >= 0; i-- {
		e.services[i].boot()
	}
	if e.leaving {
		e.signalled(syscall.SIGTERM)
	}
	for len(e.services) > 0 && !e.letGo {
		if e.orphans {
			e.reapOrphans()
		}
		e.listenForRoom()
		if err := e.poll.Wait(e.deadline()); err != nil {
			return err
		}
		e.timeouts()
		e.guard()
		e.tryProgram()
	}
	for _, s := range e.services {
		s.part()
	}
	e.dismiss()
	return nil
}

func (e *Engine) listen() error {
	if err := e.poll.Signals(e, tagSignal, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT); err != nil {
		return err
	}
	if e.subreaper { // since it has adopted, or was executed again
		e.poll.Children()
		e.orphans = true // what ended before was not told
	}
	return nil
}

// The tags of what the engine itself waits for.
const (
	tagSignal = iota
	tagRoom
	tagBound
	tagGuardian
	tagTrial
)

// Ready is what the wait calls.
func (e *Engine) Ready(tag int, revents int16) {
	switch tag {
	case tagSignal:
		e.signalled(syscall.Signal(revents))
	case tagRoom:
		e.notice.Recover()
	case tagBound:
		e.unbound()
	case tagGuardian:
		e.bound.guardian.Died(&e.poll)
	case tagTrial:
		e.tried()
	}
}

// signalled is a signal to supervise itself. QUIT lets the services go. INT and
// HUP are for svscan, which tells us with TERM, but under s6's name they mean
// what they mean there.
func (e *Engine) signalled(sig syscall.Signal) {
	if sig == syscall.SIGCHLD {
		e.orphans = true
		return
	}
	e.letGo = e.letGo || sig == syscall.SIGQUIT
	for _, s := range append([]*Service(nil), e.services...) {
		if s.input >= 0 {
			continue // a logger goes when its service has gone
		}
		switch {
		case sig == syscall.SIGTERM && s.consumes() && !s.m.Running:
			// A logger between two runs, or before the first: what waits is worth
			// one more.
			s.gather()
			s.handle(Event{Kind: InputEnd, Left: s.pending(), Limit: s.timeoutKill()})
		case sig == syscall.SIGTERM:
			s.handle(Event{Kind: Shutdown, Limit: s.timeoutKill()})
		case !s.style.S6Signals:
		case sig == syscall.SIGHUP:
			s.handle(Event{Kind: Exit})
		case sig == syscall.SIGINT:
			s.signal(sig, true)
			e.letGo = true
		}
	}
}

// deadline is the first of all, never if there is none.
func (e *Engine) deadline() time.Duration {
	first := never
	earlier := func(d time.Duration) {
		if d != never && (first == never || d < first) {
			first = d
		}
	}
	earlier(e.guardDue())
	for _, s := range e.services {
		earlier(s.m.Deadline)
		if s.files.stale {
			earlier(fifo.Now() + staleRetry)
		}
		if s.files.hold != 0 {
			earlier(s.files.hold)
		}
		if s.askAt != 0 {
			earlier(s.askAt)
		}
		if s.logAt != 0 && !s.logLast {
			earlier(s.logAt)
		}
		if s.hunt != nil && s.hunt.due {
			earlier(fifo.Now() + huntPause)
		}
	}
	return first
}

func (e *Engine) timeouts() {
	now := fifo.Now()
	for i := 0; i < len(e.services); i++ {
		s := e.services[i]
		if s.askAt != 0 && s.askAt <= now {
			s.askAgain()
		}
		s.findLog(now)
		switch {
		case s.m.Deadline != never && s.m.Deadline <= now:
			s.handle(Event{Kind: Timeout})
		case s.hunt != nil && s.hunt.due:
			s.goOnHunting()
		case s.files.hold != 0 && s.files.hold <= now, s.files.stale:
			s.show()
		}
	}
}

// left takes a service out, and with it the writing end of its logger's FIFO:
// the logger reads to the end, and leaves too.
func (e *Engine) left(s *Service) {
	logger := s.logger
	s.close()
	for i, other := range e.services {
		if other == s {
			e.services = append(e.services[:i], e.services[i+1:]...)
			break
		}
	}
	for _, other := range e.services {
		if other.logger == s {
			other.logger = nil
		}
	}
	if logger != nil && !logger.gone {
		logger.handle(Event{Kind: InputEnd, Left: logger.pending(), Limit: logger.timeoutKill()})
	}
}

// look is the letter that says that the directory changed: svscan has made a
// FIFO for a logger that was added.
func (e *Engine) look(s *Service) {
	if s.input >= 0 || s.logger != nil || s.m.Leaving || !servicedir.Exists(s.state, servicedir.LogPipe) || !servicedir.IsDir(s.dir, servicedir.Log) {
		return
	}
	if err := e.HostLogger(s.cwd+"/"+servicedir.Log, s.name+"/"+servicedir.Log, s); err != nil {
		s.tell(err.Error())
		return
	}
	s.warn("log was added: what the service writes goes there from its next start on")
	s.logger.boot()
}

// listenForRoom waits until lost messages can be told, if there are any.
func (e *Engine) listenForRoom() {
	if lost := e.notice.Lost(); lost != e.lostOn {
		e.lostOn = lost
		if lost {
			e.poll.Add(e.notice.FD(), unix.POLLOUT, e, tagRoom)
		} else {
			e.poll.Remove(e.notice.FD())
		}
	}
}
