package supervise

import (
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/logger/serving"
	"github.com/svdir/svdir/supervise/servicedir"
)

// A default logger of a service that we host in the process of svscan is no
// process of its own: the shared svlog serves it. Then run is that process, whose
// end is its end too; it has begun when the FIFO supervise/report says so, and
// ends when that says how, and is closed. Signals are orders. Who adopts it, in
// whatever process, goes on with this.

// wantsShared says that this start is for the shared svlog: nothing is asked of
// the logger that concerns its process. Its settings have just been read.
func (s *Service) wantsShared(attributes bool) bool {
	return s.engine.host != nil && s.engine.scanDir != "" && s.input >= 0 && !attributes && !s.scoped && !s.daemonizes &&
		s.settings.notificationFD == 0 && s.settings.lockFD == 0 && len(s.name)+len(s.home) < serving.MaxSize-1024 &&
		!servicedir.Exists(s.dir, servicedir.Run) && !servicedir.Exists(s.dir, servicedir.Finish)
}

// startServed is a start by the shared svlog. The note of it comes first: so who
// comes after us finds out what became of it.
func (s *Service) startServed() {
	s.leads = false
	s.armScope()
	pid, soon, err := s.engine.needShared()
	if err != nil {
		s.record.Reason = "unable to start svlog: " + reason(err)
		if err != errNotYet {
			s.tell(s.record.Reason)
		}
		s.happen(Event{Kind: Unstarted, Limit: soon})
		return
	}
	p := process{pid: pid, sequence: s.runs + 1}
	if p.fd, err = unix.PidfdOpen(pid, 0); err != nil {
		s.unstarted("unable to start svlog: "+reason(err), time.Second)
		return
	}
	if err = s.openServed(true); err != nil {
		_ = quiet.Close(p.fd) // nothing to flush
		s.unstarted("unable to open supervise/report: "+reason(err), time.Second)
		return
	}
	s.run = p
	s.runs++
	s.useShared(true)
	s.noteRun()
	s.orderServe()
	s.engine.poll.Add(s.run.fd, unix.POLLIN, s, tagRun)
	s.engine.poll.Add(s.report, unix.POLLIN, s, tagReport)
	s.given = given{both: s.twin}
	s.record.Since, s.record.StartTicks = time.Now(), s.engine.shared.startTicks(pid)
	s.happen(Event{Kind: Launched})
}

// openServed opens the FIFO of the report, a fresh one or that which is there. It
// has no writer before the log is served: so an end is an end.
func (s *Service) openServed(fresh bool) error {
	if fresh {
		if err := quiet.Unlinkat(s.state, servicedir.Report, 0); err != nil && err != unix.ENOENT {
			return err
		}
		if err := fifo.Make(s.state, servicedir.Report, 0o600); err != nil {
			return err
		}
	}
	fd, err := fifo.Open(s.state, servicedir.Report, unix.O_RDONLY)
	if err != nil {
		return err
	}
	if fresh {
		fifo.Shrink(fd)
	}
	s.report = fd
	return nil
}

// heardServed takes in news of a log that is served: what is said of it, or the
// end of the process that serves it.
func (s *Service) heardServed(tag int) {
	end, ended := s.readServed()
	if !ended && tag == tagRun {
		end, ended = s.reap(&s.run, runSlot)
	}
	if ended {
		s.endServed(end)
	}
	s.drain()
	s.flush()
}

// endServed is the end of a log that was served.
func (s *Service) endServed(end ending) {
	s.letGoServed()
	s.runEnded(end)
}

// letGoServed has it be a run that has ended.
func (s *Service) letGoServed() {
	s.dropReport()
	s.forget(s.run)
	s.run.fd = -1
}

// readServed reads what is said of the log. It has ended when how is said and
// nobody has the FIFO open any more: all that it had is closed then.
func (s *Service) readServed() (end ending, ended bool) {
	for s.report >= 0 {
		var buf [256]byte
		n, err := fifo.Retry(func() (int, error) { return quiet.Read(s.report, buf[:]) })
		if err == unix.EAGAIN {
			break
		}
		s.said = append(s.said, buf[:max(n, 0)]...)
		if n <= 0 {
			wait, ok := s.hearLines()
			s.dropReport() // without a last word the process dies, which its pidfd tells
			return ending{wait: wait}, ok
		}
	}
	s.hearLines()
	return ending{}, false
}

// hearLines takes in the lines that have come whole. The last one, that says how it
// ended, stays there.
func (s *Service) hearLines() (wait uint16, ended bool) {
	text := string(s.said)
	for {
		line, rest, whole := strings.Cut(text, "\n")
		if wait, ended = serving.ParseEnd(line); !whole || ended {
			break
		}
		text = rest
		if dir, ok := serving.ParsePlace(line); ok && len(dir) < maxLogLink {
			s.record.LogDir = dir
		}
		if line == serving.Begun && s.m.unborn {
			s.begun()
			s.step(Event{Kind: Started})
		}
	}
	s.said = append(s.said[:0], text...)
	return wait, ended
}

// isServed says that the process of an adopted run is the shared svlog.
func (s *Service) isServed() bool {
	if s.input < 0 || s.run.pid <= 0 {
		return false
	}
	pid := s.engine.findShared()
	if s.engine.shared.users == 0 && pid != s.run.pid {
		s.engine.closeShared()
	}
	return pid == s.run.pid
}

// adoptServed goes on with a log that the shared svlog serves, or was told to:
// perhaps it was not yet, then it is told again, which harms nobody.
func (s *Service) adoptServed(begun bool) {
	s.leads = false
	s.engine.poll.Add(s.run.fd, unix.POLLIN, s, tagRun)
	err := s.openServed(false)
	var buf [256]byte
	n := 0
	if err == nil {
		n, err = fifo.Retry(func() (int, error) { return quiet.Read(s.report, buf[:]) })
		s.said = append(s.said[:0], buf[:max(n, 0)]...)
	}
	switch {
	case n > 0, err == unix.EAGAIN:
		s.engine.poll.Add(s.report, unix.POLLIN, s, tagReport)
	case err == nil && begun:
		// It was let go while nobody was here to be told how.
		s.letGoServed()
	default:
		s.dropReport()
		if err := s.openServed(true); err == nil {
			s.engine.poll.Add(s.report, unix.POLLIN, s, tagReport)
			s.orderServe()
		}
	}
}
