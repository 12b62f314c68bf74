package lint

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/svdir/svdir/supervise/needs"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/wiring"
	"github.com/svdir/svdir/svscan/graph"
)

// Kinds of a service, as its file type says.
const longrun = "longrun"

// kindOf is the kind of a service: longrun where nothing is said, or nothing good.
func kindOf(top *entry) string {
	if e := top.find(servicedir.Type); e != nil {
		if word, err := setting.Line(string(e.text)); err == nil && slices.Contains(kinds, word) {
			return word
		}
	}
	return longrun
}

var kinds = []string{longrun, servicedir.TypeOneshot, servicedir.TypeBundle}

// order looks at the kind of the service, and at what it needs.
func (i *inspection) order(top *entry) {
	i.kindFile(top)
	used := i.usedBy(top)
	for _, place := range append(wiring.Places[:], servicedir.OldDependencies, servicedir.Before, servicedir.Contents, servicedir.OldContents, "up") {
		if e := top.find(place); e != nil && used[place] != "" {
			i.add(place, "not used: "+used[place])
		}
	}
	names := func(place string) []*entry {
		dir := top.find(place)
		if dir == nil || used[place] != "" {
			return nil
		}
		if place == servicedir.Contents && !dir.mode.IsDir() { // the others are settings
			i.add(place, "not a directory: it has one file for each service")
		}
		return slices.DeleteFunc(slices.Clone(dir.entries), func(e *entry) bool { return e.name[0] == '.' })
	}
	for strength, place := range wiring.Places {
		for _, e := range names(place) {
			i.edge(path.Join(place, e.name), "", e.name, needs.Strength(strength))
		}
	}
	old := func(place string) []string {
		if e := top.find(place); e != nil && used[place] == "" {
			return servicedir.ParseNames(e.text)
		}
		return nil
	}
	for _, name := range old(servicedir.OldDependencies) {
		i.edge(servicedir.OldDependencies, name+" ", name, needs.Hard)
	}
	for _, e := range names(servicedir.Before) {
		i.before(e.name)
	}
	for _, e := range names(servicedir.Contents) {
		i.member(path.Join(servicedir.Contents, e.name), "", e.name)
	}
	for _, name := range old(servicedir.OldContents) {
		i.member(servicedir.OldContents, name+" ", name)
	}
	if i.kind == servicedir.TypeBundle && i.around().Members(i.own()) == nil {
		i.add(contentsOf(top), "the bundle contains itself")
	}
}

// contentsOf is where a bundle has its members.
func contentsOf(top *entry) string {
	if top.find(servicedir.Contents) == nil {
		return servicedir.OldContents
	}
	return servicedir.Contents
}

// around is who needs whom among the service and those beside it.
func (i *inspection) around() *graph.Graph {
	if i.graph == nil {
		i.graph = i.world.Edges(filepath.Dir(i.dir))
	}
	return i.graph
}

// kindFile looks at type itself, and at what the kind has to have.
func (i *inspection) kindFile(top *entry) {
	e := top.find(servicedir.Type)
	if e == nil {
		return
	}
	word, err := setting.Line(string(e.text))
	switch {
	case err != nil:
		i.add(servicedir.Type, err.Error())
	case !slices.Contains(kinds, word):
		text := "not " + longrun + ", " + servicedir.TypeOneshot + " or " + servicedir.TypeBundle
		if near := svctl.Near(word, kinds); near != "" {
			text += " (did you mean " + near + "?)"
		}
		i.add(servicedir.Type, text+", so it is taken as "+longrun)
	case word == servicedir.TypeOneshot && top.find("up") == nil:
		i.add("", "nothing to run: it is a oneshot without up")
	case word == servicedir.TypeBundle && top.find(contentsOf(top)) == nil:
		i.add("", "nothing in it: it is a bundle without contents.d")
	}
}

// usedBy says for names that count for another kind only why they do not here.
func (i *inspection) usedBy(top *entry) map[string]string {
	used := map[string]string{}
	kind := kindOf(top)
	if kind != servicedir.TypeOneshot {
		used["up"] = "it is no oneshot, as type would say"
	}
	if kind != servicedir.TypeBundle {
		used[servicedir.Contents] = "it is no bundle, as type would say"
		used[servicedir.OldContents] = used[servicedir.Contents]
	} else if top.find(servicedir.Contents) != nil {
		used[servicedir.OldContents] = "contents.d is there, and wins"
	}
	why := ""
	switch {
	case kind == servicedir.TypeBundle:
		why = "a bundle needs nothing, its members do"
	case i.below != "":
		why = "a logger waits for nobody"
	}
	for _, place := range append(wiring.Places[:], servicedir.Before) {
		used[place] = why
	}
	switch used[servicedir.OldDependencies] = why; {
	case why != "":
	case top.find(servicedir.Dependencies) != nil:
		used[servicedir.OldDependencies] = "dependencies.d is there, and wins"
	case top.find(servicedir.Type) == nil:
		used[servicedir.OldDependencies] = "it counts beside type alone, as s6-rc has it: put an empty file for each name into dependencies.d"
	}
	return used
}

// edge looks at what the service needs under this name, which is said at a path and
// with what has to stand before that.
func (i *inspection) edge(at, before, name string, s needs.Strength) {
	g := i.around()
	members := g.Members(name)
	for _, n := range g.Needs(i.own()) {
		switch {
		case n.Strength != s || n.Trouble == "":
		case n.Name == name && !g.Has(name):
			i.add(at, before+n.Trouble+i.meantService(name))
		case n.Name == name:
			i.add(at, before+n.Trouble)
		case slices.Contains(members, n.Name) && g.Has(n.Name): // who is not there is told of its bundle
			i.add(at, n.Name+" "+n.Trouble)
		}
	}
}

// before looks at a service that is to come after this one.
func (i *inspection) before(name string) {
	at, g := path.Join(servicedir.Before, name), i.around()
	if !g.Has(name) {
		i.add(at, "is no service here"+i.meantService(name))
		return
	}
	for _, member := range g.Members(name) {
		for _, n := range g.Needs(member) {
			if n.Name == i.own() && n.Strength == needs.Order && n.Trouble != "" {
				i.add(at, i.own()+" "+n.Trouble)
			}
		}
	}
}

// member looks at a member of a bundle, as edge does.
func (i *inspection) member(at, before, name string) {
	if !i.around().Has(name) {
		i.add(at, before+"is no service here"+i.meantService(name))
	}
}

// meantService is the service that may have been meant by a name.
func (i *inspection) meantService(name string) string {
	others := slices.DeleteFunc(slices.Clone(i.around().Names()), func(other string) bool { return other == i.own() })
	if near := svctl.Near(name, others); near != "" {
		return " (did you mean " + near + "?)"
	}
	return ""
}

// orderNames are the directories of set/ that people may look for at the top.
var orderNames = []string{
	strings.TrimPrefix(servicedir.Wants, servicedir.Set+"/"), strings.TrimPrefix(servicedir.After, servicedir.Set+"/"),
	strings.TrimPrefix(servicedir.Before, servicedir.Set+"/"),
}
