// Package servicedir knows a service directory: the names in it that mean
// something, and how to read the settings among them. The names are those of
// daemontools, runit and s6; servicedir(5) lists them with their meaning.
//
// Everything works on a descriptor of the directory, so that it does not
// matter what its path says by now.
package servicedir

import "strings"

// What the user puts there.
const (
	Run       = "run"        // the program
	Finish    = "finish"     // what follows each end of run
	Down      = "down"       // its presence: do not start at first
	Check     = "check"      // run by clients: exit 0 says available
	DataCheck = "data/check" // the same, in the place of s6
	Control   = "control"    // directory of executables that replace signals
	Log       = "log"        // the service directory of the logger
	Set       = "set"        // directory of all settings that are ours

	NotificationFD   = "notification-fd"     // the descriptor on which run writes a newline when ready
	TimeoutFinish    = "timeout-finish"      // milliseconds, 0 = no limit
	TimeoutUp        = "timeout-up"          // milliseconds until it is to be ready, 0 = never
	TimeoutDown      = "timeout-down"        // milliseconds that down of a oneshot may take, 0 = no limit
	TimeoutKill      = "timeout-kill"        // milliseconds from the down signal to KILL, 0 = never
	DownSignal       = "down-signal"         // name or number
	ReloadSignal     = "reload-signal"       // name or number
	MaxDeathTally    = "max-death-tally"     // how many deaths are remembered
	LockFD           = "lock-fd"             // the descriptor by which run and its children hold ServiceLock
	KillGroupTimeout = "flag-timeout-killpg" // the KILL of timeout-kill goes to the group
	NoSetsid         = "nosetsid"            // stay in our session
	Up               = "up"                  // of a oneshot, in the place of run; there Down is a program
	Type             = "type"                // oneshot, bundle or longrun
	Dependencies     = "dependencies.d"      // directory of the services that it needs
	Contents         = "contents.d"          // directory of what a bundle stands for
	ProducerFor      = "producer-for"        // the service that reads our standard output
	ConsumerFor      = "consumer-for"        // the services whose output this one reads, one a line
	PipelineName     = "pipeline-name"       // what the bundle of all that leads to this consumer is called
	OldDependencies  = "dependencies"        // what it needs, one name a line, where there is no Dependencies
	OldContents      = "contents"            // likewise of Contents
)

// What stands in Type.
const (
	TypeOneshot = "oneshot"
	TypeBundle  = "bundle"
)

// extras are what supervise looks for in some services only.
var extras = [...]string{Finish, Control, Set, NotificationFD, TimeoutFinish, TimeoutKill, DownSignal, ReloadSignal,
	MaxDeathTally, LockFD, KillGroupTimeout, NoSetsid, ProducerFor, ConsumerFor, Event, TimeoutUp, TimeoutDown, Type, Up}

// IsExtra says that name is one of them, in whatever case: there are directories
// that do not mind.
func IsExtra(name string) bool {
	for _, extra := range extras {
		if strings.EqualFold(name, extra) {
			return true
		}
	}
	return false
}

