package graph

import (
	"slices"

	"github.com/svdir/svdir/supervise/needs"
)

// Mode is how much of the graph a command touches.
type Mode uint8

const (
	Single Mode = iota // the named services alone
	Before             // and what they need
	After              // and what needs them
	All                // and both
	Modes
)

var modeWords = [Modes]string{"single", "before", "after", "all"}

// String is the word for the mode.
func (m Mode) String() string { return modeWords[m] }

// ParseMode is the mode that word names.
func ParseMode(word string) (Mode, bool) {
	i := slices.Index(modeWords[:], word)
	return Mode(max(i, 0)), i >= 0
}

// Up is who is started, in this order, where names are to be up: each after all
// that it waits for. What is only to come after something else does not bring
// that along.
func (g *Graph) Up(names []string, m Mode) []string {
	return g.order(g.touched(names, m))
}

// Down is who is stopped, in this order: each before all that it needs.
func (g *Graph) Down(names []string, m Mode) []string {
	order := g.order(g.touched(names, m))
	slices.Reverse(order)
	return order
}

// touched are the services that a command for names is about.
func (g *Graph) touched(names []string, m Mode) map[string]bool {
	touched := map[string]bool{}
	for _, name := range names {
		for _, member := range g.Members(name) {
			touched[member] = true
		}
	}
	start := keys(touched)
	if m == Before || m == All {
		g.spread(touched, start, g.brings)
	}
	if m == After || m == All {
		users := g.users(needs.Hard)
		g.spread(touched, start, func(name string) []string { return users[name] })
	}
	return touched
}

func (g *Graph) spread(touched map[string]bool, from []string, next func(string) []string) {
	seen := map[string]bool{}
	for queue := from; len(queue) > 0; queue = queue[1:] {
		name := queue[0]
		if seen[name] {
			continue
		}
		seen[name], touched[name] = true, true
		queue = append(queue, next(name)...)
	}
}

// brings are the services that a service needs or wants.
func (g *Graph) brings(name string) []string {
	var to []string
	for _, n := range g.needs[name] {
		if n.Strength != needs.Order && n.Trouble == "" {
			to = append(to, n.Name)
		}
	}
	return to
}

// users are, for each service, those with an edge to it that is as strong, or
// stronger. What only wants it does not mind its end.
func (g *Graph) users(most needs.Strength) map[string][]string {
	users := map[string][]string{}
	for _, name := range g.names {
		for _, n := range g.needs[name] {
			if n.Strength <= most && n.Trouble == "" {
				users[n.Name] = append(users[n.Name], name)
			}
		}
	}
	return users
}

// order sorts services so that each follows those that it waits for, and by name
// where nobody cares. No circle is left among the edges without trouble.
func (g *Graph) order(touched map[string]bool) []string {
	var order []string
	done := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if done[name] {
			return
		}
		done[name] = true
		for _, n := range g.needs[name] {
			if n.Trouble == "" {
				visit(n.Name)
			}
		}
		if touched[name] {
			order = append(order, name)
		}
	}
	for _, name := range keys(touched) {
		visit(name)
	}
	return order
}

// keys are the names in a set, sorted.
func keys(set map[string]bool) []string {
	var names []string
	for name := range set {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
