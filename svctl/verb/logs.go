package verb

import (
	"errors"
	"strconv"

	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/logs"
)

// showLogs is logs: the last lines of what services wrote, and what follows.
func showLogs(c *call) int {
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	r := &logs.Reader{Last: 10, Follow: c.opt.follow, Warn: func(err error) { c.complain(err, true) }}
	if c.opt.lines != nil {
		r.Last = *c.opt.lines
	}
	defer r.Close()
	code, opened := c.openLogs(r, all)
	if opened == 0 {
		return code
	}
	p := logs.NewPrinter(c.out)
	p.Names = len(all) > 1
	style := c.style()
	switch {
	case c.opt.json:
		p.Form = logs.JSON
	case style.Terminal || style.Color:
		p.Form, p.Color = logs.Human, style.Color
	}
	if err := r.Copy(p); err != nil {
		return max(code, c.fatal(err))
	}
	return code
}

// openLogs finds and opens the log of each service, once. Of all services,
// those that have none are left out.
func (c *call) openLogs(r *logs.Reader, all []*task) (code, opened int) {
	seen := map[string]bool{}
	for _, t := range all {
		err, dir := t.err, ""
		if err == nil {
			dir, err = logs.Find(t.Target)
		}
		if err == nil && !seen[dir] {
			seen[dir] = true
			err = r.Add(t.Name, dir)
		}
		switch {
		case err == nil:
			opened++
		case !c.opt.all || !errors.Is(err, svctl.ErrNo):
			c.complain(err, len(all) > 1)
			code = max(code, codeOf(err))
		}
	}
	return code, opened
}

func setLines(o *options, v string) error {
	n, err := strconv.Atoi(v)
	if v == "all" {
		n, err = logs.All, nil
	} else if err != nil || n < 0 {
		return usageError("not a number of lines: " + svctl.Show(v) + " (write a number, or all)")
	}
	o.lines = &n
	return nil
}
