// Package background is svexec --background: it stays in the foreground in
// place of a daemon that insists on leaving it.
//
// It is the subreaper of what it starts, so all that forks itself away stays
// below it, and becomes its child in the end. The pid file is believed only
// where it was written since the start and names a process below us: whatever a
// stale one names is never looked at twice, and never signalled.
//
// Until the daemon is known, nothing is reaped but the program itself: the pid
// file may still come to name one that has ended already.
//
// machine.go decides, guard_linux.go does.
package background
