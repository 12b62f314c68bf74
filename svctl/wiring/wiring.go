// Package wiring reads who needs whom in a scan directory: as svscan has written
// it down for those that it serves, see svneeds(5), else as the service
// directories say it themselves.
package wiring

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

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
	return below(scan, names), nil
}

// Whole is the graph of a scan directory.
func Whole(scan string) (*graph.Graph, error) {
	all, err := services(scan)
	if err != nil {
		return nil, err
	}
	r := newReader(scan)
	for _, t := range all {
		r.read(t)
	}
	return r.graph(), nil
}

// below is the part of it that names need and want, and the bundles among them.
func below(scan string, names []string) *graph.Graph {
	r := newReader(scan)
	seen := map[string]bool{}
	for queue := names; len(queue) > 0; queue = queue[1:] {
		name := queue[0]
		if seen[name] || strings.Contains(name, "/") {
			continue
		}
		seen[name] = true
		if t := svctl.Linked(scan, name); t.IsThere() {
			queue = append(queue, r.read(t)...)
		} else if !r.scanned {
			queue = append(queue, pipeline(scan, name)...)
		}
	}
	return r.graph()
}

// pipeline are the names of the services in the pipeline that is called so.
func pipeline(scan, name string) []string {
	all, _ := svctl.Tree{Dirs: []string{scan}}.Find(name) // a stranger has none
	var names []string
	for _, t := range all {
		names = append(names, t.Name)
	}
	return names
}

// reader reads one service after the other: what svscan has written down, if there
// is one, else the definitions.
type reader struct {
	scanned bool
	found   []graph.Service
	known   map[string][]needs.Need
}

func newReader(scan string) *reader {
	return &reader{scanned: svctl.IsScanned(scan), known: map[string][]needs.Need{}}
}

// read reads one service, and gives the names of those that it leads to.
func (r *reader) read(t svctl.Target) []string {
	one := look(t)
	to := one.Contents
	switch {
	case one.Bundle:
	case r.scanned:
		r.known[t.Name] = written(t)
		for _, n := range r.known[t.Name] {
			to = append(to, n.Name)
		}
	default:
		define(t, &one)
		for _, e := range one.Edges {
			to = append(to, e.To)
		}
	}
	r.found = append(r.found, one)
	return to
}

func (r *reader) graph() *graph.Graph {
	if r.scanned {
		return graph.Resolved(r.found, r.known)
	}
	return graph.New(r.found)
}

// Members are the services that a bundle stands for.
func Members(t svctl.Target) ([]string, error) {
	own := filepath.Base(t.Defined)
	all := below(t.Scan, []string{own}).Members(own)
	if all == nil {
		return nil, &svctl.Problem{Verb: "find", Object: t.Name, Reason: "it is a bundle that contains itself", Kind: svctl.ErrUsage}
	}
	return all, nil
}

// Defined is the graph as the service directories in dir say it, whoever serves
// them.
func Defined(dir string) (*graph.Graph, error) {
	all, err := services(dir)
	r := &reader{}
	for _, t := range all {
		r.read(t)
	}
	return r.graph(), err
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
	if t.Type() == servicedir.TypeBundle {
		one.Bundle, one.Contents = true, append(names(filepath.Join(t.Defined, servicedir.Contents)), oldNames(t, servicedir.Contents, servicedir.OldContents)...)
	} else if one.Pipeline = t.Pipeline(); t.Type() != "" {
		one.Reads = t.Reads()
	}
	return one
}

// written is what svscan has written down for a service. Where that cannot be
// read, nobody has: others need nothing.
func written(t svctl.Target) []needs.Need {
	return needs.Parse(svctl.Head(filepath.Join(t.Dir, servicedir.State, servicedir.Needs), maxNeeds))
}

// define adds the edges that the directory of a service names. What cannot be read
// counts as svscan counts it: lint says what is wrong with it.
func define(t svctl.Target, one *graph.Service) {
	for strength, place := range Places {
		for _, to := range names(filepath.Join(t.Defined, place)) {
			edge, _ := needs.ParseEdge(string(svctl.Head(filepath.Join(t.Defined, place, to), maxEdge)))
			one.Edges = append(one.Edges, graph.Edge{To: to, Strength: needs.Strength(strength), Edge: edge})
		}
	}
	one.Before = names(filepath.Join(t.Defined, servicedir.Before))
	if t.Type() != "" {
		for _, to := range oldNames(t, servicedir.Dependencies, servicedir.OldDependencies) {
			one.Edges = append(one.Edges, graph.Edge{To: to, Strength: needs.Hard})
		}
	}
}

// oldNames are the names in a file of s6-rc, where the directory that has its place
// by now is not there.
func oldNames(t svctl.Target, place, old string) []string {
	if _, err := os.Stat(filepath.Join(t.Defined, place)); err == nil {
		return nil
	}
	return t.OldNames(old)
}

// Places are the directories of a service directory whose files are edges, by
// their strength.
var Places = [needs.Strengths]string{servicedir.Dependencies, servicedir.Wants, servicedir.After}

// These bound what is read of a file that is an edge, and of supervise/needs.
const (
	maxEdge  = 256
	maxNeeds = 1 << 20
)

// names are those in a directory that do not begin with a dot, none if it is not
// there.
func names(dir string) []string {
	f, err := os.OpenFile(dir, os.O_RDONLY|unix.O_DIRECTORY, 0) // a FIFO is no directory, and is not waited for
	if err != nil {
		return nil
	}
	defer f.Close()
	all, _ := f.Readdirnames(-1) // those that could be read
	all = slices.DeleteFunc(all, func(name string) bool { return name[0] == '.' })
	slices.Sort(all)
	return all
}
