package chaos

import (
	"path/filepath"
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
