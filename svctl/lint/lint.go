// Package lint finds mistakes in service directories before they run: programs
// that the kernel will not execute, settings that nobody reads, values that
// cannot be used, names that are almost right.
//
// A directory is first read into a tree of entries, and nothing is written to
// it; what is wrong with the tree is then a matter of looking. What a service
// directory needs of the machine, interpreters and users, is asked of a World.
// See svctl(8).
package lint

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svscan/graph"
	"github.com/svdir/svdir/svscan/scandir"
)

// Finding is one thing that is wrong, or, as a note, right and unusual.
type Finding struct {
	Service string `json:"service"` // as it was named
	Path    string `json:"path"`    // below the service directory, "" for itself
	Message string `json:"message"`
	Note    bool   `json:"note"`
}

// String is the finding in one line, fit for a terminal.
func (f Finding) String() string {
	text := f.Message
	if f.Note {
		text = "note: " + text
	}
	return svctl.Show(filepath.Join(f.Service, f.Path) + ": " + text)
}

// Service is what is found in a service directory and in its logger.
func Service(t svctl.Target, w *World) []Finding {
	i := &inspection{service: t.Name, dir: t.Defined, served: t.Dir, world: w, logger: t.IsLogger(), reads: t.TakesLogSettings()}
	if name := filepath.Base(t.Defined); t.Scan == "" && !i.logger && strings.HasPrefix(name, ".") && len(name) > 2 {
		i.add("", "a leading dot hides it: svscan passes it over")
	}
	i.inspect()
	return i.found
}

// inspection is a look at one service directory.
type inspection struct {
	service string // its name in findings
	below   string // its path below the directory of that service: "" or log/
	dir     string
	served  string // the directory as supervise has it
	kind    string // of service
	logger  bool   // of the service that it is in
	reads   bool   // what others write
	world   *World
	graph   *graph.Graph // once somebody asks
	found   []Finding
}

func (i *inspection) add(path, message string) {
	i.found = append(i.found, Finding{i.service, filepath.Join(i.below, path), message, false})
}

func (i *inspection) note(path, message string) {
	i.found = append(i.found, Finding{i.service, filepath.Join(i.below, path), message, true})
}

// inspect looks at everything, in the order of servicedir(5).
func (i *inspection) inspect() {
	top, err := read(i.dir)
	if err != nil {
		i.add("", "unable to read: "+servicedir.Reason(err))
		return
	}
	i.kind = kindOf(top)
	i.directory(top)
	i.programs(top)
	i.settings(top)
	i.order(top)
	i.health(top)
	i.ports(top)
	i.names(top)
	i.state(top)
	i.pipes(top)
	i.log(top)
}

// directory looks at the directory itself.
func (i *inspection) directory(top *entry) {
	if top.anybody() {
		i.add("", "anybody may put files here (chmod o-w "+i.dir+")")
	}
	foreign := top.find("type") != nil || top.find("contents.d") != nil || top.find("template") != nil // of s6-rc and its kin
	run, command := top.find(servicedir.Run), top.find(servicedir.Command)
	switch {
	case i.kind == servicedir.TypeBundle && run != nil:
		i.add(servicedir.Run, "not used: a bundle is no service")
	case i.kind == servicedir.TypeOneshot && run != nil:
		i.add(servicedir.Run, "not used: a oneshot runs up")
	case run != nil && command != nil:
		i.add(servicedir.Command, "not used: run is there, and wins")
	case run == nil && command == nil && !i.logger && !foreign && top.find(servicedir.ConsumerFor) == nil:
		i.add("", "nothing to run: there is neither run nor set/command")
	}
}

// log looks at the logger.
func (i *inspection) log(top *entry) {
	log := top.find(servicedir.Log)
	switch {
	case log == nil:
	case errors.Is(log.err, fs.ErrNotExist):
		i.add(servicedir.Log, leadsNowhere(log)+", so there is no logger")
	case log.err != nil:
		i.add(servicedir.Log, "unable to look: "+servicedir.Reason(log.err))
	case !log.mode.IsDir():
		i.add(servicedir.Log, "not a directory, so there is no logger")
	case i.logger:
		i.add(servicedir.Log, "a logger has no logger of its own: nobody starts it")
	default:
		inner := &inspection{service: i.service, below: servicedir.Log, logger: true, reads: true, world: i.world}
		inner.dir, inner.served = filepath.Join(i.dir, servicedir.Log), filepath.Join(i.served, servicedir.Log)
		inner.inspect()
		i.found = append(i.found, inner.found...)
	}
}

// Scan is what is found among the entries of a scan directory themselves.
func Scan(dir string) []Finding {
	top, err := read(dir)
	if err != nil {
		return []Finding{{Service: dir, Message: "unable to read: " + servicedir.Reason(err)}}
	}
	i := &inspection{service: dir}
	for _, e := range top.entries {
		switch {
		case !scandir.IsService(e.name):
		case errors.Is(e.err, fs.ErrNotExist):
			i.add(e.name, leadsNowhere(e)+", so it is no service")
		case e.err != nil:
			i.add(e.name, "unable to look: "+servicedir.Reason(e.err))
		case !e.mode.IsDir():
			i.note(e.name, "not a directory, so it is no service")
		case strings.ContainsFunc(e.name, func(r rune) bool { return r < ' ' || r == 0x7f }):
			i.add(e.name, "control characters in the name of a service")
		}
	}
	return i.found
}

func leadsNowhere(e *entry) string {
	return "the symbolic link leads nowhere (to " + e.link + ")"
}
