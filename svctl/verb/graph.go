package verb

import (
	"fmt"

	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/drawing"
	"github.com/svdir/svdir/svctl/wiring"
	"github.com/svdir/svdir/svscan/graph"
)

// showGraph is graph: who needs whom, in all of the scan directory without a name.
func showGraph(c *call) int {
	var scans []string
	names, code := map[string][]string{}, done
	if len(c.args) == 0 {
		scan, err := c.opt.tree().Dir()
		if err != nil {
			return c.fatal(err)
		}
		scans = append(scans, scan)
	} else {
		all, err := c.tasks()
		if err != nil {
			return c.fatal(err)
		}
		for _, t := range all {
			if t.err == nil && !t.isPlanned() {
				t.err = &svctl.Problem{Verb: "draw", Object: t.Name, Reason: "only a service or bundle of a scan directory has a place in its graph", Kind: svctl.ErrUsage}
			}
			if t.err != nil {
				c.complain(t.err, len(all) > 1)
				code = max(code, codeOf(t.err))
				continue
			}
			if names[t.Scan] == nil {
				scans = append(scans, t.Scan)
			}
			names[t.Scan] = append(names[t.Scan], t.own())
		}
	}
	nodes := []drawing.Node{}
	for _, scan := range scans {
		d, err := c.drawing(scan, names[scan])
		if err != nil {
			return max(code, c.fatal(err))
		}
		switch {
		case c.opt.json:
			nodes = append(nodes, d.Nodes()...)
		case c.opt.dot:
			fmt.Fprint(c.out, d.DOT())
		default:
			fmt.Fprint(c.out, d.Text())
		}
	}
	if c.opt.json {
		code = max(code, c.writeJSON(nodes))
	}
	return code
}

// drawing draws the services of these names, or all of the scan directory.
func (c *call) drawing(scan string, names []string) (*drawing.Drawing, error) {
	g, err := wiring.Whole(scan)
	if err != nil {
		return nil, err
	}
	mode := graph.Before
	if c.opt.mode != nil {
		mode = *c.opt.mode
	}
	d := drawing.Of(g, names, mode)
	if c.opt.state {
		d.State = func(name string) string {
			s := svctl.Read(svctl.Linked(scan, name))
			return s.StateWord()
		}
	}
	return d, nil
}
