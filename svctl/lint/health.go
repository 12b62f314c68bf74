package lint

import (
	"path"

	"github.com/svdir/svdir/supervise/servicedir"
)

// health finds readiness that nobody asks for, or that is asked for twice.
func (i *inspection) health(top *entry) {
	sources := []string{servicedir.NotificationFD, servicedir.NotifySocket, servicedir.Checks}
	first := ""
	for _, name := range sources {
		switch {
		case top.find(name) == nil:
		case first != "":
			i.note(name, "not used for readiness: "+first+" comes first")
		default:
			first = name
		}
	}
	if check := top.find(servicedir.Checks); check != nil && check.mode.IsDir() {
		asked := []string{servicedir.Check, "data", path.Join(servicedir.Checks, "http"), path.Join(servicedir.Checks, "tcp"), servicedir.Ports}
		i.onlyFirst(top, servicedir.Checks, asked, "nobody finds out whether it is ready: there is no check, and neither http nor tcp in it")
	}
	alive := top.find(servicedir.Alive)
	if alive != nil && alive.mode.IsDir() {
		asked := []string{path.Join(servicedir.Alive, "run"), path.Join(servicedir.Alive, "http"), path.Join(servicedir.Alive, "tcp")}
		i.onlyFirst(top, servicedir.Alive, asked, "nobody finds out whether it is well: there is neither run, http nor tcp in it")
	}
	if top.find(servicedir.Diagnose) != nil && alive == nil {
		i.add(servicedir.Diagnose, "never run: there is no "+servicedir.Alive)
	}
}

// onlyFirst finds that none is there, or which are behind the first.
func (i *inspection) onlyFirst(top *entry, dir string, names []string, none string) {
	first := ""
	for _, name := range names {
		switch {
		case top.find(name) == nil:
		case first == "":
			first = name
		case first != "data" && name != servicedir.Ports: // of the one nobody knows here whether it is a check, the other is more than that
			i.note(name, "not used: "+first+" comes first")
		}
	}
	if first == "" {
		i.add(dir, none)
	}
}
