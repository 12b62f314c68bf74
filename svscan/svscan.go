// Package svscan keeps a supervise running for every service directory in a
// scan directory, and stops the supervise of what is taken away.
//
// What is to be done is decided by data alone: scan.go knows the names, table.go
// the services; both are told what happened and when, and have no clock. Around
// them is one loop with one wait. It is not meant to share a process: it changes
// the working directory, is the subreaper, and reaps every child.
//
// Who supervises is a host: a supervise for each service (host.go), or we
// ourselves (dense.go), by package supervise, which shares our wait.
//
// svscan holds no state that a service depends on but the reading end of each
// logger's FIFO and the socket on which a service says how it is, so that nothing
// is lost while service, logger and supervise come and go. See svscan(8) and scandir(5).
package svscan

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/svscan/graph"
	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

// scanner is the one loop and what it holds.
type scanner struct {
	config  Config
	path    string   // of the scan directory, absolute
	self    string   // our own program file
	program string   // the supervise beside it
	env     []string // of each supervise
	null    int      // its standard input
	host    host
	runPath string // of the run directory, "" without one
	logDir  string // of all logs, "" without one
	first   bool   // we are process 1

	dir  int      // the scan directory, -1 before it was opened
	run  int      // the run directory, -1 without
	boot string   // names this boot
	born uint64   // when we were started, in the ticks of package proc
	here identity // which directory that is
	lock int      // its lock, -1 without

	control    fifo.Control
	controlled bool // it is open

	table *table
	kept  map[identity]*keeping
	shown map[string]*keeping // by their names in .svscan/running
	pids  map[int]identity
	// inherited are the ends of FIFOs of services that were kept over a reexec,
	// until their services are taken over.
	inherited map[end]int
	notify    map[string]int // likewise the notify sockets, by their owners
	// unreaped says that there may be more who have ended.
	unreaped bool
	catchAll bool            // there is a logger for all that have none
	catches  int             // so many services write to it
	unfed    bool            // some consumer may not know of all that it is to read
	graph    *graph.Graph    // who needs whom, nil where nobody does
	bundles  []string        // what stands for other services
	typed    map[string]bool // those whose directory says what they are
	unwired  bool            // the graph may be another by now
	bounded  bool            // not all may be starting at a time

	upgrade  upgrade
	reexecs  int    // how often this process has executed itself again
	failures int    // and how often it could not
	failure  string // why, the last time

	poll     fifo.Poller
	watches  watches
	guardian *fifo.Guardian // nil without -e
	terminal terminal
	title    title
	nohup    bool // HUP was ignored at our start
	notice   *fifo.Notice
	settled  bool          // all has begun
	stirred  bool          // something has happened since our last turn
	next     time.Duration // when that turn wants to be followed by one, 0 never

	said, saidLock string        // about the scan directory, and its lock
	saidControl    string        // about .svscan/control
	saidReaped     string        // about .svscan/reaped
	saidCatches    string        // about services without a logger
	saidEdge       string        // about what says who needs whom
	saidOutput     string        // about .svscan/set/output
	saidGuardian   string        // about the guardian
	saidFull       string        // about those for whom there is no room
	label          bool          // .forced-rescan is to be written
	stopAt         time.Duration // during the orderly end: when to say who blocks it
	left           bool          // the loop has ended
	code           int           // with this exit code
	fault          error         // unless that ended it
	exitCode       int           // of the orderly end, as terminate named it, or that of an essential service
}

// Run keeps supervise running for each service directory of the scan directory
// until a signal ends it, and returns the exit code. The error says why it
// could not begin.
func Run(c Config) (int, error) {
	if c.check {
		return 0, nil
	}
	if c.guards >= 0 {
		fifo.Outlive(c.guards, c.life)
	}
	s := &scanner{config: c, dir: -1, run: -1, null: -1, lock: -1, title: title{read: -1}, first: os.Getpid() == 1,
		table: newTable(), kept: map[identity]*keeping{}, shown: map[string]*keeping{}, pids: map[int]identity{}, typed: map[string]bool{}}
	s.host, s.table.most = forked{s}, c.most
	if err := s.begin(); err != nil {
		if s.last() && errors.Is(err, errTaken) {
			return 0, nil // somebody took the place of whom we guarded
		}
		return 0, err
	}
	return s.depart(s.loop())
}

