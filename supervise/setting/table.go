package setting

import "github.com/svdir/svdir/supervise/servicedir"

// All is every setting, in the order of svset(5). What is not here does not
// exist: it is refused as unknown.
var All = []Setting{
	// What the field named: beside run, in the field's unit.
	{Name: servicedir.Down, Path: servicedir.Down, Kind: Flag, Form: "a flag: do not start at first"},
	{Name: servicedir.NotificationFD, Path: servicedir.NotificationFD, Form: "a descriptor from 3 to 1023", Check: checkDescriptor},
	{Name: servicedir.TimeoutKill, Path: servicedir.TimeoutKill, Form: aTime, Pack: packMillis, Check: checkMillis},
	{Name: servicedir.TimeoutFinish, Path: servicedir.TimeoutFinish, Form: aTime, Pack: packMillis, Check: checkMillis},
	{Name: servicedir.TimeoutUp, Path: servicedir.TimeoutUp, Form: aTime, Pack: packMillis, Check: checkMillis},
	{Name: servicedir.TimeoutDown, Path: servicedir.TimeoutDown, Form: aTime, Pack: packMillis, Check: checkMillis},
	{Name: servicedir.DownSignal, Path: servicedir.DownSignal, Form: aSignal, Check: checkSignal},
	{Name: servicedir.ReloadSignal, Path: servicedir.ReloadSignal, Form: aSignal, Check: checkSignal},
	{Name: servicedir.MaxDeathTally, Path: servicedir.MaxDeathTally, Form: "a number from 0 to 4096", Check: checkDeathTally},
	{Name: servicedir.LockFD, Path: servicedir.LockFD, Form: "a descriptor from 3 to 1023", Check: checkDescriptor},
	{Name: servicedir.ProducerFor, Path: servicedir.ProducerFor, Form: "the name of a service that reads its output", Check: checkLine},
	{Name: servicedir.ConsumerFor, Path: servicedir.ConsumerFor, Lines: true, Form: "names of services whose output it reads, one a line", Check: checkProducers},
	{Name: servicedir.PipelineName, Path: servicedir.PipelineName, Form: "the name of a bundle: this service and all whose output leads to it", Check: checkLine},
	{Name: servicedir.KillGroupTimeout, Path: servicedir.KillGroupTimeout, Kind: Flag, Form: "a flag"},
	{Name: "flag-newpidns", Path: "flag-newpidns", Kind: Flag, Form: "a flag"},
	{Name: servicedir.NoSetsid, Path: servicedir.NoSetsid, Kind: Flag, Form: "a flag"},

	// What runs.
	{Name: "command", Path: "set/command", Lines: true, Exec: true, Form: "a program and its arguments, one a line", Check: checkCommand},
	{Name: "prepare", Path: "set/prepare", Kind: Program, Exec: true, Form: "an executable, run before each start"},
	{Name: "condition", Path: "set/condition", Kind: Program, Exec: true, Form: "an executable: unless it exits 0, the service is skipped"},
	{Name: "status", Path: servicedir.IsDone, Kind: Program, Exec: true, Form: "an executable of a oneshot: if it exits 0, the work is done already"},
	{Name: "inputs", Path: servicedir.Inputs, Lines: true, Exec: true, Form: "patterns of files, one a line, as src/**/*.go: a oneshot is skipped while none has changed", Check: checkInputs},
	{Name: "description", Path: "set/description", Form: "a line of text", Check: checkLine},
	{Name: "style", Path: "set/style", Form: "svdir, daemontools, runit or s6", Check: checkStyle},

	// Restarting.
	{Name: "restart", Path: servicedir.Restart, Form: "always, on-failure or never", Check: checkRestart},
	{Name: "success-exit", Path: servicedir.SuccessExit, Form: "exit codes and signals, as 0,143,SIGTERM,10-19", Check: checkSuccess},
	{Name: "on-exit", Path: servicedir.OnExit, Kind: Dir, Form: "restart, stop, fail or delay TIME, for an exit code or signal", Item: checkEndName, Check: checkAnswer},
	{Name: "restart-limit", Path: servicedir.RestartLimit, Form: "a number of restarts in a time, as 5/10s", Check: checkRestartLimit},
	{Name: "restart-delay", Path: servicedir.RestartDelay, Form: "a time, as 1s, or two and how it grows, as 1s..60s x2 ~20%", Check: checkRestartDelay},
	{Name: "min-uptime", Path: servicedir.MinUptime, Form: "a time, as 10s or 250ms", Check: checkUptime},

	// Order.
	{Name: servicedir.Dependencies, Path: servicedir.Dependencies, Kind: Dir, Bare: true, Form: anEdge, Check: checkEdge},
	{Name: "wants", Path: servicedir.Wants, Kind: Dir, Bare: true, Form: anEdge, Check: checkEdge},
	{Name: "after", Path: servicedir.After, Kind: Dir, Bare: true, Form: anEdge, Check: checkEdge},
	{Name: "before", Path: servicedir.Before, Kind: Dir, Bare: true, Form: "the name of a service that starts after it"},

	// Stopping.
	{Name: "kill-scope", Path: servicedir.KillScope, Form: "process, group, session or tree", Check: checkScope},
	{Name: "daemonizes", Path: servicedir.Daemonizes, Bare: true, Form: "a flag, or the path of a pid file", Check: checkPIDFile},
	{Name: "stop-signals", Path: servicedir.StopSignals, Form: "signals and the times between them, as TERM 5s INT 5s KILL", Check: checkPlan},
	{Name: "stop", Path: servicedir.Stop, Kind: Program, Form: "an executable, run in place of the signal that ends the service"},
	{Name: "drain", Path: servicedir.Drain, Kind: Program, Form: "an executable, run before each stop, while the service still serves"},
	{Name: "drain-time", Path: servicedir.DrainTime, Form: "a time, as 10s or 250ms; 0s is no limit", Check: checkDrainTime},

	// Time.
	{Name: "schedule", Path: servicedir.Schedule, Lines: true, Form: "times to start at, one a line, as 30 4 * * mon-fri, @daily or @start", Check: checkSchedule},
	{Name: "every", Path: servicedir.Every, Form: "a time between two starts, as 30s or 1h", Check: checkEvery},
	{Name: "overlap", Path: servicedir.Overlap, Form: "skip, queue or replace", Check: checkOverlap},
	{Name: "missed", Path: servicedir.Missed, Form: "run or skip", Check: checkMissed},
	{Name: "timeout-run", Path: servicedir.TimeoutRun, Form: "a time, as 10m; 0s is no limit", Check: checkTimeoutRun},

	// The tree.
	{Name: "essential", Path: servicedir.Essential, Bare: true, Form: "a flag, or always, on-exit or on-failed: its end is the end of all", Check: checkEssential},
	{Name: "start-weight", Path: servicedir.StartWeight, Form: "a number from 0 to 1000", Check: checkWeight},

	// Change.
	{Name: "watch", Path: servicedir.Watch, Kind: Dir, Form: "paths, extensions, ignore or debounce of the files whose change restarts it", Parts: []Setting{
		{Name: "watch/paths", Path: servicedir.WatchPaths, Lines: true, Form: "files and directories, one a line", Check: checkWatchPaths},
		{Name: "watch/extensions", Path: servicedir.WatchExtensions, Lines: true, Form: "extensions of the files that count, one a line, as go", Check: checkExtensions},
		{Name: "watch/ignore", Path: servicedir.WatchIgnore, Lines: true, Form: "patterns of what does not count, one a line, as **/*.log", Check: checkWatchIgnore},
		{Name: "watch/debounce", Path: servicedir.WatchDebounce, Form: "a time, as 100ms", Check: checkDebounce},
	}},
	// Readiness and health.
	{Name: "notify-socket", Path: servicedir.NotifySocket, Kind: Flag, Form: "a flag: it says how it is on a socket, as sd_notify does"},
	{Name: "check", Path: servicedir.Checks, Kind: Dir, Form: "http, tcp, delay, period, timeout, success or failure of the check for readiness", Parts: []Setting{
		{Name: "check/http", Path: servicedir.Checks + "/http", Lines: true, Form: "a URL, perhaps the status that is expected, and insecure", Check: checkHTTP},
		{Name: "check/tcp", Path: servicedir.Checks + "/tcp", Form: "HOST:PORT, as localhost:%{port:http}, or none", Check: checkReadyTCP},
		{Name: "check/delay", Path: servicedir.Checks + "/delay", Form: "a time, as 10s", Check: checkPause},
		{Name: "check/period", Path: servicedir.Checks + "/period", Form: "a time from 10ms, as 10s", Check: checkSpan},
		{Name: "check/timeout", Path: servicedir.Checks + "/timeout", Form: "a time from 10ms, as 1s", Check: checkSpan},
		{Name: "check/success", Path: servicedir.Checks + "/success", Form: "how many in a row, 1 to 100", Check: checkTimes},
		{Name: "check/failure", Path: servicedir.Checks + "/failure", Form: "how many in a row, 1 to 100", Check: checkTimes},
	}},
	{Name: "watchdog", Path: servicedir.Watchdog, Exec: true, Form: "a time from 10ms, as 30s", Check: checkSpan},
	{Name: "alive", Path: servicedir.Alive, Kind: Dir, Form: "run, http, tcp, grace, period, timeout or failure of the check that it is alive", Parts: []Setting{
		{Name: "alive/run", Path: servicedir.Alive + "/run", Kind: Program, Form: "an executable"},
		{Name: "alive/http", Path: servicedir.Alive + "/http", Lines: true, Form: "a URL, perhaps the status that is expected, and insecure", Check: checkHTTP},
		{Name: "alive/tcp", Path: servicedir.Alive + "/tcp", Form: "HOST:PORT, as localhost:%{port:http}", Check: checkTCP},
		{Name: "alive/grace", Path: servicedir.Alive + "/grace", Form: "a time, as 10s", Check: checkPause},
		{Name: "alive/period", Path: servicedir.Alive + "/period", Form: "a time from 10ms, as 10s", Check: checkSpan},
		{Name: "alive/timeout", Path: servicedir.Alive + "/timeout", Form: "a time from 10ms, as 1s", Check: checkSpan},
		{Name: "alive/failure", Path: servicedir.Alive + "/failure", Form: "how many in a row, 1 to 100", Check: checkTimes},
	}},
	{Name: "diagnose", Path: servicedir.Diagnose, Kind: Program, Form: "an executable, run before a service that is not alive is ended"},

	// Descriptors.
	{Name: "split-stderr", Path: servicedir.SplitStderr, Kind: Flag, Form: "a flag: standard error has a pipe of its own to the logger"},
	{Name: "sockets", Path: servicedir.Sockets, Kind: Dir, Exec: true, Form: "a socket to listen at, as tcp 127.0.0.1:8080 or unix /run/web mode=0660", Item: CheckSocketName, Check: checkSocket},
	{Name: "ports", Path: servicedir.Ports, Kind: Dir, Exec: true, Form: "a port from 1 to 65535, in place of which the next free one may come", Item: CheckPortName, Check: checkPort},
	{Name: "on-demand", Path: servicedir.OnDemand, Kind: Flag, Form: "a flag: the first connection starts the service"},
	{Name: "idle-stop", Path: servicedir.IdleStop, Form: "a time from 1s, as 10m", Check: checkIdleStop},

	// What surrounds it, applied by svexec.
	{Name: "clear-env", Path: "set/clear-env", Kind: Flag, Exec: true, Form: "a flag"},
	{Name: "env-file", Path: "set/env-file", Exec: true, Form: "the path of a file of NAME=value lines", Check: checkTemplate},
	{Name: "env", Path: "set/env", Kind: Dir, Exec: true, Form: "a value for each variable", Item: CheckVariable, Check: checkVariableText},
	{Name: "path", Path: "set/path", Kind: Dir, Exec: true, Form: "a directory to put before PATH", Check: checkTemplate},
	{Name: "oom-score", Path: "set/oom-score", Exec: true, Form: "a number from -1000 to 1000", Check: checkOOMScore},
	{Name: "nice", Path: "set/nice", Exec: true, Form: "a number from -20 to 19", Check: checkNice},
	{Name: "ionice", Path: "set/ionice", Exec: true, Form: "best-effort:0 to best-effort:7, realtime:0 to realtime:7, idle or none", Check: checkIONice},
	{Name: "umask", Path: "set/umask", Exec: true, Form: "an octal number, as 022", Check: checkUmask},
	{Name: "dirs", Path: "set/dirs", Kind: Dir, Exec: true, Form: "a directory to make, as /run/web 0750 www:www", Check: checkMake},
	{Name: "limits", Path: "set/limits", Kind: Dir, Exec: true, Form: "a number, as 1024 or 64M:1G, or unlimited", Item: checkResource, Check: checkLimit},
	{Name: "chroot", Path: "set/chroot", Exec: true, Form: "the path of a directory", Check: checkLine},
	{Name: "cwd", Path: "set/cwd", Exec: true, Form: "the path of a directory", Check: checkTemplate},
	{Name: "user", Path: "set/user", Exec: true, Form: "user[:group[:group...]] or :uid:gid[:gid...]", Check: checkUser},
	{Name: "capabilities", Path: "set/capabilities", Lines: true, Exec: true, Form: "names of capabilities, as net_bind_service, or nothing for none", Check: checkCapabilities},
	{Name: "no-new-privs", Path: "set/no-new-privs", Kind: Flag, Exec: true, Form: "a flag"},

	// The default logger.
	{Name: "size", Path: "log/set/size", Log: true, Form: "a number of bytes from 4096, as 1M", Check: checkLogSize},
	{Name: "count", Path: "log/set/count", Log: true, Form: "a number of files from 2 to 1000000", Check: checkLogCount},
	{Name: "total", Path: "log/set/total", Log: true, Form: "a number of bytes, as 100M, or 0 for no bound", Check: checkLogTotal},
	{Name: "stamp", Path: "log/set/stamp", Log: true, Form: "tai64n, utc or none", Check: checkLogStamp},
	{Name: "rate", Path: "log/set/rate", Log: true, Form: "a number of lines in a time, as 1000/30s", Check: checkLogRate},
	{Name: "full", Path: "log/set/full", Log: true, Form: "block or drop", Check: checkLogFull},
	{Name: "script", Path: "log/set/script", Lines: true, Log: true, Form: "the words of a script of svlog, one a line", Check: checkLogScript},
	{Name: "pipe", Path: "log/set/pipe", Log: true, Exec: true, Form: "a number of bytes from 4096, as 1M", Check: checkLogPipe},
}

// Forms that several have in common.
const (
	aTime   = "a time, as 10s or 250ms, or a number of milliseconds; 0 is none"
	anEdge  = "the name of a service, and what must be so of it: started, ready, succeeded or completed"
	aSignal = "a signal, as INT or 2"
)
