package supervise

import (
	"time"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/forkexec"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// Service is one service directory that an Engine hosts: its descriptors, its
// processes, and the Machine that decides. It just fits in 2,688 bytes with the
// header that the allocator adds: one field more costs 384.
type Service struct {
	engine *Engine
	pair   *Pair
	due    time.Duration // when it is to be looked at, never if nothing is due
	place  int           // among all of the agenda
	name   string        // as it was given: web, web/log
	style  *Style

	dir, state, lock, ok, child int // the service directory, supervise/ in it, three files there
	control                     fifo.Control
	lent                        bool // dir is not ours to close
	asleep                      bool // child was closed, see notes
	plain                       plain
	gone                        bool // it has left

	m     Machine
	queue []Event // what performing an action brought about
	room  [4]Event

	run, finish process
	scripts     []script
	runs        uint64           // numbers starts, over all supervises
	spent       []command.Letter // control/X that have answered, which is not written down yet
	requests    requests         // letters whose outcome is not written down yet
	leads       bool             // run leads a session and group of its own
	adopting    bool             // an earlier supervise was here, and we are not yet where it was
	sought      *forkexec.Record // the note of a start of which nobody knows whether it was
	askAt       time.Duration    // when to ask again how an adopted process ended, 0 if not
	notify      int              // reading end of the readiness pipe, or -1
	report      int              // reading end of svexec's pipe, or -1
	said        []byte           // what came from there
	group       []process        // what is left of it after run
	scope       servicedir.Scope // in which that is looked for
	hunt        *hunt            // that ends it, nil if none does
	search      *search          // what is asked of /proc, nil if nothing is

	job        *job          // when it starts, nil for at once
	timed      bool          // set/ says when
	limited    bool          // and how long it may run
	aged       bool          // set/ has a min-uptime
	oneshot    bool          // up is started in the place of run, and ends
	watched    bool          // set/ has a watch
	scoped     bool          // this run's tree is ours to end, whyever it ended
	watcher    *watcher      // svwatch, nil if none is wanted
	cage       *cage         // the cgroup of that, or nil
	needing    *needing      // nil for nothing
	turn       *turn         // nil while it need have none
	health     *health       // nil where set/ asks for nothing of it
	asks       asks          // what else set/ asks for
	sockets    *sockets      // those that are bound, nil for none
	ports      *ports        // those that are chosen, nil for none
	daemonizes bool          // run ends and leaves its daemon
	handedOn   time.Duration // when it did, 0 if it has not
	session    int           // of that daemon, or 0

	logger  *Service      // reads our output, or nil
	writing [streams]int  // our writing ends of its FIFOs, or -1
	splits  bool          // set/ asks for that of standard error
	input   int           // a logger's: the directory of the FIFOs that it reads, or -1
	origin  string        // a logger's: the name of its service
	given   given         // what this run of a logger has to read
	twin    bool          // a logger's: both FIFOs are there
	served  bool          // a logger's: this run of it is the shared svlog
	paired  bool          // a logger was hosted with it
	sources []source      // the pipes of a consumer, which the service reads
	alone   bool          // it has one, as its standard input
	named   uint64        // the sum of those that it names, without what only is unread
	pipes   string        // SV_PIPE_NAMES of what is started next, empty without pipes
	logAt   time.Duration // when to look where this logger keeps its log, 0 if not
	logLast bool          // that is the last look at this run, and nothing waits for it

	home string   // its absolute path, for people and for itself
	own  []string // of its environment
	cwd  string   // a path of dir that stays right when the directory is renamed
	argv []string

	settings    settings
	badSettings []string // what was told of them
	record      status.Record
	files       written
	told        string // the last trouble that was told, so as not to repeat it
	// toldDetached: explainDetached has, and looked: so often since a run that
	// lived.
	toldDetached bool
	looked       int
	essential    bool // set/ says something of that, when it was looked through last
	owes         int  // what svscan is to be told of an essential end, as code + 1, or 0
}

// The events with which supervise itself comes and goes.
const (
	eventSupervised = command.Letter('s')
	eventLeft       = command.Letter('x')
)

// boot goes on where an earlier supervise was, or starts the service, unless the
// file down is there.
func (s *Service) boot() {
	s.readNeeds()
	switch {
	case s.adopting:
		s.retakeTurn()
		s.tellTurn()
		s.hold()
		s.gather()
		if s.given.sum == 0 {
			s.given.sum = s.named // nobody has said what that run was given
		}
		s.resume()
	case s.m.Want == status.WantUp && !s.pair.leaving:
		s.handle(Event{Kind: Boot})
	}
	s.admit()
}

// close is for a service that has ended. The files stay, as the field leaves
// them.
func (s *Service) close() {
	s.dropReport()
	s.closeCage()
	s.release()
}

// release closes all that open opened, and whatever else it has: from now on
// clients see nobody here.
func (s *Service) release() {
	s.gone = true
	if s.control != (fifo.Control{}) {
		s.engine.poll.Remove(s.control.FD())
		s.control.Close()
	}
	s.dropReadiness()
	s.dropSearch()
	s.dropGroup()
	s.dropNeeds()
	s.dropTurn()
	s.endWatch()
	s.dropHealth()
	s.dropTimer()
	s.dropSockets()
	if s.report >= 0 {
		s.engine.poll.Remove(s.report)
		_ = quiet.Close(s.report) // a pipe has nothing to flush
	}
	if s.cage != nil {
		_ = quiet.Close(s.cage.procs) // nothing was written
	}
	s.forget(s.run)
	s.useShared(false)
	s.forget(s.finish)
	for _, sc := range s.scripts {
		s.forget(sc.process) // it ends by itself
	}
	s.closeWriting()
	s.closeSources()
	if s.lent {
		s.dir = -1
	}
	for _, fd := range []int{s.ok, s.child, s.lock, s.state, s.dir, s.input} {
		if fd >= 0 {
			_ = quiet.Close(fd) // nothing to flush
		}
	}
	s.child, s.asleep, s.scripts = -1, false, nil
}

// Ready is what the Engine's wait calls.
func (s *Service) Ready(tag int, _ int16) {
	s.heard(tag)
	s.pair.settle(fifo.Now())
}

// heard takes in what was waited for.
func (s *Service) heard(tag int) {
	s.plain.looked = false
	if s.served && s.run.fd >= 0 && (tag == tagRun || tag == tagReport) {
		s.heardServed(tag)
		return
	}
	switch tag {
	case tagControl:
		s.findLog(fifo.Now()) // while it runs
		s.readControl()
	case tagRun:
		s.readReport() // that it became run comes before its end
		s.readSocket() // and so does what it has said
		if end, ended := s.reap(&s.run, runSlot); ended {
			s.dropReadiness()
			s.dropReport()
			if !s.handOn(end) {
				s.runEnded(end)
			}
			s.flush()
		}
	case tagFinish:
		if end, ended := s.reap(&s.finish, finishSlot); ended {
			s.finishEnded(end)
			s.flush()
		}
	case tagReady:
		s.readReport() // likewise
		s.readReadiness()
	case tagReport:
		s.readReport()
		s.drain()
		s.flush()
	case tagGroup:
		s.watchGroup()
	case tagNeeds:
		s.needsChanged()
	case tagWatch, tagChange:
		s.heardWatch(tag)
	case tagNotify, tagCheck, tagAlive, tagDiagnose:
		s.readReport() // likewise
		s.heardHealth(tag)
	case tagClock:
		s.timerTold()
	case tagHolder, tagListen:
		s.heardSockets(tag)
	default:
		s.scriptEnded(command.Letter(tag - tagScript))
	}
}

// nextDue is the first of all that it waits for, never if there is nothing.
func (s *Service) nextDue(now time.Duration) time.Duration {
	first := s.sockets.nextDue(s.m.Deadline)
	earlier := func(waits bool, d time.Duration) {
		if waits && before(d, first) {
			first = d
		}
	}
	earlier(s.files.stale, now+staleRetry)
	earlier(s.owes != 0, now+endRetry)
	if j := s.job; j != nil {
		earlier(j.wake != never, j.wake)
		earlier(j.runDue != 0, j.runDue)
	}
	earlier(s.files.hold != 0, s.files.hold)
	earlier(s.askAt != 0, s.askAt)
	earlier(s.logAt != 0 && !s.logLast, s.logAt)
	earlier(s.watcher != nil, s.watcher.due())
	earlier(s.health != nil, s.health.due())
	earlier(s.hunt != nil && s.hunt.due && s.search == nil, now+huntPause)
	return first
}

// timeout does what is due by now.
func (s *Service) timeout(now time.Duration) {
	s.plain.looked = false
	if s.askAt != 0 && s.askAt <= now {
		s.askAgain()
	}
	s.watchAgain(now)
	s.lookAfter(now)
	if s.owes != 0 {
		s.endTree(s.owes - 1)
	}
	s.jobTimeout(now)
	s.lookForUse(now)
	switch {
	case s.m.Deadline != never && s.m.Deadline <= now:
		ev := Event{Kind: Timeout}
		if s.m.State == status.Starting {
			ev.Limit, ev.Way = s.timeoutKill(), s.way() // it was not ready in time
		}
		s.handle(ev)
	case s.hunt != nil && s.hunt.due && s.search == nil:
		s.goOnHunting()
	case s.isUnsure():
	case s.files.hold != 0 && s.files.hold <= now && s.hasNews():
		s.files.hold = now + stopPause // others were before it
	case s.files.hold != 0 && s.files.hold <= now, s.files.stale:
		s.show()
	}
	s.pair.settle(now)
}

// runEnded is the end of the process of run.
func (s *Service) runEnded(end ending) {
	if !s.m.unborn {
		s.noteEnd(end)
	}
	s.step(s.runEnd(end))
}

// finishEnded is the end of finish.
func (s *Service) finishEnded(end ending) {
	s.noteFinish(end)
	s.step(s.finishEnd(end, true))
}

// handle gives an event to the machine, and shows the outcome.
func (s *Service) handle(ev Event) {
	s.step(ev)
	s.flush()
}

// step gives an event to the machine, and does what it says.
func (s *Service) step(ev Event) {
	s.plain.looked = false
	s.happen(ev)
	s.drain()
}

// happen queues an event.
func (s *Service) happen(ev Event) { s.queue = append(s.queue, ev) }

// drain gives the queue to the machine and does what it says, until nothing
// more comes of it.
func (s *Service) drain() {
	for !s.gone {
		if len(s.queue) == 0 {
			s.keepTurn()
			if s.keepNeeds(); len(s.queue) == 0 {
				break
			}
		}
		ev := s.queue[0]
		s.queue = s.queue[:copy(s.queue, s.queue[1:])]
		ev.At = fifo.Now()
		for _, a := range s.m.Step(ev) {
			s.perform(a)
		}
	}
	s.tendWatch()
	s.tend()
	s.settleJob()
	s.settleSockets()
	if s.logger != nil {
		s.logger.m.LastWords = s.m.Leaving
	}
}