// Ours, in Set.
const (
	Wants  = Set + "/wants"  // directory of the services that it starts after, and without where they fail
	After  = Set + "/after"  // directory of those that it starts after, where they are wanted up
	Before = Set + "/before" // directory of those that start after it

	Command = Set + "/command" // argv, one argument a line, where there is no run
	Style   = Set + "/style"   // whose behaviour: svdir, daemontools, runit, s6

	IsDone = Set + "/status" // executable of a oneshot: exit 0 says that its work is done already
	Inputs = Set + "/inputs" // patterns of the files that its work depends on, one a line

	Restart      = Set + "/restart"       // always, on-failure, never
	RestartLimit = Set + "/restart-limit" // 5/10s
	RestartDelay = Set + "/restart-delay" // 1s, or 1s..60s x2 ~20%
	MinUptime    = Set + "/min-uptime"    // how long a run must live to be a good one
	SuccessExit  = Set + "/success-exit"  // exit codes and signals that are no failure
	OnExit       = Set + "/on-exit"       // directory: what one exit code or signal is answered with

	KillScope  = Set + "/kill-scope" // process, group, session, tree
	Daemonizes = Set + "/daemonizes" // run ends and leaves its daemon, perhaps the path of its pid file

	Watch           = Set + "/watch"         // directory: what restarts it when it changes
	WatchPaths      = Watch + "/paths"       // what is watched, one a line
	WatchExtensions = Watch + "/extensions"  // of the files that count, one a line
	WatchIgnore     = Watch + "/ignore"      // patterns of what does not, one a line
	WatchDebounce   = Watch + "/debounce"    // how long it must have been quiet
	NotifySocket    = Set + "/notify-socket" // its presence: run has a socket for sd_notify
	Checks          = Set + "/check"         // directory: its presence has supervise run Check, and how
	Watchdog        = Set + "/watchdog"      // how long run may be silent
	Alive           = Set + "/alive"         // directory: what is asked to find that run has failed
	Diagnose        = Set + "/diagnose"      // run before it is ended for that
	StopSignals     = Set + "/stop-signals"  // TERM 5s INT 5s KILL
	Stop            = Set + "/stop"          // executable in place of the signal
	Drain           = Set + "/drain"         // executable before that
	DrainTime       = Set + "/drain-time"    // how long that may take

	Schedule   = Set + "/schedule"    // when it starts: lines of cron, @daily, @start, ...
	Every      = Set + "/every"       // the interval between two starts
	Overlap    = Set + "/overlap"     // skip, queue, replace
	Missed     = Set + "/missed"      // run, skip
	TimeoutRun = Set + "/timeout-run" // how long a run may take

	Essential   = Set + "/essential"    // whose end is that of the tree: empty, or always, on-exit, on-failed
	StartWeight = Set + "/start-weight" // how many of the turns to start it takes

	SplitStderr = Set + "/split-stderr" // its presence: standard error has a FIFO of its own to the logger
	Sockets     = Set + "/sockets"      // directory of the sockets that we bind for run
	Ports       = Set + "/ports"        // directory of the ports that it asks for
	OnDemand    = Set + "/on-demand"    // its presence: the first connection starts run
	IdleStop    = Set + "/idle-stop"    // after how long without a connection it is stopped
)

// NeedsExec says that a name in Set is an attribute of the process, so that run
// is started through svexec, which takes it on.
func NeedsExec(name string) bool {
	switch name {
	case "command", "prepare", "condition", "status", "inputs", "env", "env-file", "clear-env", "path", "user", "umask", "cwd", "chroot",
		"nice", "ionice", "oom-score", "limits", "capabilities", "no-new-privs", "dirs", "pipe", "watchdog", "sockets", "ports":
		return true
	}
	return false
}

// What svexec reports beside a reason for which run was not started: that nothing
// is left to do but to become run, that set/condition has said no, and that the
// work of a oneshot is done already, which is how the reason begins.
const (
	ReportDone    = "\n"
	ReportSkip    = "skip\n"
	ReportAlready = "already done: "
)

// What supervise writes.
const (
	State = "supervise" // directory, or a symbolic link to one that may not exist yet
	Event = "event"     // s6's fifodir

	Lock        = "lock"
	OK          = "ok"
	ControlIn   = "control"
	Status      = "status"
	StatusEnv   = "status.env"
	Stat        = "stat"
	PID         = "pid"
	LogPipe     = "log"          // the FIFO between service and logger
	ErrPipe     = "log-stderr"   // that of standard error, where split-stderr is
	Producers   = "producers"    // what svscan has found that this service is to read, see ParseProducers
	Needs       = "needs"        // what svscan has found that this service is to wait for, see package needs
	StartAt     = "start-at"     // when somebody wants the next start, see ParseStartAt
	Child       = "child"        // what may have happened since status.env was written
	Notify      = "notify"       // the socket on which run says how it is
	Ready       = "ready"        // the FIFO on which run says that it is ready
	Report      = "report"       // the FIFO on which svexec says how far it got, or svlog what comes of a log that it serves
	ServiceLock = "service-lock" // locked while a copy of the service lives, see LockFD
	Holder      = "sockets"      // by which who keeps our sockets is asked for them
	ChosenPorts = "ports"        // directory of the ports that it has
	SeenInputs  = "inputs"       // of a oneshot: what Inputs named when it succeeded last
	ExportDir   = "export"       // directory in which a oneshot puts variables for those that need it
	Exported    = "export.env"   // what was in there when it succeeded last, see setting.ParseExports
	DeathTally  = "death_tally"
	History     = "history"
)
