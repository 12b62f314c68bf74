// Package graph knows who needs whom among the services of a scan directory:
// the edges that their directories name go in, and what comes out is what each
// is to wait for, by name and directory, without bundles, and with the circles
// named. Pure.
package graph

import (
	"slices"
	"strings"

	"github.com/svdir/svdir/supervise/needs"
)

// Service is what one service directory says of itself.
type Service struct {
	Name, Dir string
	// Contents are the names in a bundle, which is no service: nil where it is
	// none.
	Contents []string
	Bundle   bool
	Edges    []Edge
	// Reads are the services whose output this one reads, and Pipeline is what the
	// bundle of all that leads to it is called: empty where it has no name.
	Reads    []string
	Pipeline string
	// Before are the services that name this one in the other direction: each is
	// to start after it, where both are wanted.
	Before []string
}

// Edge leads from a service to another that it names.
type Edge struct {
	To       string
	Strength needs.Strength
	needs.Edge
}

// Graph is what New has made of them.
type Graph struct {
	services map[string]*Service
	names    []string // sorted
	needs    map[string][]needs.Need
}

// Troubles of an edge, for people; they follow the name.
const (
	unknown   = "is no service here"
	endless   = "is a bundle that contains itself"
	inACircle = "is in a circle: "
)

// New resolves the edges.
func New(all []Service) *Graph {
	g := Resolved(all, map[string][]needs.Need{})
	for _, name := range g.names {
		for _, e := range g.services[name].Edges {
			g.connect(name, e)
		}
		for _, other := range g.services[name].Before {
			for _, from := range g.Members(other) {
				g.connect(from, Edge{To: name, Strength: needs.Order})
			}
		}
	}
	for _, name := range g.names {
		g.needs[name] = tidy(g.needs[name])
	}
	// A circle is cut where that harms least.
	for s := needs.Hard; s < needs.Strengths; s++ {
		g.cut(s)
	}
	return g
}

// Resolved is the graph of services whose needs are known, as svscan has written
// them down: nothing is made of their edges.
func Resolved(all []Service, known map[string][]needs.Need) *Graph {
	g := &Graph{services: map[string]*Service{}, needs: known}
	for i := range all {
		g.services[all[i].Name] = &all[i]
		g.names = append(g.names, all[i].Name)
	}
	for i := range all {
		g.addPipeline(&all[i])
	}
	slices.Sort(g.names)
	return g
}

// addPipeline adds the bundle of the pipeline that ends in a service, unless something
// else has its name.
func (g *Graph) addPipeline(last *Service) {
	name := last.Pipeline
	if name == "" || g.services[name] != nil {
		return
	}
	reads := func(name string) []string {
		if s := g.services[name]; s != nil {
			return s.Reads
		}
		return nil
	}
	g.services[name] = &Service{Name: name, Bundle: true, Contents: Pipeline(last.Name, reads)}
	g.names = append(g.names, name)
}

// Pipeline are all services whose output leads to the last one, and itself.
func Pipeline(last string, reads func(name string) []string) []string {
	all := []string{last}
	for i := 0; i < len(all); i++ {
		for _, name := range reads(all[i]) {
			if !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// connect adds an edge, to each member of a bundle.
func (g *Graph) connect(from string, e Edge) {
	if g.services[from] == nil || g.services[from].Bundle {
		return
	}
	need := needs.Need{Name: e.To, Strength: e.Strength, Edge: e.Edge}
	members := g.Members(e.To)
	switch to := g.services[e.To]; {
	case to == nil:
		need.Trouble = unknown
	case to.Bundle && members == nil:
		need.Trouble = endless
	default:
		for _, name := range members {
			need.Name, need.Trouble = name, ""
			if to := g.services[name]; to != nil {
				need.Dir = to.Dir
			} else {
				need.Dir, need.Trouble = "", unknown
			}
			g.needs[from] = append(g.needs[from], need)
		}
		return
	}
	g.needs[from] = append(g.needs[from], need)
}

// Members are the services that a name stands for: those of a bundle and of the
// bundles in it, or itself. It is nil for a bundle that contains itself; an empty
// one is empty and not nil.
func (g *Graph) Members(name string) []string {
	found, whole := []string{}, true
	open, done := map[string]bool{}, map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		s := g.services[name]
		switch {
		case open[name]:
			whole = false
			return
		case done[name]:
			return
		case s == nil || !s.Bundle:
			done[name] = true
			found = append(found, name)
			return
		}
		open[name] = true
		for _, member := range s.Contents {
			visit(member)
		}
		open[name], done[name] = false, true
	}
	if visit(name); !whole {
		return nil
	}
	slices.Sort(found)
	return found
}

// tidy sorts needs by strength and name, and leaves one of those that say the
// same.
func tidy(all []needs.Need) []needs.Need {
	slices.SortStableFunc(all, func(a, b needs.Need) int {
		if a.Strength != b.Strength {
			return int(a.Strength) - int(b.Strength)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return slices.Compact(all)
}

// cut finds the circles that edges of a strength close, among them and those
// which are stronger, and gives these edges their trouble.
func (g *Graph) cut(s needs.Strength) {
	for _, circle := range g.circles(s) {
		for _, name := range circle {
			for i := range g.needs[name] {
				n := &g.needs[name][i]
				if n.Strength == s && n.Trouble == "" && slices.Contains(circle, n.Name) {
					n.Trouble = inACircle + strings.Join(g.way(n.Name, name, s), " -> ") + " -> " + n.Name
				}
			}
		}
	}
}

// way is the shortest way from one service to another that needs it in turn.
func (g *Graph) way(from, to string, most needs.Strength) []string {
	came := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at == to {
			break
		}
		for _, next := range g.follow(at, most) {
			if _, seen := came[next]; !seen {
				came[next] = at
				queue = append(queue, next)
			}
		}
	}
	var way []string
	for at := to; at != ""; at = came[at] {
		way = append(way, at)
	}
	slices.Reverse(way)
	return way
}

// follow is where the edges of a service lead that are as strong, or stronger.
// Those of which a weaker circle was cut lead nowhere.
func (g *Graph) follow(name string, most needs.Strength) []string {
	var to []string
	for _, n := range g.needs[name] {
		if n.Strength <= most && (n.Strength == most || n.Trouble == "") && n.Dir != "" {
			to = append(to, n.Name)
		}
	}
	return to
}

// Needs is what a service is to wait for. Without a graph nobody waits.
func (g *Graph) Needs(name string) []needs.Need {
	if g == nil {
		return nil
	}
	return g.needs[name]
}

// Users are, for each service, those that wait for it, sorted.
func (g *Graph) Users() map[string][]string {
	if g == nil {
		return nil
	}
	return g.users(needs.Order)
}

// Names are those of all services and bundles, sorted.
func (g *Graph) Names() []string { return g.names }

// Has says that a name is that of a service or of a bundle.
func (g *Graph) Has(name string) bool { return g.services[name] != nil }

// IsBundle says that a name is that of a bundle.
func (g *Graph) IsBundle(name string) bool {
	s := g.services[name]
	return s != nil && s.Bundle
}
