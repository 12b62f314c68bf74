package main

import (
	"os/exec"
	"path/filepath"
	"time"
)

// suite is one way to supervise a scan directory. What all have in common, the
// control FIFO with its letters and the status file, is not here.
type suite interface {
	name() string
	// programs are those that it cannot be measured without.
	programs() []string
	// scan is the command that supervises the scan directory of the tree.
	scan(t *tree) []string
	// rescan is the command after which a new service is noticed, nil where
	// none is needed.
	rescan(dir string) []string
	// period is how often the scan directory is read, 0 where nothing polls.
	period() time.Duration
	// query are the commands that print the status of these services.
	query(services []string) [][]string
	// down and up are the commands that stop and start a service and wait until
	// that is done, nil where none waits.
	down(service string) []string
	up(service string) []string
	// logger is the suite's own logger, for the log directory dir; nil where it
	// has none of that manner.
	logger(dir string, m manner) []string
	// stop begins the orderly end of the whole tree.
	stop(t *tree) error
}

// The suites that are no peers of ours: the floor, and ours themselves.
const (
	floor = "bare"
	ours  = "svdir"
	dense = "dense"
)

// suites are all that can be measured: the order of the columns.
func suites(bin string) []suite {
	return []suite{bare{}, daemontools{}, runit{}, s6{}, svdir{bin, false}, svdir{bin, true}}
}

// isPeer says that ours are compared with this suite.
func isPeer(suite string) bool { return suite != floor && !isOurs(suite) }

func isOurs(suite string) bool { return suite == ours || suite == dense }

// missing is the first program that s lacks here, or multilog, which logs for
// all of them.
func missing(s suite) string {
	for _, program := range append(s.programs(), "multilog") {
		if _, err := exec.LookPath(program); err != nil {
			return program
		}
	}
	return ""
}

// under is a path below dir for each of names.
func under(dir string, names []string) []string {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = filepath.Join(dir, name)
	}
	return paths
}
