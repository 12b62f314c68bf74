package lint

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"strconv"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svctl/wiring"
	"github.com/svdir/svdir/svscan/graph"
)

// World is what a service directory needs of the machine.
type World struct {
	// Interpreter says why the program at this path cannot interpret a
	// script, "" if it can.
	Interpreter func(path string) string
	// InPath says that a program of this name is in the PATH.
	InPath func(name string) bool
	// IsDir says that there is a directory at this path.
	IsDir func(path string) bool
	// User and Group say that there is one of this name or number.
	User, Group func(name string) bool
	// Edges is who needs whom among the services in a directory.
	Edges func(dir string) *graph.Graph
	// Ports are the items of set/ports that ask for each port among them, nil where
	// another port will do.
	Ports func(dir string) map[int][]string
}

// Machine is this machine.
var Machine = &World{
	Interpreter: interpreter,
	InPath:      func(name string) bool { _, err := exec.LookPath(name); return err == nil },
	IsDir:       func(path string) bool { st, err := os.Stat(path); return err == nil && st.IsDir() },
	User: func(name string) bool {
		_, err := user.Lookup(name)
		return err == nil || isNumber(name)
	},
	Group: func(name string) bool {
		_, err := user.LookupGroup(name)
		return err == nil || isNumber(name)
	},
	Edges: func(dir string) *graph.Graph {
		g, _ := wiring.Defined(dir) // what cannot be read has no services
		return g
	},
	Ports: svctl.StrictPorts,
}

// Remembering is the same world, in which each directory is read once.
func (w World) Remembering() *World {
	known, read := map[string]*graph.Graph{}, w.Edges
	w.Edges = func(dir string) *graph.Graph {
		if known[dir] == nil {
			known[dir] = read(dir)
		}
		return known[dir]
	}
	asked, ask := map[string]map[int][]string{}, w.Ports
	w.Ports = func(dir string) map[int][]string {
		if _, known := asked[dir]; !known {
			asked[dir] = ask(dir)
		}
		return asked[dir]
	}
	return &w
}

func interpreter(path string) string {
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist"
	case err != nil:
		return "cannot be looked at: " + servicedir.Reason(err)
	case !st.Mode().IsRegular():
		return "is no regular file"
	case st.Mode().Perm()&0o111 == 0:
		return "is not executable"
	}
	return ""
}

// isNumber: who has a number needs no entry in a database.
func isNumber(name string) bool {
	_, err := strconv.ParseUint(name, 10, 32)
	return err == nil
}
