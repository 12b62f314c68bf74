package lint

import (
	"path"
	"slices"
	"strings"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
)

// expanded are the names in set/ whose values may name ports.
var expanded = []string{"alive", "check", "command", "cwd", "dirs", "env", "env-file", "path"}

// ports finds placeholders of ports that the service does not have.
func (i *inspection) ports(top *entry) {
	for _, name := range expanded {
		at := path.Join(servicedir.Set, name)
		if e := top.find(at); e != nil {
			i.portNames(top, at, e)
		}
	}
}

func (i *inspection) portNames(top *entry, at string, e *entry) {
	if e.mode.IsDir() {
		for _, item := range e.entries {
			if !strings.HasPrefix(item.name, ".") && !item.mode.IsDir() {
				i.portNames(top, path.Join(at, item.name), item)
			}
		}
		return
	}
	if e.executable() {
		return // a program has its own use of them
	}
	var told []string
	for _, name := range setting.PortNames(strings.ReplaceAll(string(e.text), "%%", "")) {
		if top.find(path.Join(servicedir.Ports, name)) == nil && setting.CheckPortName(name) == nil && !slices.Contains(told, name) {
			told = append(told, name)
			i.add(at, "there is no "+path.Join(servicedir.Ports, name))
		}
	}
}
