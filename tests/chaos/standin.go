package chaos

import (
	"fmt"
	"os"
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

// relieved is how long a new svscan may take until it has all FIFOs open.
const relieved = 60 * time.Second

// standIn has the FIFOs of all services open from before svscan is killed until
// the next one has them. What is in a FIFO is promised to be kept while service,
// logger, supervise or svscan lives, and among ten thousand kills there are
// moments at which chance has killed all four. TestDeaths has each of them be
// the last.
func (s *storm) standIn(dies int) {
	var fds []int
	for _, v := range s.all {
		state := filepath.Join(s.scan, v.name, "supervise")
		for _, name := range []string{state + "/log", state + "/ready", state + "/control", filepath.Join(s.scan, v.name, "log/supervise/control")} {
			fds = append(fds, hold(name)...)
		}
	}
	s.background.Go(func() {
		await(relieved, func() bool {
			pid := s.keeper.pid()
			return pid != dies && s.hasAll(pid)
		})
		for _, fd := range fds {
			_ = unix.Close(fd) // nothing was written
		}
	})
}

// hold opens a FIFO as svscan does: control for writing alone, so that clients
// see nobody listen.
func hold(name string) []int {
	read, err := fifo.Open(unix.AT_FDCWD, name, unix.O_RDONLY)
	if err != nil {
		return nil // there is none
	}
	if filepath.Base(name) != "control" {
		return []int{read}
	}
	defer unix.Close(read)
	write, err := fifo.Open(unix.AT_FDCWD, name, unix.O_WRONLY)
	if err != nil {
		return nil
	}
	return []int{write}
}

// hasAll says that an svscan has the FIFOs of all services open.
func (s *storm) hasAll(pid int) bool {
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid)) // the pattern is good
	has := map[string]bool{}
	for _, link := range links {
		target, _ := os.Readlink(link) // it may be closed by now
		has[target] = true
	}
	for _, v := range s.all {
		dir := filepath.Join(s.scan, v.name)
		if !has[dir+"/supervise/control"] || v.logged && !has[dir+"/supervise/log"] {
			return false
		}
		if s.suite.dense && v.logged && !has[dir+"/log/supervise/control"] {
			return false
		}
	}
	return true
}
