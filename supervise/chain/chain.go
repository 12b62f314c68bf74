package chain

import (
	"os"
	"runtime"
	"slices"

	"github.com/svdir/svdir/supervise/attribute"
)

// Exit codes of daemontools, runit and s6.
const (
	exitNo       = 1 // s6: no such user, no lock
	exitUsage    = 100
	exitSystem   = 111
	exitNoExec   = 126 // s6: the program cannot be executed
	exitNotFound = 127 // s6: there is none
)

// call is one call of one loader, and what its program will find.
type call struct {
	name   string
	args   []string
	env    environment
	limits []attribute.Limit
}

// loaders has every name that Main answers to. A loader returns only if it
// cannot become its program, with its exit code.
var loaders = map[string]func(*call) int{
	"setuidgid":        setuidgid,
	"envuidgid":        envuidgid,
	"envdir":           envdir,
	"softlimit":        softlimit,
	"setlock":          setlock,
	"pgrphack":         pgrphack,
	"fghack":           fghack,
	"chpst":            chpst,
	"s6-setuidgid":     s6setuidgid,
	"s6-softlimit":     s6softlimit,
	"s6-envdir":        s6envdir,
	"s6-setlock":       s6setlock,
	"s6-notifyoncheck": s6notifyoncheck,
	checkerName:        checker,
}

// Knows says whether Main answers to name.
func Knows(name string) bool { return loaders[name] != nil }

// Main is the loader of this name with its arguments, without argv[0].
func Main(name string, args []string) (code int) {
	runtime.LockOSThread()          // see the package
	attribute.DefaultSignals(false) // what is ignored stays so, for the program
	return loaders[name](&call{name: name, args: slices.Clone(args), env: os.Environ()})
}

// say writes to standard error.
func say(text string) { _, _ = os.Stderr.WriteString(text) } // nobody is left to be told

// fatal says why the loader ends, and is its exit code.
func (c *call) fatal(code int, text string) int {
	say(c.name + ": fatal: " + text + "\n")
	return code
}

// failed is fatal, for an error of the system as daemontools and runit have it.
func (c *call) failed(doing string, err error) int {
	return c.fatal(exitSystem, doing+": "+reason(err))
}

// usage says how the loader is called.
func (c *call) usage(code int, text string) int {
	say(c.name + ": usage: " + c.name + " " + text + "\n")
	return code
}
