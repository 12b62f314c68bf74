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
	// scan is the command that supervises the scan directory dir, with n
	// services and a logger for each.
	scan(dir string, n int) []string
	// rescan is the command after which a new service is noticed, nil where
	// none is needed.
	rescan(dir string) []string
	// period is how often the scan directory is read, 0 where nothing polls.
	period() time.Duration
	// query are the commands that print the status of these services.
	query(services []string) [][]string
	// logger is the suite's own logger, for the log directory dir; nil where it
	// has none of that manner.
	logger(dir string, m manner) []string
	// stop begins the orderly end of the whole tree.
	stop(t *tree) error
}

// suites are all that can be measured, ours first: the order of the columns.
func suites(bin string, dense bool) []suite {
	return []suite{svdir{bin, dense}, daemontools{}, runit{}, s6{}}
}

// ours is the suite that the others are the peers of.
const ours = "svdir"

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
