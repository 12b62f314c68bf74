package lint

import "strings"

// broken are directories with one mistake each, and what is said of it. A
// directory is a good service with some files put in: "path text" with mode
// 0644, "path*MODE text" with another, "path/" a directory, "path -> target" a
// link, "path|" a FIFO, "-path" takes away. $D is its path. What begins with
// "web: note" is a note.
var broken = []struct {
	name  string
	files []string
	want  string
}{
	// The directory.
	{"empty", []string{"-run"}, "web: nothing to run: there is neither run nor set/command"},
	{"writable by all", []string{"./*777"}, "web: anybody may put files here (chmod o-w $D)"},
	{"two programs", []string{"set/command sleep\n100\n"}, "web/set/command: not used: run is there, and wins"},

	// Programs.
	{"run without x", []string{"run*644 #!/bin/sh\nexec sleep 9\n"}, "web/run: not executable (chmod +x $D/run)"},
	{"run for all to change", []string{"run*777 #!/bin/sh\nexec sleep 9\n"}, "web/run: anybody may change it (chmod o-w $D/run)"},
	{"run is a directory", []string{"-run", "run/"}, "web/run: is a directory, not a program"},
	{"run is a FIFO", []string{"-run", "run|"}, "web/run: not a regular file"},
	{"run leads nowhere", []string{"-run", "run -> ../gone/run"}, "web/run: the symbolic link leads nowhere (to ../gone/run)"},
	{"run leads to itself", []string{"-run", "run -> run"}, "web/run: unable to look: too many levels of symbolic links"},
	{"run is empty", []string{"run*755"}, "web/run: empty"},
	{"run without #!", []string{"run*755 sleep 9\n"}, "web/run: not a program: its first line must name an interpreter, as #!/bin/sh"},
	{"run with a blank before #!", []string{"run*755  #!/bin/sh\nexec sleep 9\n"},
		"web/run: not a program: its first line must name an interpreter, as #!/bin/sh"},
	{"run with CR LF", []string{"run*755 #!/bin/sh\r\nexec sleep 9\r\n"}, `web/run: its lines end in CR LF (sed -i 's/\r$//' $D/run)`},
	{"run with CR LF below", []string{"run*755 #!/bin/sh\nexec sleep 9\r\n"}, `web/run: its lines end in CR LF (sed -i 's/\r$//' $D/run)`},
	{"run with a byte order mark", []string{"run*755 \ufeff#!/bin/sh\nexec sleep 9\n"},
		`web/run: it begins with a byte order mark, which hides its first line (sed -i '1s/^\xef\xbb\xbf//' $D/run)`},
	{"run names no interpreter", []string{"run*755 #!\nsleep 9\n"}, "web/run: its first line names no interpreter"},
	{"run names a relative interpreter", []string{"run*755 #!sh\nexec sleep 9\n"}, "web/run: its interpreter is not an absolute path: sh"},
	{"run names a missing interpreter", []string{"run*755 #!/usr/bin/pyhton3\n"}, "web/run: its interpreter does not exist: /usr/bin/pyhton3"},
	{"run names a directory", []string{"run*755 #! /etc -x\n"}, "web/run: its interpreter is no regular file: /etc"},
	{"run names what is not executable", []string{"run*755 #!/etc/passwd\n"}, "web/run: its interpreter is not executable: /etc/passwd"},
	{"run through env", []string{"run*755 #!/usr/bin/env pyhton3\n"}, "web/run: its interpreter is not in the PATH: pyhton3"},
	{"run with a long first line", []string{"run*755 #!/bin/sh " + strings.Repeat("x", 250) + "\n"},
		"web/run: its first line is longer than the 255 bytes that the kernel reads"},
	{"run without exec", []string{"run*755 #!/bin/sh\nexec 2>&1\nhttpd -f\n"},
		"web/run: note: its last command is not exec, so signals reach the shell: write exec before it"},
	{"finish without x", []string{"finish #!/bin/sh\n"}, "web/finish: not executable (chmod +x $D/finish)"},
	{"finish is a directory", []string{"finish/"}, "web/finish: is a directory, not a program"},
	{"check without x", []string{"check #!/bin/sh\n"}, "web/check: not executable (chmod +x $D/check)"},
	{"check leads nowhere", []string{"check -> /nowhere"}, "web/check: the symbolic link leads nowhere (to /nowhere)"},
	{"control is a file", []string{"control t"}, "web/control: not a directory"},
	{"control with a word", []string{"control/term*755 #!/bin/sh\n"}, "web/control/term: no letter of a control FIFO (did you mean t?), so nobody runs it"},
	{"control with no letter", []string{"control/z*755 #!/bin/sh\n"}, "web/control/z: no letter of a control FIFO, so nobody runs it"},
	{"control without x", []string{"control/t #!/bin/sh\n"}, "web/control/t: not executable (chmod +x $D/control/t)"},
	{"control with CR LF", []string{"control/h*755 #!/bin/sh\r\n"}, `web/control/h: its lines end in CR LF (sed -i 's/\r$//' $D/control/h)`},
	{"prepare without x", []string{"set/prepare #!/bin/sh\n"}, "web/set/prepare: not executable (chmod +x $D/set/prepare)"},
	{"prepare is a directory", []string{"set/prepare/"}, "web/set/prepare: is a directory, not a program"},

	// Names that are almost right.
	{"Run", []string{"-run", "set/command sleep\n9\n", "Run*755 #!/bin/sh\nexec true\n"}, "web/Run: nobody looks at it: did you mean run?"},
	{"run.sh", []string{"-run", "set/command sleep\n9\n", "run.sh*755 #!/bin/sh\nexec true\n"}, "web/run.sh: nobody looks at it: did you mean run?"},
	{"finsh", []string{"finsh*755 #!/bin/sh\n"}, "web/finsh: nobody looks at it: did you mean finish?"},
	{"timeout_kill", []string{"timeout_kill 1000\n"}, "web/timeout_kill: nobody looks at it: did you mean timeout-kill?"},
	{"notification_fd", []string{"notification_fd 3\n"}, "web/notification_fd: nobody looks at it: did you mean notification-fd?"},
	{"dwon", []string{"dwon"}, "web/dwon: nobody looks at it: did you mean down?"},
	{"timout-finish", []string{"timout-finish 1\n"}, "web/timout-finish: nobody looks at it: did you mean timeout-finish?"},
	{"no-setsid", []string{"no-setsid"}, "web/no-setsid: nobody looks at it: did you mean nosetsid?"},
	{"lgo", []string{"lgo/"}, "web/lgo: nobody looks at it: did you mean log?"},
	{"user at the top", []string{"user www\n"}, "web/user: note: nobody looks at it here: the setting of this name belongs at web/set/user"},
	{"flag-newpidns", []string{"flag-newpidns"}, "web/flag-newpidns: note: a name of s6 that is not known here"},

	// Names in set/.
	{"set is a file", []string{"set user=www\n"}, "web/set: not a directory, so no setting in it counts"},
	{"timout-kill in set", []string{"set/timout-kill 1\n"},
		"web/set/timout-kill: unknown setting (did you mean timeout-kill? it belongs at web/timeout-kill)"},
	{"umaks in set", []string{"set/umaks 022\n"}, "web/set/umaks: unknown setting (did you mean umask?)"},
	{"clear_env in set", []string{"set/clear_env"}, "web/set/clear_env: unknown setting (did you mean clear-env?)"},
	{"nothing like it in set", []string{"set/frobnicate 1\n"}, "web/set/frobnicate: unknown setting"},
	{"timeout-kill in set", []string{"set/timeout-kill 1\n"}, "web/set/timeout-kill: nobody looks at it here: it belongs at web/timeout-kill"},
	{"down in set", []string{"set/down"}, "web/set/down: nobody looks at it here: it belongs at web/down"},
	{"size in set", []string{"set/size 1M\n"}, "web/set/size: a setting of the logger: it belongs at web/log/set/size"},
	{"siez in set", []string{"set/siez 1M\n"}, "web/set/siez: unknown setting (did you mean size? it belongs at web/log/set/size)"},

	// Values.
	{"empty value", []string{"timeout-kill"}, "web/timeout-kill: empty"},
	{"value with a unit", []string{"timeout-kill 10s\n"}, "web/timeout-kill: not a number from 0 to 2147483647"},
	{"negative value", []string{"timeout-finish -1\n"}, "web/timeout-finish: not a number from 0 to 2147483647"},
	{"overflowing value", []string{"max-death-tally 99999999999999999999\n"}, "web/max-death-tally: not a number from 0 to 4096"},
	{"no descriptor", []string{"notification-fd 2\n"}, "web/notification-fd: not a number from 3 to 1023"},
	{"no descriptor of a lock", []string{"lock-fd 1024\n"}, "web/lock-fd: not a number from 3 to 1023"},
	{"one descriptor for two", []string{"lock-fd 5\n", "notification-fd 5\n"}, "web/lock-fd: the same descriptor as notification-fd, so it is not started"},
	{"no signal", []string{"down-signal STOPP\n"}, "web/down-signal: not a signal: write a name such as INT, or its number"},
	{"binary value", []string{"reload-signal \x7fELF\n"}, "web/reload-signal: not text"},
	{"value is a directory", []string{"timeout-kill/"}, "web/timeout-kill: is a directory, not a file with a value"},
	{"value is a FIFO", []string{"timeout-kill|"}, "web/timeout-kill: not a regular file"},
	{"value leads nowhere", []string{"set/umask -> ../../umask"}, "web/set/umask: the symbolic link leads nowhere (to ../../umask), so it does not count"},
	{"bad scope", []string{"set/kill-scope everything\n"}, "web/set/kill-scope: not process, group, session or tree"},
	{"daemonizes is a directory", []string{"set/daemonizes/"}, "web/set/daemonizes: is a directory, not a file with a value"},
	{"kill-scope at the top", []string{"kill-scope tree\n"}, "web/kill-scope: note: nobody looks at it here: the setting of this name belongs at web/set/kill-scope"},
	{"bad umask", []string{"set/umask 999\n"}, "web/set/umask: not an octal number from 0 to 0777"},
	{"bad nice", []string{"set/nice 20\n"}, "web/set/nice: not a number from -20 to 19"},
	{"bad user", []string{"set/user www data\n"}, "web/set/user: not user[:group[:group...]] or :uid:gid[:gid...]"},
	{"unknown user", []string{"set/user wwww\n"}, "web/set/user: unknown user: wwww"},
	{"unknown group", []string{"set/user www:www:wheels\n"}, "web/set/user: unknown group: wheels"},
	{"unknown owner", []string{"set/dirs/run /run/web 0750 wwww\n"}, "web/set/dirs/run: unknown user: wwww"},
	{"unknown capability", []string{"set/capabilities net_bind\n"}, "web/set/capabilities: unknown capability net_bind"},
	{"empty command", []string{"-run", "set/command \n"}, "web/set/command: empty"},
	{"flag is a directory", []string{"down/"}, "web/down: is a directory: a flag is an empty file"},
	{"flag says no", []string{"set/clear-env no\n"}, "web/set/clear-env: says no, but it counts because it is there: remove it (svctl unset web clear-env)"},
	{"down is a script", []string{"down*755 #!/bin/sh\nrm -f pid\n"},
		"web/down: is executable, but here it is no script: it keeps the service down by being there"},
	{"limits is a file", []string{"set/limits nofile=4096\n"}, "web/set/limits: not a directory: it has one file for each item"},
	{"unknown limit", []string{"set/limits/nofiles 4096\n"}, "web/set/limits/nofiles: unknown limit nofiles"},
	{"bad limit", []string{"set/limits/nofile many\n"}, "web/set/limits/nofile: not a number, as 1024 or 64M, or unlimited"},
	{"limit is a directory", []string{"set/limits/nofile/"}, "web/set/limits/nofile: is a directory, not a file with a value"},
	{"item leads nowhere", []string{"set/env/A -> /nowhere"}, "web/set/env/A: the symbolic link leads nowhere (to /nowhere), so it does not count"},

	// The logger.
	{"log is a file", []string{"log ./main\n"}, "web/log: not a directory, so there is no logger"},
	{"log leads nowhere", []string{"log -> ../logs"}, "web/log: the symbolic link leads nowhere (to ../logs), so there is no logger"},
	{"log of a log", []string{"log/log/run*755 #!/bin/sh\nexec cat\n"}, "web/log/log: a logger has no logger of its own: nobody starts it"},
	{"log/run without x", []string{"log/run #!/bin/sh\nexec cat\n"}, "web/log/run: not executable (chmod +x $D/log/run)"},
	{"bad size", []string{"log/set/size 1\n"}, "web/log/set/size: not from 4096 to 1T"},
	{"bad stamp", []string{"log/set/stamp iso\n"}, "web/log/set/stamp: not tai64n, utc or none"},
	{"bad rate", []string{"log/set/rate 1000\n"}, "web/log/set/rate: not a number of lines in a time, as 1000/30s"},
	{"bad full", []string{"log/set/full wait\n"}, "web/log/set/full: not block or drop"},
	{"size of another logger", []string{"log/run*755 #!/bin/sh\nexec multilog t ./main\n", "log/set/size 1M\n"},
		"web/log/set/size: not used: run is there, and is not svlog, whose setting this is"},
	{"unknown setting of the logger", []string{"log/set/siez 1M\n"}, "web/log/set/siez: unknown setting (did you mean size?)"},
	{"timeout-kill of the logger", []string{"log/timeout-kill x\n"}, "web/log/timeout-kill: not a number from 0 to 2147483647"},

	// What supervise writes.
	{"supervise is a file", []string{"supervise"}, "web/supervise: not a directory, so it cannot be supervised"},
	{"supervise leads too far", []string{"supervise -> ../none/web"},
		"web/supervise: the symbolic link leads nowhere (to ../none/web), and there is no directory in which supervise could make it"},
	{"supervise is read-only", []string{"supervise/*555"}, "web/supervise: its owner may not write in it (chmod u+w $D/supervise)"},
	{"supervise is for all", []string{"supervise/*777"}, "web/supervise: anybody may put files here (chmod o-w $D/supervise)"},
	{"control is no FIFO", []string{"supervise/control u"}, "web/supervise/control: not a FIFO, so it cannot be supervised (rm $D/supervise/control)"},
	{"ok is no FIFO", []string{"supervise/ok"}, "web/supervise/ok: not a FIFO, so it cannot be supervised (rm $D/supervise/ok)"},
	{"event is a file", []string{"event"}, "web/event: not a directory, so nobody is told of events"},
}
