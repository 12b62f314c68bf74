package main

import "slices"

// scene is a kind of tree. All rows of a scene are measured in one tree of each
// suite, one after another, in the order of rows.
type scene struct {
	name    string
	n       int // services, unless -n wants fewer
	loggers loggers
	disk    bool     // the scan directory is not in memory
	apart   bool     // but what is written while services run is: svscan -run
	dies    bool     // each service ends at once
	suites  []string // that have it, nil for all
}

// loggers is what logs for the services of a tree.
type loggers uint8

const (
	none loggers = iota
	same         // multilog, for all suites
	own          // that of the suite; of ours the default logger
)

var (
	supervising = []string{"daemontools", "runit", "s6", ours, dense}
	logging     = []string{"daemontools", "runit", "s6", ours}
	withRun     = []string{ours, dense}
)

var (
	plain       = &scene{name: "without loggers", n: 1000}
	hundred     = &scene{name: "a hundred", n: 100, suites: supervising}
	logged      = &scene{name: "with loggers", n: 500, loggers: own}
	multilogged = &scene{name: "with multilog", n: 500, loggers: same}
	resting     = &scene{name: "idle", n: 100, loggers: own, suites: supervising}
	onDisk      = &scene{name: "on disk", n: 500, disk: true}
	onDiskRun   = &scene{name: "on disk with -run", n: 500, disk: true, apart: true, suites: withRun}
	dying       = &scene{name: "crash loop", n: 100, dies: true, suites: supervising}
	dyingDisk   = &scene{name: "crash loop on disk", n: 100, dies: true, disk: true, suites: supervising}
	dyingRun    = &scene{name: "crash loop on disk with -run", n: 100, dies: true, disk: true, apart: true, suites: withRun}
	single      = &scene{name: "one service", n: 1, suites: supervising}
	aside       = &scene{name: "a logger alone", n: 1, suites: logging}
)

var scenes = []*scene{plain, hundred, logged, multilogged, resting, onDisk, onDiskRun, dying, dyingDisk, dyingRun, single, aside}

// size is how many services a tree of the scene has at boot, most at most.
func (sc *scene) size(most int) int { return min(sc.n, most) }

// has says that the suite has such a tree.
func (sc *scene) has(suite string) bool { return sc.suites == nil || slices.Contains(sc.suites, suite) }
