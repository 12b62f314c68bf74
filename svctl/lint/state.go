package lint

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"

	"github.com/svdir/svdir/supervise/servicedir"
)

// state looks at what supervise writes, where something else may stand in its
// way.
func (i *inspection) state(top *entry) {
	if i.served != i.dir {
		var err error
		if top, err = read(i.served); err != nil {
			return // nobody has served it yet
		}
	}
	if e := top.find(servicedir.Event); e != nil && !e.mode.IsDir() {
		i.add(servicedir.Event, "not a directory, so nobody is told of events")
	}
	e := top.find(servicedir.State)
	switch {
	case e == nil:
		return
	case errors.Is(e.err, fs.ErrNotExist):
		// supervise makes what such a link leads to, if it can.
		if !i.world.IsDir(filepath.Dir(i.resolve(e.link))) {
			i.add(e.name, leadsNowhere(e)+", and there is no directory in which supervise could make it")
		}
		return
	case e.err != nil || !e.mode.IsDir():
		i.add(e.name, "not a directory, so it cannot be supervised")
		return
	}
	if e.mode.Perm()&0o200 == 0 {
		i.add(e.name, "its owner may not write in it (chmod u+w "+filepath.Join(i.served, e.name)+")")
	}
	if e.anybody() {
		i.add(e.name, "anybody may put files here (chmod o-w "+filepath.Join(i.served, e.name)+")")
	}
	i.fifos(e)
}

// fifos looks at the FIFOs of supervise: it leaves alone what is in their
// place, and does not start.
func (i *inspection) fifos(state *entry) {
	for _, name := range []string{servicedir.ControlIn, servicedir.OK, servicedir.LogPipe, servicedir.ErrPipe} {
		if e := state.find(name); e != nil && e.mode.Type() != fs.ModeNamedPipe {
			at := path.Join(servicedir.State, name)
			i.add(at, "not a FIFO, so it cannot be supervised (rm "+filepath.Join(i.served, at)+")")
		}
	}
}

// resolve makes a path of where a link leads.
func (i *inspection) resolve(link string) string {
	if filepath.IsAbs(link) {
		return link
	}
	return filepath.Join(i.served, link)
}
