package verb

import "github.com/svdir/svdir/svctl"

// scan has svscan look at its scan directory.
func scan(c *call) int {
	if len(c.args) > 0 {
		return c.badUsage(usageError("scan takes no names: it is for the scan directory"))
	}
	dir, err := c.opt.tree().Dir()
	if err == nil {
		err = svctl.SvscanOf(dir).Send("scan", "a")
	}
	return c.report([]*task{{Target: svctl.Target{Name: dir}, err: err}})
}

// reexec has supervises, svscan, or all of them, execute their programs again.
// svscan comes last, so that a new one finds new supervises.
func reexec(c *call) int {
	var all []*task
	if c.opt.all || len(c.args) > 0 {
		var err error
		if all, err = c.order(); err != nil {
			return c.fatal(err)
		}
	}
	if c.opt.all || len(c.args) == 0 {
		dir, err := c.opt.tree().Dir()
		if err != nil {
			return c.fatal(err)
		}
		all = append(all, c.reexecSvscan(dir))
	}
	return c.report(all)
}

func (c *call) reexecSvscan(dir string) *task {
	t := &task{Target: svctl.Target{Name: dir}}
	var done bool
	done, t.err = svctl.SvscanOf(dir).Reexec(!c.opt.noWait, c.opt.limit(nil))
	if t.err == nil && !done {
		t.err = late("timed out waiting for the svscan of " + svctl.Show(dir) + " to execute itself again; its messages may say why")
	}
	if t.err == nil && !c.opt.noWait {
		t.text = "svscan of " + svctl.Show(dir) + ": executed again"
	}
	return t
}
