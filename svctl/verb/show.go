package verb

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/compat"
)

// show is status: named services, or all of the scan directory.
func show(c *call) int {
	named := len(c.args) > 0
	c.opt.all = !named
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	if c.opt.format == "sv" || c.opt.format == "svstat" {
		return c.showAs(c.opt.format, all)
	}
	services, code := c.inspect(all, named)
	now := time.Now()
	switch {
	case c.opt.json || c.opt.format == "json":
		return max(code, c.writeJSON(views(services, now)))
	case c.opt.fields != nil:
		c.showFields(views(services, now))
	case c.opt.verbose:
		c.showAll(services, now)
	case len(services) > 0 || !named:
		style := c.style()
		style.Now = now
		fmt.Fprint(c.out, svctl.Table(services, style))
	}
	return code
}

// inspect reads all that is known of the services. Of those that were named, a
// problem, and a service that gave up, count for the exit code; in a table of all
// they are shown there.
func (c *call) inspect(all []*task, named bool) ([]svctl.Service, int) {
	services, code := []svctl.Service{}, done
	for _, t := range all {
		if t.err != nil {
			c.complain(t.err, len(all) > 1)
			code = max(code, codeOf(t.err))
			continue
		}
		s := svctl.Inspect(t.Target)
		switch {
		case !named:
		case s.Err != nil:
			code = max(code, codeOf(s.Err))
		case !s.Supervised:
			code = max(code, notSupervised)
		case s.State == status.Failed:
			code = max(code, no)
		}
		services = append(services, s)
	}
	if c.opt.recursive {
		svctl.InspectBelow(services)
	}
	if c.opt.json || c.opt.format == "json" || c.opt.verbose || slices.Contains(c.opt.fields, "changed") {
		svctl.InspectChanges(services)
	}
	return services, code
}

func views(all []svctl.Service, now time.Time) []svctl.View {
	views := make([]svctl.View, len(all))
	for i := range all {
		views[i] = svctl.NewView(&all[i], now)
	}
	return views
}

// showFields writes the fields that -o names, one service a line.
func (c *call) showFields(all []svctl.View) {
	for i := range all {
		words := make([]string, len(c.opt.fields))
		for f, name := range c.opt.fields {
			words[f], _ = all[i].Field(name) // the option knew them all
		}
		fmt.Fprintln(c.out, strings.Join(words, "\t"))
		c.showFields(all[i].Services)
	}
}

// showAll writes every field that says something, and how each service died.
func (c *call) showAll(all []svctl.Service, now time.Time) {
	for i := range all {
		view := svctl.NewView(&all[i], now)
		for _, name := range svctl.Fields() {
			if text, _ := view.Field(name); text != "" {
				fmt.Fprintf(c.out, "%-13s %s\n", name, text)
			}
		}
		c.showDeath(&all[i])
		fmt.Fprintln(c.out)
		if all[i].Logger != nil {
			c.showAll([]svctl.Service{*all[i].Logger}, now)
		}
		c.showAll(all[i].Below, now)
	}
}

// showAs writes what sv status or svstat would.
func (c *call) showAs(client string, all []*task) int {
	code := done
	var names []string
	for _, t := range all {
		if t.err != nil {
			c.complain(t.err, len(all) > 1)
			code = max(code, codeOf(t.err))
			continue
		}
		names = append(names, t.Dir)
	}
	if len(names) == 0 {
		return code
	}
	if client == "sv" {
		names = append([]string{"status"}, svNames(all)...)
	}
	theirs, _ := compat.Main(client, names)
	return max(code, theirs)
}

// svNames are the names as sv shows them: those in one scan directory without
// its path.
func svNames(all []*task) []string {
	var names []string
	scan := ""
	for _, t := range all {
		if t.err != nil {
			continue
		}
		if scan == "" {
			scan = t.Scan
		}
		if t.Scan == scan && scan != "" && !t.Removed {
			names = append(names, t.Name)
		} else {
			names = append(names, t.Dir)
		}
	}
	if scan != "" {
		_ = os.Setenv("SVDIR", scan) // cannot fail: neither name nor value has a NUL
	}
	return names
}

// list writes the names.
func list(c *call) int {
	c.opt.all = len(c.args) == 0
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	services, code := []svctl.Service{}, done
	for _, t := range all {
		if t.err != nil {
			c.complain(t.err, len(all) > 1)
			code = max(code, codeOf(t.err))
			continue
		}
		s := svctl.Service{Target: t.Target}
		if c.opt.recursive {
			s = svctl.Read(t.Target)
		}
		services = append(services, s)
	}
	if c.opt.recursive {
		svctl.InspectBelow(services)
	}
	names := appendNames([]string{}, services)
	if c.opt.json {
		return max(code, c.writeJSON(names))
	}
	for _, name := range names {
		fmt.Fprintln(c.out, svctl.Show(name))
	}
	return code
}

func appendNames(names []string, all []svctl.Service) []string {
	for i := range all {
		names = appendNames(append(names, all[i].Name), all[i].Below)
	}
	return names
}

// history writes what happened to services.
func history(c *call) int {
	all, err := c.tasks()
	if err != nil {
		return c.fatal(err)
	}
	events, code := []svctl.Event{}, done
	for _, t := range all {
		lines, err := svctl.History(t.Target)
		if t.err != nil {
			err = t.err
		}
		if err != nil {
			c.complain(err, len(all) > 1)
			code = max(code, codeOf(err))
			continue
		}
		for _, l := range lines {
			events = append(events, svctl.NewEvent(t.Name, l))
			switch {
			case c.opt.json:
			case len(all) > 1:
				fmt.Fprintln(c.out, svctl.Show(t.Name)+"  "+svctl.EventLine(l))
			default:
				fmt.Fprintln(c.out, svctl.EventLine(l))
			}
		}
	}
	if c.opt.json {
		return max(code, c.writeJSON(events))
	}
	return code
}

// style is how a table is shown here.
func (c *call) style() svctl.Style {
	y := svctl.Style{Loggers: c.opt.loggers}
	y.Width, y.Terminal = terminal(c.out)
	switch c.opt.color {
	case "yes":
		y.Color = true
	case "", "auto":
		y.Color = y.Terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	}
	return y
}

// terminal is the width of the terminal that w is, if it is one.
func terminal(w io.Writer) (width int, ok bool) {
	f, ok := w.(*os.File)
	if !ok {
		return 0, false
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return 0, false
	}
	return int(size.Col), true
}
