package supervise

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// handOn is the end of run where set/daemonizes is there: if it ended with 0 and
// left its daemon, that is the process of the service from now on, and the
// service is ready. The daemon is our child, an orphan that came to us, so its
// end is known as that of any run; and a pid file never names a stranger, since
// only orphans of this run are looked at.
//
// A process in the middle of a double fork ends with 0 at once, and hands on
// again.
func (s *Service) handOn(end ending) bool {
	if !s.daemonizes || end != (ending{}) || s.m.unborn || s.m.State == status.Stopping {
		return false
	}
	if s.handedOn != 0 && fifo.Now()-s.handedOn > startPause {
		return false
	}
	orphans := s.orphans()
	daemon, ok := chooseDaemon(orphans, s.pidInFile())
	if !ok {
		return false
	}
	fd, err := unix.PidfdOpen(daemon.pid, 0)
	if err != nil {
		return false
	}
	s.run = process{pid: daemon.pid, fd: fd, sequence: s.runs}
	s.noteRun()
	s.session = daemon.session
	group, err := unix.Getpgid(daemon.pid)
	s.leads = err == nil && group == daemon.pid
	s.await(s.run, tagRun)
	first := s.handedOn == 0
	s.handedOn, s.record.StartTicks = fifo.Now(), 0
	if first && !s.m.Ready {
		s.becameReady()
	}
	return true
}

// orphans are the processes of this run that came to us. It is found out at once:
// nobody else's process needs to be looked at.
func (s *Service) orphans() (found []relative) {
	fd, err := quiet.Openat(unix.AT_FDCWD, "/proc", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer quiet.Close(fd)
	var r reading
	var buf proc.Buffer
	k := s.kin()
	_ = fifo.EachName(fd, func(name string) { // what was read before an error is true
		pid, err := strconv.Atoi(name)
		if err != nil || k.child(pid) {
			return
		}
		o, alive, _ := parseRelative(pid, buf.Stat(pid))
		if !alive || o.parent != k.self || o.ticks < s.record.StartTicks {
			return
		}
		if o.mark = r.readMark(s, pid); k.judge(&o) == kindred {
			found = append(found, o)
		}
	})
	return found
}

// chooseDaemon is the orphan that the pid file names, else one that leads a
// session, else any; of several the oldest.
func chooseDaemon(orphans []relative, named int) (relative, bool) {
	rank := func(r relative) int {
		switch r.pid {
		case named:
			return 0
		case r.session:
			return 1
		}
		return 2
	}
	if len(orphans) == 0 {
		return relative{}, false
	}
	return slices.MinFunc(orphans, func(a, b relative) int {
		switch {
		case rank(a) != rank(b):
			return rank(a) - rank(b)
		case a.ticks != b.ticks && a.ticks < b.ticks, a.ticks == b.ticks && a.pid < b.pid:
			return -1
		}
		return 1
	}), true
}

// pidInFile is the pid in the file that set/daemonizes names, 0 if it names
// none: a file that is empty is a flag.
func (s *Service) pidInFile() int {
	path, found, err := servicedir.ReadValue(s.dir, servicedir.Daemonizes)
	if err != nil || !found {
		return 0
	}
	text, found, err := servicedir.ReadValue(s.dir, path)
	if err != nil || !found {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return 0
	}
	return pid
}
