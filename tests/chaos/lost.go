package chaos

import (
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// killed are the processes that got KILL: to hit one that has not yet ended
// counts for nothing.
type killed struct {
	sync.Mutex
	once map[identity]bool
	last map[string]time.Time // when a supervise was killed last, by its service; "" is svscan
}

// first says that pid was not killed before.
func (k *killed) first(pid int) bool {
	k.Lock()
	defer k.Unlock()
	p, there := look(pid)
	id := identity{p.pid, p.ticks}
	was := k.once[id]
	k.once[id] = true
	return there && !was
}

// back is when who was killed has its FIFOs open again.
const back = 2 * time.Second

// loseLetters is called before a KILL. A letter that nobody has read yet is in
// the kernel alone, as long as supervise or svscan has the FIFO open. When both
// are killed before it is read, nobody can keep it, and it is not known what
// the service is to be.
func (s *storm) loseLetters(e event) {
	s.dead.Lock()
	defer s.dead.Unlock()
	away := func(name string) bool { return time.Since(s.dead.last[name]) < back }
	switch e.to {
	case supervisor:
		if away("") {
			s.loseOf(e.name)
		}
	case scanner:
		serving := s.serving()
		for _, v := range s.all {
			if away(v.name) || serving[v.name] == 0 {
				s.loseOf(v.name)
			}
		}
	default:
		return
	}
	s.dead.last[e.name] = time.Now()
}

// loseOf makes what a service is asked for unsure, if letters wait for it.
func (s *storm) loseOf(name string) {
	fd, err := fifo.Open(unix.AT_FDCWD, filepath.Join(s.scan, name, "supervise/control"), unix.O_RDONLY)
	if err != nil {
		return // it was not there yet
	}
	n, err := fifo.Pending(fd)
	_ = unix.Close(fd) // nothing was read
	if n == 0 && err == nil {
		return
	}
	w := s.wishes[name]
	w.Lock()
	defer w.Unlock()
	w.hear(unsure, clock(), clock())
}

// unkept says that a gap is one that nobody could keep from arising: a run
// ended in it, and svscan and supervise were killed at about that time, so that
// with its logger dead nobody had the FIFO open.
func (s *storm) unkept(name, why string) bool {
	stamps := gap.FindStringSubmatch(why)
	if stamps == nil {
		return false
	}
	to, err1 := time.Parse(time.RFC3339, stamps[1])
	from, err2 := time.Parse(time.RFC3339, stamps[2])
	if err1 != nil || err2 != nil {
		return false
	}
	began := false
	for _, l := range readLives(filepath.Join(s.scan, name, "lives")) {
		at := time.Now().Add(l.at - clock())
		began = began || !l.finish && at.After(from) && at.Before(to.Add(back))
	}
	return began && s.bothKilled(name, from.Add(-back), to)
}

// gap is how compare tells of one, and of nothing else.
var gap = regexp.MustCompile(`lost, 0 repeated, 0 broken: line \d+ of (\S+) follows \d+ of (\S+)$`)

// bothKilled says that svscan and the supervise of a service were killed one
// soon after the other.
func (s *storm) bothKilled(name string, from, to time.Time) bool {
	var scanners, supervisors []time.Duration
	for _, d := range s.verdict.done {
		at := s.verdict.began.Add(d.at)
		if d.event.do != kill || d.outcome == "missed" || at.Before(from) || at.After(to) {
			continue
		}
		switch {
		case d.event.to == scanner:
			scanners = append(scanners, d.at)
		case d.event.to == supervisor && d.event.name == name:
			supervisors = append(supervisors, d.at)
		}
	}
	for _, a := range scanners {
		for _, b := range supervisors {
			if (a - b).Abs() < back {
				return true
			}
		}
	}
	return false
}
