package verb

import (
	"slices"
	"strings"

	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/ids"
)

// giveIDs gives services their ports, or users.
func giveIDs(c *call) int {
	want := &c.opt.ids
	want.DryRun, want.Lax = c.opt.dryRun, c.opt.all
	pool, err := ids.ParsePool(c.opt.pool, want.Most())
	switch {
	case c.opt.pool == "":
		return c.badUsage(usageError("ids needs a pool: --pool=5000-5999"))
	case err != nil:
		return c.badUsage(usageError("--pool is " + err.Error()))
	case want.Users && want.Port != "":
		return c.badUsage(usageError("--users and --port exclude each other"))
	}
	want.Pool = pool
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	for _, scan := range scansOf(all) {
		if err := c.giveIn(scan, all); err != nil {
			return c.fatal(err)
		}
	}
	return c.report(all)
}

// scansOf are the scan directories of the tasks, each once.
func scansOf(all []*task) []string {
	var scans []string
	for _, t := range all {
		if t.err == nil && !slices.Contains(scans, t.Scan) {
			scans = append(scans, t.Scan)
		}
	}
	return scans
}

// giveIn does it for those of one scan directory.
func (c *call) giveIn(scan string, all []*task) error {
	var here []*task
	for _, t := range all {
		if t.err == nil && t.Scan == scan {
			here = append(here, t)
		}
	}
	given, refused, err := c.opt.ids.Give(scan, open(here))
	if err != nil {
		return err
	}
	var changed []*task
	for i, t := range here {
		if t.err = refused[i]; t.err != nil {
			continue
		}
		if len(given[i]) == 0 {
			continue
		}
		t.text = svctl.Show(t.Name) + ": " + svctl.Show(shownIDs(given[i]))
		if slices.ContainsFunc(given[i], func(id svctl.ID) bool { return id.Changed }) {
			changed = append(changed, t)
		}
	}
	if !c.opt.dryRun {
		c.hintAtStart(changed)
	}
	return nil
}

// shownIDs are what a service has got, as svctl set has it.
func shownIDs(all []svctl.ID) string {
	var texts []string
	for _, id := range all {
		text := id.Setting + "=" + id.Value
		if id.Was != "" {
			text += " (was " + id.Was + ")"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}
