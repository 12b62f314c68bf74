package chain

import (
	"slices"
	"strings"

	"github.com/svdir/svdir/supervise/attribute"
)

// s6setuidgid speaks as the two programs that the original is made of.
func s6setuidgid(c *call) int {
	if len(c.args) < 2 {
		return c.usage(exitUsage, "username prog...")
	}
	user, group, numeric := strings.Cut(c.args[0], ":")
	var a attribute.Account
	if numeric {
		c.name = "s6-applyuidgid"
		uid, ok := whole(user, 32)
		gid, okGroup := whole(group, 32)
		if !ok || !okGroup {
			return c.usage(exitUsage, "[ -z ] [ -u uid ] [ -g gid ] [ -G gidlist ] [ -U ] prog...")
		}
		a = attribute.Account{UID: int(uid), GID: int(gid), Groups: []int{int(gid)}}
	} else {
		c.name = "s6-envuidgid"
		var found bool
		var err error
		a, found, err = attribute.FindAccount(user)
		switch {
		case err != nil:
			return c.fatal(exitSystem, "unable to read "+err.Error())
		case !found:
			return c.fatal(exitNo, "unknown user: "+user)
		}
		c.name = "s6-applyuidgid"
		c.throughIDs()
	}
	if code := c.takeOn(a); code != 0 {
		return code
	}
	return c.execS6(c.args[1:])
}

// throughIDs leaves the environment in the order that it has when the ids have
// gone through it.
func (c *call) throughIDs() {
	names := []string{"UID", "GID", "GIDLIST"}
	for _, name := range names {
		c.env.set(name, "")
	}
	for _, name := range names {
		c.env.unset(name)
	}
}

func (c *call) takeOn(a attribute.Account) int {
	doing := "set supplementary group list"
	err := attribute.TakeGroups(slices.Compact(slices.Sorted(slices.Values(a.Groups))))
	if err == nil {
		doing = "setgid"
		err = attribute.TakeGroup(a.GID)
	}
	if err == nil {
		doing = "setuid"
		err = attribute.TakeUser(a.UID)
	}
	if err != nil {
		return c.fatal(exitSystem, "unable to "+doing+": "+systemReason(err))
	}
	return 0
}
