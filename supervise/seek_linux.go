package supervise

import (
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/proc"
)

// Where a child cannot note itself before it executes, supervise notes that it
// is about to start one, and a kill at that moment leaves nothing else. Then the
// process is sought, and as long as one is there that may be it, run is not
// started. A finish and a control/X are not sought: they may run twice there.

// seek looks for the run that may have been started when the last supervise was
// killed. It is adopted, or found not to be, or still sought: among these.
func (s *Service) seek() (suspects []int) {
	certain, perhaps := s.suspects(ticksOf(s.sought.Time))
	switch {
	case len(certain) == 1:
		run := *s.sought
		run.PID, run.Time, s.sought = certain[0], boottime(), nil
		s.adoptUnseen(run)
	case len(certain)+len(perhaps) == 0:
		s.sought = nil
	}
	return append(certain, perhaps...)
}

// mayStart says that no run is sought, or ends a start for its sake.
func (s *Service) mayStart() bool {
	if s.sought == nil {
		return true
	}
	suspects := s.seek()
	if s.sought == nil {
		return s.run.fd < 0 // else it was adopted
	}
	s.unstarted("unable to start run: process "+strconv.Itoa(suspects[0])+" may be it, started when supervise was killed (kill it if it is not)", 0)
	return false
}

// suspects are the orphans that were started since then, and lead a session
// where run does: certain are those in the service directory, perhaps those of
// which we may not know where they are.
func (s *Service) suspects(since uint64) (certain, perhaps []int) {
	reaper := strconv.Itoa(unix.Getppid())
	orphans := processes(func(pid int, stat proc.Stat) bool {
		parent := string(stat.Field(4))
		return (parent == reaper || parent == "1") && pid != s.engine.self && stat.Number(22) >= since &&
			(!s.style.Session || string(stat.Field(6)) == strconv.Itoa(pid))
	})
	var here unix.Stat_t
	if quiet.Fstat(s.dir, &here) != nil {
		return nil, orphans
	}
	for _, pid := range orphans {
		var there unix.Stat_t
		_, err := fifo.Retry(func() (int, error) { return 0, unix.Stat("/proc/"+strconv.Itoa(pid)+"/cwd", &there) })
		switch {
		case err == unix.EACCES || err == unix.EPERM:
			perhaps = append(perhaps, pid)
		case err == nil && there.Dev == here.Dev && there.Ino == here.Ino:
			certain = append(certain, pid)
		}
	}
	return certain, perhaps
}

// processes are the live processes of which is says yes, at most maxGroup.
func processes(is func(pid int, stat proc.Stat) bool) []int {
	fd, err := quiet.Openat(unix.AT_FDCWD, "/proc", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer quiet.Close(fd)
	var found []int
	var buf proc.Buffer
	_ = fifo.EachName(fd, func(name string) { // what was read before an error is true
		pid, err := strconv.Atoi(name)
		if err != nil || len(found) == maxGroup {
			return
		}
		if stat := buf.Stat(pid); isAlive(stat) && is(pid, stat) {
			found = append(found, pid)
		}
	})
	return found
}
