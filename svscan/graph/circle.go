package graph

import "github.com/svdir/svdir/supervise/needs"

// circles are the sets of services that reach each other over edges of this
// strength or stronger: strongly connected components, as Tarjan finds them,
// without those of one service that does not need itself.
func (g *Graph) circles(most needs.Strength) [][]string {
	f := finder{g: g, most: most, index: map[string]int{}, low: map[string]int{}, open: map[string]bool{}}
	for _, name := range g.names {
		if f.index[name] == 0 {
			f.visit(name)
		}
	}
	return f.found
}

// finder is Tarjan's search.
type finder struct {
	g          *Graph
	most       needs.Strength
	index, low map[string]int // from 1, in the order of the visits
	stack      []string
	open       map[string]bool // on the stack
	found      [][]string
}

func (f *finder) visit(name string) {
	f.index[name] = len(f.index) + 1
	f.low[name] = f.index[name]
	f.stack = append(f.stack, name)
	f.open[name] = true
	self := false
	for _, to := range f.g.follow(name, f.most) {
		self = self || to == name
		switch {
		case f.index[to] == 0:
			f.visit(to)
			f.low[name] = min(f.low[name], f.low[to])
		case f.open[to]:
			f.low[name] = min(f.low[name], f.index[to])
		}
	}
	if f.low[name] != f.index[name] {
		return
	}
	var circle []string
	for last := ""; last != name; {
		last = f.stack[len(f.stack)-1]
		f.stack = f.stack[:len(f.stack)-1]
		f.open[last] = false
		circle = append(circle, last)
	}
	if len(circle) > 1 || self {
		f.found = append(f.found, circle)
	}
}
