package supervise

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/forkexec"
	"github.com/svdir/svdir/supervise/proc"
)

// Engine hosts services: one wait on all that they have, and one deadline.
type Engine struct {
	poll          *fifo.Poller
	services      agenda
	owners        map[int]*Service // of the processes that somebody will reap by their pids
	pair          *Pair            // the one that Run serves
	host          Host             // of which we are a part, or nil
	near          uint64           // with a host: the file system of its program
	null          int              // the standard input of services
	parting       []*Pair          // they are to be let go, or have left
	survey        survey           // of /proc
	awake         []*Service       // they have supervise/child open, who has opened it first is the first
	notice        *fifo.Notice
	starter       forkexec.Starter
	next          forkexec.Start // in one place so that a start leaves no garbage
	env           []string       // of services, but for what names each
	given         int            // the notify socket that we were given, or -1
	maxStarting   string         // the file that says how many may be starting at a time, empty without
	scanDir       string         // its absolute path, empty if there is none
	svscan        bool           // ours has started us
	caught        bool           // its catch-all reads what services without a logger write
	umask         uint32
	self          int
	ticks         uint64
	boot          string
	initTicks     uint64 // of process 1
	world         [worldSize]byte
	epoch         time.Duration // when our clock began, in that of the machine
	bound         bound
	cgroup        *string // our own, once it is known
	subreaper     bool    // orphans come to us
	orphans       bool    // of them some may have ended
	leaving       bool    // stop what an earlier supervise has left, and leave
	reexec        reexec
	shared        shared // svlog
	subscriptions uint64
	datagram      []byte           // of a notify socket, once there is one
	text          [wholeText]byte  // of a file of some service, as it is made
	letters       [maxLetters]byte // as they are read; on the stack they would make it grow for good
}

// staleRetry is when a status that could not be written is tried again.
const staleRetry = 5 * time.Second

// New is an Engine without services. environ is the environment of the
// services; supervise(8) says what is added. Messages go to descriptor 2.
func New(environ []string) *Engine {
	return newEngine(environ, new(fifo.Poller), fifo.NewNotice(2))
}

func newEngine(environ []string, poll *fifo.Poller, notice *fifo.Notice) *Engine {
	e := &Engine{poll: poll, owners: map[int]*Service{}, notice: notice, umask: processUmask(), self: unix.Getpid(), boot: proc.BootID()}
	e.reexec.trial.fd, e.shared.fd, e.given = -1, -1, -1
	e.ticks, e.initTicks = proc.StartTicks(e.self), proc.StartTicks(1)
	e.world = thisWorld(e.boot, e.initTicks)
	e.epoch = clock(unix.CLOCK_MONOTONIC) - fifo.Now()
	e.readEnvironment(environ)
	return e
}

// Run starts what is wanted up of a pair, the logger first, and serves until
// both have left, or until it is told to leave them.
func (e *Engine) Run(p *Pair) error {
	e.pair = p
	if err := e.listen(); err != nil {
		return err
	}
	e.bind()
	p.leaving = e.leaving
	p.boot()
	for len(p.services) > 0 && !p.letGo {
		if e.orphans {
			e.reapOrphans()
		}
		e.notice.Listen(e.poll)
		if err := e.poll.Wait(e.deadline()); err != nil {
			return err
		}
		e.timeouts()
		e.guard()
		e.tryProgram()
	}
	for _, s := range p.services {
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
	tagBound
	tagGuardian
	tagTrial
	tagShared
)

// Ready is what the wait calls.
func (e *Engine) Ready(tag int, revents int16) {
	switch tag {
	case tagSignal:
		e.signalled(syscall.Signal(revents))
	case tagBound:
		e.unbound()
	case tagGuardian:
		e.bound.guardian.Died(e.poll)
	case tagTrial:
		e.tried()
	case tagShared:
		e.roomForOrders()
	}
}

// signalled is a signal to this process.
func (e *Engine) signalled(sig syscall.Signal) {
	if sig == syscall.SIGCHLD {
		e.orphans = true
		return
	}
	e.pair.signalled(sig)
}

// deadline is the first of all, never if there is none.
func (e *Engine) deadline() time.Duration {
	if e.survey.due() {
		return 0
	}
	next := e.services.next()
	if due := e.guardDue(); before(due, next) {
		return due
	}
	return next
}

// timeouts does what is due, for a few at a time: between them whoever has news
// has his turn.
func (e *Engine) timeouts() {
	const few, long = 8, time.Millisecond
	e.survey.goOn()
	now := fifo.Now()
	for range few {
		due := e.services.next()
		if due == never || due > now || fifo.Now() > now+long {
			return
		}
		e.services[0].timeout(now)
	}
}
