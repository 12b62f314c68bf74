package chaos

import "syscall"

// suite is whose programs serve the tree, and in which roles.
type suite struct {
	name       string
	ours       bool     // it takes all shapes, letters and blows; its files are known
	dense      bool     // scan is the supervisor of all
	scan       []string // the command, before the scan directory
	supervisor string   // the programs in the other roles
	logger     string
	logRun     string         // log/run, empty for the default logger
	stop       syscall.Signal // what ends scan
	letters    [2]string      // to each service after that, and to each logger, which reads to its end
	finishes   bool           // it knows finish
}

var suites = []suite{
	{name: "svdir", ours: true, scan: []string{"svscan"}, supervisor: "supervise", logger: "svlog",
		stop: syscall.SIGTERM, finishes: true},
	{name: "dense", ours: true, dense: true, scan: []string{"svscan", "-dense"}, logger: "svlog",
		logRun: "exec svlog", // each a process that may be hit, not the one that serves all
		stop:   syscall.SIGTERM, finishes: true},
	{name: "runit", scan: []string{"runsvdir"}, supervisor: "runsv", logger: "svlogd",
		logRun: "exec svlogd -t ./main", stop: syscall.SIGHUP, finishes: true},
	{name: "daemontools", scan: []string{"svscan"}, supervisor: "supervise", logger: "multilog",
		logRun: "exec multilog t s16384 n100000 ./main", stop: syscall.SIGTERM, letters: [2]string{"dx", "x"}},
}

// roles of the processes that may be hit.
type role int

const (
	scanner role = iota
	supervisor
	logger
	executor // svexec, while it lives
	roles
)

// program is the name of a role's program, empty where there is none.
func (s *suite) program(r role) string {
	switch r {
	case scanner:
		return s.scan[0]
	case supervisor:
		return s.supervisor
	case logger:
		return s.logger
	}
	if s.ours {
		return "svexec"
	}
	return ""
}
