package verb

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/logs"
)

// showLogs is logs: the last lines of what services wrote, and what follows.
func showLogs(c *call) int {
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	if c.opt.follow && !c.opt.selection.Until.IsZero() {
		return c.badUsage(usageError("--follow and --until exclude each other"))
	}
	r := &logs.Reader{Last: c.opt.last(), Follow: c.opt.follow, Select: c.opt.selection, Warn: func(err error) { c.complain(err, true) }}
	defer r.Close()
	code, opened := c.openLogs(r, all)
	if opened == 0 {
		return code
	}
	p := logs.NewPrinter(c.out)
	p.Names, p.UTC = len(all) > 1, c.opt.utc
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
	found, whole := make([]logs.Log, len(all)), map[string]bool{}
	for i, t := range all {
		if t.err == nil {
			found[i], t.err = logs.Find(t.Target)
		}
		if t.err == nil && found[i].Service == "" {
			whole[found[i].Dir] = true
		}
	}
	seen := map[[2]string]bool{}
	for i, t := range all {
		at, err := found[i], t.err
		if one := [2]string{at.Dir, at.Service}; err == nil && !seen[one] && (at.Service == "" || !whole[at.Dir]) {
			seen[one] = true
			err = r.Add(t.Name, at)
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

// last is how many lines are shown at first: as --lines says, else all that are
// asked for by their time or text, else 10.
func (o *options) last() int {
	const usual = 10
	switch asked := o.selection; {
	case o.lines != nil:
		return *o.lines
	case !asked.Since.IsZero(), !asked.Until.IsZero(), !asked.All() && !o.follow:
		return logs.All
	}
	return usual
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

func setWhen(at func(o *options) *time.Time) func(*options, string) error {
	return func(o *options, v string) (err error) {
		if *at(o), err = logs.ParseWhen(v, time.Now()); err != nil {
			return usageError(err.Error())
		}
		return nil
	}
}

func setGrep(o *options, v string) (err error) {
	if o.selection.Match, err = regexp.Compile(v); err != nil {
		return usageError("not a regular expression: " + svctl.Show(strings.TrimPrefix(err.Error(), "error parsing regexp: ")))
	}
	return nil
}

func setStream(stream string) func(*options, string) error {
	return func(o *options, _ string) error {
		if o.selection.Stream != "" && o.selection.Stream != stream {
			return usageError("--stdout and --stderr exclude each other")
		}
		o.selection.Stream = stream
		return nil
	}
}
