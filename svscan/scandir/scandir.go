// Package scandir knows a scan directory: which names in it are services, and
// the names of what svscan keeps there. See scandir(5).
package scandir

import "strconv"

// Names in a scan directory.
const (
	// Dir holds what belongs to the scan directory itself.
	Dir = ".svscan"
	// Lock in Dir is locked while an svscan runs here: flock and OFD, as
	// supervise/lock.
	Lock = "lock"
	// Control in Dir is the FIFO from which svscan reads what it is to do.
	Control = "control"
	// Refused in Dir says why svscan refused the last terminate.
	Refused = "refused"
	// Finish in Dir is executed in the place of svscan when it ends, Crash
	// when it cannot go on.
	Finish = "finish"
	Crash  = "crash"
	// Removed in Dir has a symbolic link, named as the service, to each
	// service directory that was taken away and has not ended yet.
	Removed = "removed"
	// CatchAll is the service directory of the logger of all services that
	// have none.
	CatchAll = Dir + "/log"
	// Logs in Dir has the directories of the loggers that Output asks for.
	Logs = "loggers"
	// Logger is the FIFO by which the svlog that serves the logs of all services is
	// told what to do.
	Logger = "svlog"
	// Output says what becomes of the output of services without log/: prefix,
	// json, or log-dir DIR.
	Output = Dir + "/set/output"
	// LogQuota says how many bytes all logs of the tree may have together.
	LogQuota = Dir + "/set/log-quota"
	// IDs in Dir says which numbers svctl ids has given to whom.
	IDs = "ids"
	// MaxStarting says how many services may be starting at a time, Starting in Dir
	// is the file whose bytes they lock meanwhile, Order in Dir names all in the order
	// in which they have their turns, and Event in Dir is told when one of them has.
	MaxStarting = Dir + "/set/max-starting"
	Starting    = "starting"
	Order       = "order"
	Event       = "event"
	// Run in Dir is a symbolic link to the run directory of svscan -run, where
	// clients find the services.
	Run = "run"
)

// Usual are the scan directories that people have, in the order in which
// clients look for a name.
var Usual = []string{"/service", "/etc/service", "/var/service", "/run/service"}

// IsService says that an entry of this name is a service, if it is a
// directory: a leading dot hides it.
func IsService(name string) bool { return name != "" && name[0] != '.' }

// Shown is a name as messages have it: quoted where it would disturb a line or a
// terminal.
func Shown(name string) string {
	if q := strconv.Quote(name); len(q) != len(name)+2 {
		return q
	}
	return name
}
