package supervise

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/scandir"
)

// A service with a logger writes to FIFOs in its state: supervise/log, and with
// split-stderr supervise/log-stderr. The second is there as long as something
// may be written to it, so that its presence says what the logger is to read.

// What a service writes to FIFOs of its own.
const (
	stdout = iota
	stderr
	streams
)

var pipeNames = [streams]string{servicedir.LogPipe, servicedir.ErrPipe}

// firstPipe is the descriptor on which a logger has the first pipe that is not
// its standard input.
const firstPipe = 3

// hostLogger takes the logger of service: the FIFO supervise/log of service
// joins them. The service writes to it from its next start on.
func (p *Pair) hostLogger(path, name string, service *Service) error {
	if err := service.openWriting(stdout); err != nil {
		return &trouble{"open", service.path("supervise/log"), err}
	}
	if servicedir.Exists(service.dir, servicedir.SplitStderr) || servicedir.Exists(service.state, servicedir.ErrPipe) {
		if err := service.openWriting(stderr); err != nil {
			return &trouble{"open", service.path("supervise/log-stderr"), err}
		}
	}
	logger, err := p.host(path, name, service.style, service.state)
	if err != nil {
		service.closeWriting()
		return err
	}
	logger.origin, logger.twin = service.name, service.writing[stderr] >= 0
	logger.given.both = logger.given.both && logger.twin // else what it was given is not there any more
	service.logger, service.paired = logger, true
	return nil
}

// openWriting makes a FIFO between service and logger, and opens an end for
// writing: as long as we have it the logger sees no end.
func (s *Service) openWriting(stream int) error {
	if s.writing[stream] >= 0 {
		return nil
	}
	name := pipeNames[stream]
	if err := fifo.Make(s.state, name, 0o600); err != nil {
		return err
	}
	// Opening for writing alone needs a reader.
	both, err := fifo.Open(s.state, name, unix.O_RDWR)
	if err != nil {
		return err
	}
	defer quiet.Close(both)
	s.writing[stream], err = fifo.Open(s.state, name, unix.O_WRONLY)
	return err
}

func (s *Service) closeWriting() {
	for i, fd := range s.writing {
		if fd >= 0 {
			_ = quiet.Close(fd) // nothing was written
		}
		s.writing[i] = -1
	}
}

// isLogged says that somebody reads what the service writes. The catch-all reads
// no consumer, also where the service was none when we began.
func (s *Service) isLogged() bool {
	return s.paired || s.input < 0 && (s.style.Feeds && s.has(servicedir.ProducerFor) || s.pair.catches() && !s.consumes())
}

// catches says that a catch-all reads what services write that have no logger.
func (p *Pair) catches() bool {
	e := p.engine
	return p.caught && (e.scanDir == "" || servicedir.Exists(unix.AT_FDCWD, e.scanDir+"/"+scandir.CatchAll))
}

// plumb makes ready what a start is to write to: the FIFO of standard error
// comes and goes with split-stderr, which was just looked for.
func (s *Service) plumb() {
	if !s.isLogged() {
		s.closeWriting()
		return
	}
	if !s.provide(stdout) {
		return
	}
	if !s.splits {
		s.join()
	} else if s.provide(stderr) {
		s.feedLogger()
	}
}

// hold takes in hand the FIFOs to which the run of an earlier supervise writes.
func (s *Service) hold() {
	if s.isLogged() && s.provide(stdout) && servicedir.Exists(s.state, servicedir.ErrPipe) {
		s.provide(stderr)
	}
}

// provide makes a FIFO to write to, unless it is in hand.
func (s *Service) provide(stream int) bool {
	if s.writing[stream] >= 0 {
		return true
	}
	name := pipeNames[stream]
	fresh := !servicedir.Exists(s.state, name)
	if err := s.openWriting(stream); err != nil {
		s.tell("unable to open supervise/" + name + ": " + reason(err) + ", going on without")
		return false
	}
	if fresh {
		s.tellSvscan()
	}
	return true
}

// feedLogger has the logger read the FIFO of standard error: one that runs without
// it is started again.
func (s *Service) feedLogger() {
	if l := s.logger; l != nil {
		l.twin = true
		if l.m.Running && !l.given.both {
			l.handle(Event{Kind: Term, Letter: command.Term})
		}
	}
}

// join is for a start without split-stderr. The logger reads to the end of the
// FIFO of standard error. What waits for one that is away keeps it there until
// the next start.
func (s *Service) join() {
	fd := s.writing[stderr]
	if fd < 0 {
		return
	}
	if n, err := fifo.Pending(fd); err != nil || n > 0 {
		return
	}
	if l := s.logger; l != nil {
		l.twin, l.given.both = false, false // the next FIFO is another
	}
	_ = quiet.Unlinkat(s.state, servicedir.ErrPipe, 0) // best effort: an empty one harms nobody
	_ = quiet.Close(fd)                                // nothing was written
	s.writing[stderr] = -1
}

// tellSvscan has svscan hold a new FIFO; one that is not our Host looks at all
// directories for that.
func (s *Service) tellSvscan() {
	e := s.engine
	if e.host != nil {
		e.host.Look(s.pair)
		return
	}
	if e.svscan && e.scanDir != "" {
		const askAll = 'a'
		_ = fifo.Send(unix.AT_FDCWD, e.scanDir+"/"+scandir.Dir+"/"+scandir.Control, []byte{askAll}, 0) // best effort: it looks when it comes back
	}
}

// pipeVariable tells a logger what it has from descriptor firstPipe on: a word
// for each.
const pipeVariable = "SV_PIPE_NAMES="

// pipeLabel is the word of a pipe of the service that is called name.
func pipeLabel(name string, stream int) string {
	name = servicedir.PipeName(name[strings.LastIndexByte(name, '/')+1:])
	if stream == stderr {
		return name + servicedir.OfStderr
	}
	return name
}

// pending is how many bytes wait in the FIFOs that this logger reads.
func (s *Service) pending() int {
	sum := s.waiting()
	if s.input < 0 {
		return sum
	}
	names := pipeNames[:]
	if !s.twin {
		names = names[:stderr]
	}
	for _, name := range names {
		fd, err := fifo.Open(s.input, name, unix.O_RDONLY)
		if err != nil {
			continue // there is none
		}
		if n, err := fifo.Pending(fd); err == nil {
			sum += n
		}
		_ = quiet.Close(fd) // it was only looked at
	}
	return sum
}
