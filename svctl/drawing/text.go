// Package drawing shows who needs whom: as text, and as a graph in the language of
// dot(1). Pure.
package drawing

import (
	"slices"
	"strings"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svscan/graph"
)

// Drawing is what is to be shown.
type Drawing struct {
	Graph *graph.Graph
	// Services and Bundles are those that are shown.
	Services, Bundles []string
	// State is the state of a service in a word, nil where none is shown.
	State func(name string) string
}

// Of draws these services, all that the mode adds to them, and these bundles with
// their members; without any name, everything.
func Of(g *graph.Graph, names []string, m graph.Mode) *Drawing {
	d := &Drawing{Graph: g}
	if len(names) == 0 {
		names = g.Names()
	}
	for _, name := range names {
		if g.IsBundle(name) {
			d.Bundles = append(d.Bundles, name)
		}
	}
	d.Services = g.Up(names, m)
	slices.Sort(d.Services)
	d.Services = slices.DeleteFunc(d.Services, func(name string) bool { return !g.Has(name) }) // a bundle names it, and nobody else
	return d
}

// Text is a list of the services that nobody here needs, each with what it needs
// below it, and so on; what was shown with its needs is not shown with them again.
// Bundles follow.
func (d *Drawing) Text() string {
	w := &writer{Drawing: d, shown: map[string]bool{}}
	used := map[string]bool{}
	for _, name := range d.Services {
		for _, n := range d.Graph.Needs(name) {
			used[n.Name] = used[n.Name] || n.Trouble == ""
		}
	}
	for _, name := range d.Services {
		if !used[name] {
			w.line(0, svctl.Show(name)+w.state(name))
			w.needs(name, 1)
		}
	}
	for _, name := range d.Bundles {
		members := d.Graph.Members(name)
		text := "bundle " + svctl.Show(name) + ": " + svctl.Show(strings.Join(members, ", "))
		if members == nil {
			text += "contains itself"
		}
		w.line(0, strings.TrimSuffix(text, ": "))
	}
	return w.String()
}

// writer writes the text.
type writer struct {
	*Drawing
	strings.Builder
	shown map[string]bool
}

func (w *writer) line(depth int, text string) {
	w.WriteString(strings.Repeat("  ", depth))
	w.WriteString(text)
	w.WriteByte('\n')
}

// needs writes what a service needs, below it.
func (w *writer) needs(name string, depth int) {
	w.shown[name] = true
	all := w.Graph.Needs(name)
	for i := range all {
		n := &all[i]
		text := n.Strength.String() + " " + svctl.Show(n.Name)
		if how := how(n); how != "" {
			text += " (" + how + ")"
		}
		switch {
		case n.Trouble != "":
			w.line(depth, text+": "+svctl.Show(n.Trouble))
		case w.shown[n.Name] && len(w.Graph.Needs(n.Name)) > 0:
			w.line(depth, text+w.state(n.Name)+", see above")
		default:
			w.line(depth, text+w.state(n.Name))
			w.needs(n.Name, depth+1)
		}
	}
}

func (d *Drawing) state(name string) string {
	if d.State == nil {
		return ""
	}
	return ": " + d.State(name)
}

// how is what the file of an edge says, as it says it.
func how(n *needs.Need) string {
	return strings.Trim(n.Kind.String()+","+n.Follow.String(), ",")
}
