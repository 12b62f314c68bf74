package compat

import (
	"errors"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// svok answers with its exit code: 0 supervised, 100 not.
func svok(c *client) int {
	if len(c.args) == 0 {
		return c.usage("svok dir")
	}
	path := c.args[0]
	s, err := openService(unix.AT_FDCWD, path)
	if err != nil {
		return c.fatal(exitSystem, "unable to chdir to "+path+": "+reason(err))
	}
	defer s.close()
	err = s.alive()
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, fifo.ErrNotRunning) || errors.Is(err, unix.ENOENT):
		return exitUsage // daemontools' "no"
	}
	return c.fatal(exitSystem, "unable to open "+path+"/"+okFile+": "+reason(err))
}

// s6svok answers with its exit code: 0 supervised, 1 not.
func s6svok(c *client) int {
	if len(c.args) == 0 {
		return c.usage("s6-svok servicedir")
	}
	locked, err := lockedAt(c.args[0])
	switch {
	case err != nil:
		return c.fatal(exitSystem, "unable to check "+c.args[0]+": "+systemReason(err))
	case !locked:
		return exitNo
	}
	return exitOK
}

// lockedAt is s6's test for the service directory path: what is not there is
// not supervised.
func lockedAt(path string) (bool, error) {
	s, err := openService(unix.AT_FDCWD, path)
	if err == nil {
		defer s.close()
		var locked bool
		locked, err = s.locked()
		if err == nil {
			return locked, nil
		}
	}
	if errors.Is(err, unix.ENOENT) {
		return false, nil
	}
	return false, err
}
