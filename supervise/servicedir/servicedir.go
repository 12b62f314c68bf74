// Package servicedir knows a service directory: the names in it that mean
// something, and how to read the settings among them. The names are those of
// daemontools, runit and s6; servicedir(5) lists them with their meaning.
//
// Everything works on a descriptor of the directory, so that it does not
// matter what its path says by now.
package servicedir

// What the user puts there.
const (
	Run     = "run"     // the program
	Finish  = "finish"  // what follows each end of run
	Down    = "down"    // its presence: do not start at first
	Check   = "check"   // run by clients: exit 0 says available
	Control = "control" // directory of executables that replace signals
	Log     = "log"     // the service directory of the logger
	Set     = "set"     // directory of all settings that are ours

	NotificationFD   = "notification-fd"     // the descriptor on which run writes a newline when ready
	TimeoutFinish    = "timeout-finish"      // milliseconds, 0 = no limit
	TimeoutUp        = "timeout-up"          // milliseconds until it is to be ready, 0 = never
	TimeoutKill      = "timeout-kill"        // milliseconds from the down signal to KILL, 0 = never
	DownSignal       = "down-signal"         // name or number
	ReloadSignal     = "reload-signal"       // name or number
	MaxDeathTally    = "max-death-tally"     // how many deaths are remembered
	LockFD           = "lock-fd"             // the descriptor by which run and its children hold ServiceLock
	KillGroupTimeout = "flag-timeout-killpg" // the KILL of timeout-kill goes to the group
	NoSetsid         = "nosetsid"            // stay in our session
	Type             = "type"                // oneshot, bundle or longrun
	Dependencies     = "dependencies.d"      // directory of the services that it needs
	Contents         = "contents.d"          // directory of what a bundle stands for
	ProducerFor      = "producer-for"        // the service that reads our standard output
	ConsumerFor      = "consumer-for"        // the services whose output this one reads, one a line
)

// What stands in Type.
const (
	TypeOneshot = "oneshot"
	TypeBundle  = "bundle"
)

// Ours, in Set.
const (
	Wants  = Set + "/wants"  // directory of the services that it starts after, and without where they fail
	After  = Set + "/after"  // directory of those that it starts after, where they are wanted up
	Before = Set + "/before" // directory of those that start after it

	Command = Set + "/command" // argv, one argument a line, where there is no run
	Style   = Set + "/style"   // whose behaviour: svdir, daemontools, runit, s6

	Restart      = Set + "/restart"       // always, on-failure, never
	RestartLimit = Set + "/restart-limit" // 5/10s
	RestartDelay = Set + "/restart-delay" // 1s, or 1s..60s x2 ~20%
	MinUptime    = Set + "/min-uptime"    // how long a run must live to be a good one
	SuccessExit  = Set + "/success-exit"  // exit codes and signals that are no failure
	OnExit       = Set + "/on-exit"       // directory: what one exit code or signal is answered with

	KillScope  = Set + "/kill-scope" // process, group, session, tree
	Daemonizes = Set + "/daemonizes" // run ends and leaves its daemon, perhaps the path of its pid file

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
	case "command", "prepare", "env", "env-file", "clear-env", "path", "user", "umask", "cwd", "chroot",
		"nice", "ionice", "oom-score", "limits", "capabilities", "no-new-privs", "dirs", "pipe", "sockets", "ports":
		return true
	}
	return false
}

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
	Child       = "child"        // what may have happened since status.env was written
	Ready       = "ready"        // the FIFO on which run says that it is ready
	Report      = "report"       // the FIFO on which svexec says how far it got, or svlog what comes of a log that it serves
	ServiceLock = "service-lock" // locked while a copy of the service lives, see LockFD
	Holder      = "sockets"      // by which who keeps our sockets is asked for them
	ChosenPorts = "ports"        // directory of the ports that it has
	DeathTally  = "death_tally"
	History     = "history"
)