// begin opens everything that svscan holds for its life.
func (s *scanner) begin() error {
	s.inherit()
	if s.config.style.hangup {
		s.openTerminal() // before listen, which ends that HUP is ignored
	}
	var err error
	if err = s.listen(); err != nil {
		return errors.New("unable to listen to signals: " + reason(err))
	}
	s.openTitle()
	s.boot, s.born = proc.BootID(), proc.StartTicks(os.Getpid())
	if s.path == "" {
		s.path, err = absolute(s.config.dir)
	}
	if err != nil {
		return errors.New("unable to find the working directory: " + reason(err))
	}
	if err = s.openRun(); err != nil {
		return errors.New("unable to open " + s.config.run + ": " + reason(err))
	}
	if err = s.resolveLogDir(); err != nil {
		return errors.New("unable to find the working directory: " + reason(err))
	}
	if s.self, err = os.Executable(); err != nil {
		return errors.New("unable to find supervise: " + reason(err))
	}
	s.program = s.self[:strings.LastIndexByte(s.self, '/')+1] + "supervise"
	s.env = s.withLogDir(s.environment(withoutHandover(os.Environ())))
	if s.null < 0 {
		if s.null, err = unix.Open("/dev/null", unix.O_RDONLY|unix.O_CLOEXEC, 0); err != nil {
			return errors.New("unable to open /dev/null: " + reason(err))
		}
	}
	if s.config.dense {
		s.host = newDense(s)
	}
	// Best effort: before Linux 3.4 strangers go to process 1.
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
	return s.arrive()
}

// arrive takes possession of the scan directory for the first time. After a
// reexec it is ours already, and nothing that happens to it may end us.
func (s *scanner) arrive() error {
	ours := s.dir >= 0
	if err := s.reopen(); err != nil && !ours {
		return errors.New("unable to open " + s.config.dir + ": " + reason(err))
	}
	if err := s.lockUp(); err != nil {
		if !ours {
			return err
		}
		s.once(&s.saidLock, err.Error())
	}
	s.bind() // not before: who has no tree leaves nothing to end
	s.forgetBoot()
	if !ours {
		s.forgetExit()
	}
	s.findCatchAll()
	s.unreaped = true
	s.openControl()
	s.linkRun()
	s.clearRemoved()
	var err error
	if s.watches, err = openWatches(); err != nil {
		s.blind("watch "+s.path, err)
	} else {
		s.poll.Add(s.watches.fd, unix.POLLIN, s, tagWatch)
	}
	s.table.rescan(fifo.Now())
	s.hearEarly()
	if s.config.ready >= 0 {
		_, _ = unix.Write(s.config.ready, []byte{'\n'}) // best effort: whoever asked may have gone
		_ = unix.Close(s.config.ready)                  // likewise
	}
	return nil
}

// environment is old with SVDIR, the scan directory of the services below, and
// SV_SVSCAN, our pid: by it supervise knows that its parent is no svscan of djb.
func (s *scanner) environment(old []string) []string {
	if !s.config.style.svdir {
		return old
	}
	var env []string
	for _, v := range old {
		if !strings.HasPrefix(v, "SVDIR=") && !strings.HasPrefix(v, "SV_SVSCAN=") {
			env = append(env, v)
		}
	}
	path := s.base()
	if s.config.sameUser {
		env = append(env, "SV_NO_USER_CHANGE=1")
	}
	if s.config.sameUser && s.reexecs == 0 {
		s.warn("user, capabilities and chroot of services are not looked at (-no-user-change)")
	}
	if limit := s.path + "/" + scandir.MaxStarting; unix.Access(limit, unix.F_OK) == nil {
		s.bounded = true
		env = append(env, "SV_MAX_STARTING="+limit)
	}
	return append(env, "SVDIR="+path, "SV_SVSCAN="+strconv.Itoa(os.Getpid()))
}
