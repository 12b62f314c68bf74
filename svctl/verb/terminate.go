package verb

import (
	"fmt"
	"strconv"

	"github.com/svdir/svdir/svctl"
)

// terminate ends svscan itself: it waits until all services have ended.
func terminate(c *call) int {
	if len(c.args) < 1 || len(c.args) > 2 {
		return c.badUsage(usageError("terminate needs an exit code, and the code of svscan -guard if there is one"))
	}
	exit, guard := c.args[0], ""
	if _, err := strconv.ParseUint(exit, 10, 8); err != nil {
		return c.badUsage(usageError("not an exit code: " + svctl.Show(exit) + " (it is a number from 0 to 255)"))
	}
	if len(c.args) > 1 {
		guard = c.args[1]
	}
	tree := c.opt.tree()
	scan, err := tree.Dir()
	if err != nil {
		return c.fatal(err)
	}
	services, err := tree.Services() // how long they may take
	if err != nil {
		return c.fatal(err)
	}
	end, err := svctl.Terminate(scan, exit, guard)
	if err != nil {
		return c.fatal(err)
	}
	defer end.Close()
	if c.opt.noWait {
		return done
	}
	gone, err := end.Wait(c.opt.limit(services))
	if err == nil && !gone {
		err = late("timed out waiting for svscan to end; its messages say for which services it waits")
	}
	if err != nil {
		return c.fatal(err)
	}
	fmt.Fprintln(c.out, svctl.Show(scan)+": svscan has ended")
	return done
}
