package chain

import (
	"strconv"

	"github.com/svdir/svdir/supervise/attribute"
)

func setuidgid(c *call) int {
	if len(c.args) < 2 {
		return c.usage(exitUsage, "account child")
	}
	a, code := c.account(c.args[0])
	if code != 0 {
		return code
	}
	err := attribute.TakeGroups([]int{a.GID})
	if err == nil {
		err = attribute.TakeGroup(a.GID)
	}
	if err != nil {
		return c.failed("unable to setgid", err)
	}
	if err := attribute.TakeUser(a.UID); err != nil {
		return c.failed("unable to setuid", err)
	}
	return c.run(c.args[1:])
}

func envuidgid(c *call) int {
	if len(c.args) < 2 {
		return c.usage(exitUsage, "account child")
	}
	a, code := c.account(c.args[0])
	if code != 0 {
		return code
	}
	c.env.setIDs(a.UID, a.GID)
	return c.run(c.args[1:])
}

// setIDs tells the program who it may become.
func (e *environment) setIDs(uid, gid int) {
	e.set("GID", strconv.Itoa(gid))
	e.set("UID", strconv.Itoa(uid))
}

// account finds an account, or is the exit code for none.
func (c *call) account(name string) (a attribute.Account, code int) {
	a, found, err := attribute.FindAccount(name)
	switch {
	case err != nil:
		return a, c.fatal(exitSystem, "unable to read "+err.Error())
	case !found:
		return a, c.fatal(exitSystem, "unknown account "+name)
	}
	return a, 0
}
