package chain

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/attribute"
)

// suite is what differs between the suites in the search for a program.
type suite struct {
	path   string // where PATH is not set
	here   string // what an empty element of PATH means; empty for nothing
	goesOn func(error) bool
}

var (
	daemontools = suite{"/bin:/usr/bin", ".", mayBeElsewhere}
	s6          = suite{"/usr/bin:/bin", "", func(err error) bool { return mayBeElsewhere(err) || err == unix.ENOTDIR }}
)

// mayBeElsewhere is for a program that cannot be executed, but may stand further
// on in PATH.
func mayBeElsewhere(err error) bool {
	return err == unix.EACCES || err == unix.EPERM || err == unix.EISDIR
}

// find calls try with each file that prog may be, until one makes it unnecessary
// or impossible to go on. PATH is the one that we were called with, whatever the
// program will get.
func (s suite) find(prog string, try func(file string) error) error {
	if strings.Contains(prog, "/") {
		return try(prog)
	}
	path, set := os.LookupEnv("PATH")
	if !set {
		path = s.path
	}
	refused := error(unix.ENOENT)
	for dir := range strings.SplitSeq(path, ":") {
		if dir == "" {
			dir = s.here
		}
		if dir == "" {
			continue
		}
		err := try(dir + "/" + prog)
		if err == unix.ENOENT {
			continue
		}
		if refused = err; !s.goesOn(err) {
			break
		}
	}
	return refused
}

// become executes the program as the suite does, and returns why it could not.
func (c *call) become(s suite, prog string, argv []string) error {
	return s.find(prog, func(file string) error {
		return attribute.Execute(file, argv, c.env, c.limits)
	})
}

// run is become for daemontools, whose message it says.
func (c *call) run(argv []string) int {
	return c.failed("unable to run "+argv[0], c.become(daemontools, argv[0], argv))
}

// execS6 is become for s6, whose message and codes it has.
func (c *call) execS6(argv []string) int {
	err := c.become(s6, argv[0], argv)
	code := exitNoExec
	if err == unix.ENOENT {
		code = exitNotFound
	}
	return c.fatal(code, "unable to exec "+argv[0]+": "+systemReason(err))
}
