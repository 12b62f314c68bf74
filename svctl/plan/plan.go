// Package plan says which services a command is about, beside those that were
// named: what these need, before it starts them, and what needs them, before it
// stops them. Pure.
package plan

import (
	"slices"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/graph"
)

// Step is one service that is told something.
type Step struct {
	Name string
	// Why says for whom, "" for one that was named: as "web needs it".
	Why string
	// After are the steps that are to be done before.
	After []string
}

// Look is what a service is now.
type Look func(name string) *needs.Other

// Up are the steps, in their order, that bring names up. Who is up already, or on
// the way there, is told nothing unless it was named.
func Up(g *graph.Graph, names []string, m graph.Mode, look Look) []Step {
	p := newPlan(g, names, g.Up(names, m))
	for _, name := range p.order {
		if p.named[name] || p.missing(name, look(name)) {
			p.add(name)
		}
	}
	for i := range p.steps {
		p.steps[i].After = p.before(p.steps[i].Name, p.needed)
	}
	return p.steps
}

// Down are the steps, in their order, that bring names down. Who is down, and
// stays so, is told nothing unless it was named.
func Down(g *graph.Graph, names []string, m graph.Mode, look Look) []Step {
	p := newPlan(g, names, g.Down(names, m))
	for _, name := range p.order {
		if p.named[name] || isOn(look(name)) {
			p.add(name)
		}
	}
	for i := range p.steps {
		p.steps[i].After = p.before(p.steps[i].Name, p.users)
	}
	return p.steps
}

// plan is one that is being made.
type plan struct {
	g     *graph.Graph
	order []string // all services that it is about
	below []string // what the named need and want, with them
	above []string // what needs them, with them
	named map[string]bool
	told  map[string]bool
	steps []Step
}

func newPlan(g *graph.Graph, names, order []string) *plan {
	p := &plan{g: g, order: order, below: g.Up(names, graph.Before), above: g.Up(names, graph.After), named: map[string]bool{}, told: map[string]bool{}}
	for _, name := range names {
		for _, member := range g.Members(name) {
			p.named[member] = true
		}
	}
	return p
}

func (p *plan) add(name string) {
	p.told[name] = true
	s := Step{Name: name}
	if !p.named[name] {
		s.Why = p.reason(name)
	}
	p.steps = append(p.steps, s)
}

// reason is who brought a service into the plan: one that needs or wants it, or one
// that it needs itself.
func (p *plan) reason(name string) string {
	if !slices.Contains(p.below, name) {
		for _, other := range p.above {
			if p.edge(name, other, needs.Hard) != nil {
				return "it needs " + other
			}
		}
	}
	for s := needs.Hard; s < needs.Order; s++ {
		for _, other := range p.below {
			if p.edge(other, name, s) != nil {
				return other + " " + s.String() + " it"
			}
		}
	}
	return ""
}

// edge is that from a service to another, nil if there is none.
func (p *plan) edge(from, to string, s needs.Strength) *needs.Need {
	all := p.g.Needs(from)
	i := slices.IndexFunc(all, func(n needs.Need) bool { return n.Name == to && n.Strength == s && n.Trouble == "" })
	if i < 0 {
		return nil
	}
	return &all[i]
}

// missing says that a service which was not named has to be told to come up: it
// is not on its way, and somebody here is not content with what it is.
func (p *plan) missing(name string, o *needs.Other) bool {
	if isComing(o) {
		return false
	}
	asked := false
	for _, other := range p.order {
		for s := needs.Hard; s < needs.Order; s++ {
			n := p.edge(other, name, s)
			if n == nil {
				continue
			}
			asked = true
			hard := *n
			hard.Strength = needs.Hard // who only wants it is content with what is down
			if answer, _ := needs.Judge(&hard, o); answer != needs.Met {
				return true
			}
		}
	}
	return !asked
}

// isComing says that a service is up, or comes up by itself.
func isComing(o *needs.Other) bool {
	r := &o.Record
	return o.Supervised && r.Want != status.WantDown && r.State != status.Failed && r.State != status.Exited
}

// isOn says that a service is up, or may come up.
func isOn(o *needs.Other) bool {
	return o.Supervised && (o.Record.Want != status.WantDown || o.Record.State.HasProcess())
}

// needed are the services that one waits for.
func (p *plan) needed(name string) []string {
	var all []string
	for _, n := range p.g.Needs(name) {
		if n.Trouble == "" {
			all = append(all, n.Name)
		}
	}
	return all
}

// users are those that wait for it.
func (p *plan) users(name string) []string {
	var all []string
	for _, other := range p.order {
		if slices.Contains(p.needed(other), name) {
			all = append(all, other)
		}
	}
	return all
}

// before are the steps to which next leads from a service, also over others that
// are told nothing.
func (p *plan) before(name string, next func(string) []string) []string {
	var all []string
	seen := map[string]bool{name: true}
	for queue := next(name); len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if seen[at] || !slices.Contains(p.order, at) {
			continue
		}
		seen[at] = true
		if p.told[at] {
			all = append(all, at)
		} else {
			queue = append(queue, next(at)...)
		}
	}
	slices.Sort(all)
	return all
}
