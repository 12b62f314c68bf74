package verb

import (
	"fmt"

	"github.com/svdir/svdir/svctl/lint"
)

// lintServices finds mistakes in services, all of the scan directory without a
// name.
func lintServices(c *call) int {
	found := []lint.Finding{}
	if len(c.args) == 0 {
		scan, err := c.opt.tree().Dir()
		if err != nil {
			return c.fatal(err)
		}
		c.opt.all, found = true, append(found, lint.Scan(scan)...)
	}
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	code, world := done, lint.Machine.Remembering()
	for _, t := range all {
		if t.err != nil {
			c.complain(t.err, len(all) > 1)
			code = max(code, codeOf(t.err))
			continue
		}
		found = append(found, lint.Service(t.Target, world)...)
	}
	for _, f := range found {
		if !f.Note {
			code = max(code, no)
		}
		if !c.opt.json && (!f.Note || c.opt.notes) {
			fmt.Fprintln(c.out, f)
		}
	}
	if c.opt.json {
		code = max(code, c.writeJSON(found))
	}
	return code
}
