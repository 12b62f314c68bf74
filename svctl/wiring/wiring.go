// Package wiring reads who needs whom in a scan directory: as svscan has written
// it down for those that it serves, see svneeds(5), else as the service
// directories say it themselves.
package wiring

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svscan/graph"
)

// Of is the graph of a scan directory, or as much of it as a command for names is
// about.
func Of(scan string, names []string, m graph.Mode) (*graph.Graph, error) {
	if m == graph.After || m == graph.All {
		return Whole(scan)
	}
	return below(scan, names)
}

// Whole is the graph of a scan directory.
func Whole(scan string) (*graph.Graph, error) {
	all, err := services(scan)
	if err != nil {
		return nil, err
	}
	if !svctl.IsScanned(scan) {
		return graph.New(defined(all)), nil
	}
	known := map[string][]needs.Need{}
	var found []graph.Service
	for _, t := range all {
		one := look(t)
		if found = append(found, one); !one.Bundle {
			known[t.Name] = written(t)
		}
	}
	return graph.Resolved(found, known), nil
}

// below is the part of it that names need and want.
func below(scan string, names []string) (*graph.Graph, error) {
	if !svctl.IsScanned(scan) {
		return Whole(scan)
	}
	known, seen := map[string][]needs.Need{}, map[string]bool{}
	var found []graph.Service
	for queue := names; len(queue) > 0; queue = queue[1:] {
		name := queue[0]
		if seen[name] || strings.Contains(name, "/") {
			continue
		}
		seen[name] = true
		t := svctl.Linked(scan, name)
		one := look(t)
		if found = append(found, one); one.Bundle {
			queue = append(queue, one.Contents...)
			continue
		}
		known[name] = written(t)
		for _, n := range known[name] {
			if n.Trouble == "" {
				queue = append(queue, n.Name)
			}
		}
	}
	return graph.Resolved(found, known), nil
}

// Members are the services that a bundle stands for.
func Members(t svctl.Target) ([]string, error) {
	own := filepath.Base(t.Defined)
	g, err := below(t.Scan, []string{own})
	if err != nil {
		return nil, err
	}
	all := g.Members(own)
	if all == nil {
		return nil, &svctl.Problem{Verb: "find", Object: t.Name, Reason: "it is a bundle that contains itself", Kind: svctl.ErrUsage}
	}
	return all, nil
}

// Defined is the graph as the service directories in dir say it, whoever serves
// them.
func Defined(dir string) (*graph.Graph, error) {
	all, err := services(dir)
	return graph.New(defined(all)), err
}

// services are those of a scan directory that svscan knows: what was removed is
// on its way out.
func services(scan string) ([]svctl.Target, error) {
	all, err := svctl.Tree{Dirs: []string{scan}}.Services()
	var here []svctl.Target
	for _, t := range all {
		if !t.Removed {
			here = append(here, t)
		}
	}
	return here, err
}

// look is a service without its edges, or a bundle.
func look(t svctl.Target) graph.Service {
	one := graph.Service{Name: t.Name, Dir: t.Dir}
	switch t.Type() {
	case servicedir.TypeBundle:
		one.Bundle, one.Contents = true, names(filepath.Join(t.Defined, servicedir.Contents))
	case servicedir.TypeOneshot:
		one.Oneshot = true
	}
	return one
}

// written is what svscan has written down for a service. Where that cannot be
// read, nobody has: others need nothing.
func written(t svctl.Target) []needs.Need {
	text, _ := os.ReadFile(filepath.Join(t.Dir, servicedir.State, servicedir.Needs))
	return needs.Parse(text)
}

// defined are the services with the edges that their directories name. What
// cannot be read counts as svscan counts it: lint says what is wrong with it.
func defined(all []svctl.Target) []graph.Service {
	var found []graph.Service
	for _, t := range all {
		one := look(t)
		if found = append(found, one); one.Bundle {
			continue
		}
		last := &found[len(found)-1]
		for strength, place := range Places {
			for _, to := range names(filepath.Join(t.Defined, place)) {
				text, _ := os.ReadFile(filepath.Join(t.Defined, place, to))
				edge, _ := needs.ParseEdge(string(text[:min(len(text), maxEdge)]))
				last.Edges = append(last.Edges, graph.Edge{To: to, Strength: needs.Strength(strength), Edge: edge})
			}
		}
		last.Before = names(filepath.Join(t.Defined, servicedir.Before))
	}
	return found
}

// Places are the directories of a service directory whose files are edges, by
// their strength.
var Places = [needs.Strengths]string{servicedir.Dependencies, servicedir.Wants, servicedir.After}

// maxEdge bounds what is read of a file that is an edge.
const maxEdge = 256

// names are those in a directory that do not begin with a dot, none if it is not
// there.
func names(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var all []string
	for _, e := range entries {
		if e.Name()[0] != '.' {
			all = append(all, e.Name())
		}
	}
	return all
}
