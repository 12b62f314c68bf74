package lint

import (
	"path"
	"path/filepath"
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
	i.samePorts(top)
}

// samePorts finds ports that another item asks for too, where each has to have its own.
func (i *inspection) samePorts(top *entry) {
	e := top.find(servicedir.Ports)
	if e == nil || i.logger {
		return
	}
	asked := i.world.Ports(filepath.Dir(i.dir))
	for _, item := range e.entries {
		at := path.Join(servicedir.Ports, item.name)
		text, _ := setting.Line(string(item.text)) // what is bad was told
		port, err := setting.ParsePort(text)
		if err != nil {
			continue
		}
		for _, other := range asked[port] {
			if other != path.Join(filepath.Base(i.dir), at) {
				i.add(at, other+" asks for the same port, and .svscan/set/strict-ports lets it have no other (svctl ids gives each its own)")
				break
			}
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
