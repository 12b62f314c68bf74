package chaos

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

// below are the processes of this tree: those whose working directory is in it.
// Zombies have none, so they are not among them.
func (s *storm) below() []process {
	var found []process
	for _, p := range descendants(os.Getpid()) {
		if s.within(p) {
			found = append(found, p)
		}
	}
	return found
}

func (s *storm) within(p process) bool {
	return p.cwd == s.scan || strings.HasPrefix(p.cwd, s.scan+"/")
}

// find is the pid of the victim, 0 if it does not live now.
func (s *storm) find(to role, name string) int {
	switch to {
	case scanner:
		return s.keeper.pid()
	case supervisor:
		return s.supervisorOf(name)
	case logger:
		return s.childOf(name, s.suite.logger, filepath.Join(s.scan, name, "log"))
	}
	return s.startOf(name)
}

// startOf has a service started again and waits for its svexec, which lives for
// a few milliseconds: nothing else tells when. 0 if it was not seen.
func (s *storm) startOf(name string) int {
	const limit = 50 * time.Millisecond
	over := s.supervisorOf(name)
	s.tell(name, 'd')
	s.tell(name, 'u')
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); {
		for _, pid := range children(over) {
			if executes(pid) == s.suite.program(executor) {
				return pid
			}
		}
	}
	return 0
}

// supervisorOf finds the supervise of a service. Its parent is svscan, or init:
// what supervise has forked and has not yet executed looks the same but for
// that, and where its supervise was killed, but for its directory.
func (s *storm) supervisorOf(name string) int {
	if s.suite.dense {
		return s.keeper.pid()
	}
	for _, pid := range s.tops() {
		if executes(pid) != s.suite.supervisor {
			continue // which is faster to see than all the rest
		}
		if p, there := look(pid); there && s.serves(p) == name {
			return pid
		}
	}
	return 0
}

// tops are the processes right below svscan and below us.
func (s *storm) tops() []int {
	tops := children(os.Getpid())
	if pid := s.keeper.pid(); pid != 0 {
		tops = append(tops, children(pid)...)
	}
	return tops
}

// serves is the service that a supervise is for, none for one of another tree.
// Others than ours go to its directory; of ours only what is to become a service.
func (s *storm) serves(p process) string {
	switch {
	case p.cwd == s.scan && len(p.argv) > 1:
		return p.argv[1]
	case !s.suite.ours && p.cwd != s.scan && s.within(p):
		return strings.TrimPrefix(p.cwd, s.scan+"/")
	}
	return ""
}

// childOf finds a process of a service, below its supervise or below whoever
// inherited it.
func (s *storm) childOf(name, exe, cwd string) int {
	pids := s.tops()
	if over := s.supervisorOf(name); over != 0 {
		pids = append(children(over), pids...)
	}
	if s.suite.logRun != "" { // daemontools' loggers have a supervise of their own
		if over := s.supervisorOf(name + "/log"); over != 0 {
			pids = append(children(over), pids...)
		}
	}
	for _, pid := range pids {
		if executes(pid) != exe {
			continue
		}
		if p, there := look(pid); there && p.cwd == cwd {
			return pid
		}
	}
	return 0
}
