package drawing

import (
	"fmt"
	"slices"
	"strings"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/svctl"
)

// lines are how an edge is drawn, by its strength.
var lines = [needs.Strengths]string{"solid", "dashed", "dotted"}

// DOT is the drawing for dot(1): services are boxes, in the colour of their state,
// bundles clusters around them, and an edge leads from a service to what it needs
// (solid), wants (dashed) or only comes after (dotted). What is wrong is red.
func (d *Drawing) DOT() string {
	var b strings.Builder
	b.WriteString("digraph services {\n\trankdir=LR;\n\tnode [shape=box, style=filled, fillcolor=white];\n")
	inside := map[string]bool{}
	for _, bundle := range d.Bundles {
		d.cluster(&b, bundle, inside)
	}
	for _, name := range d.Services {
		if !inside[name] {
			b.WriteString("\t" + d.node(name))
		}
	}
	strangers := map[string]bool{}
	for _, name := range d.Services {
		for _, n := range d.Graph.Needs(name) {
			if !slices.Contains(d.Services, n.Name) && !strangers[n.Name] {
				strangers[n.Name] = true
				b.WriteString("\t" + d.stranger(n.Name))
			}
			b.WriteString("\t" + edge(name, &n))
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// cluster is a bundle with those of its members that are in no other: a node has
// one place.
func (d *Drawing) cluster(b *strings.Builder, bundle string, inside map[string]bool) {
	fmt.Fprintf(b, "\tsubgraph %s {\n\t\tlabel=%s;\n", quote("cluster "+bundle), quote(bundle))
	for _, name := range d.Graph.Members(bundle) {
		if !inside[name] && slices.Contains(d.Services, name) {
			inside[name] = true
			b.WriteString("\t\t" + d.node(name))
		}
	}
	b.WriteString("\t}\n")
}

func (d *Drawing) node(name string) string {
	if d.State == nil {
		return quote(name) + ";\n"
	}
	state := d.State(name)
	return quote(name) + " [fillcolor=" + color(state) + ", tooltip=" + quote(state) + "];\n"
}

// stranger is what a service needs that is no service, or is not to be shown.
func (d *Drawing) stranger(name string) string {
	if d.Graph.Has(name) {
		return quote(name) + " [style=dotted];\n"
	}
	return quote(name) + " [style=dashed, color=red];\n"
}

func edge(from string, n *needs.Need) string {
	text := "style=" + lines[n.Strength]
	if how := how(n); how != "" {
		text += ", label=" + quote(how)
	}
	if n.Trouble != "" {
		text += ", color=red, constraint=false, tooltip=" + quote(n.Trouble)
	}
	return quote(from) + " -> " + quote(n.Name) + " [" + text + "];\n"
}

// color is that of a state.
func color(state string) string {
	switch state {
	case "up":
		return "palegreen"
	case "failed":
		return "lightcoral"
	case "down", "exited", "skipped":
		return "lightgray"
	case "none", "unknown":
		return "white"
	}
	return "khaki"
}

// quote makes an ID of a name.
func quote(name string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(svctl.Show(name)) + `"`
}
