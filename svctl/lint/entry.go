package lint

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
)

// maxText bounds what is read of one file.
const maxText = 1 << 20

// entry is what stands in one place.
type entry struct {
	name    string
	mode    fs.FileMode // of what is there, links followed
	link    string      // where a symbolic link leads, "" if it is none
	err     error       // why it cannot be looked at; ErrNotExist for a link that leads nowhere
	text    []byte      // the beginning of a regular file
	textErr error       // why that could not be read
	entries []*entry    // of a directory, by name
}

// find is the entry at a path below e, nil if there is none.
func (e *entry) find(path string) *entry {
	name, rest, deeper := strings.Cut(path, "/")
	for _, in := range e.entries {
		if in.name != name {
			continue
		}
		if deeper {
			return in.find(rest)
		}
		return in
	}
	return nil
}

// anybody says that all users may change it.
func (e *entry) anybody() bool {
	return e.mode.Perm()&0o002 != 0 && (!e.mode.IsDir() || e.mode&fs.ModeSticky == 0)
}

// executable says that somebody may execute it.
func (e *entry) executable() bool { return e.mode.Perm()&0o111 != 0 }

// inside are the directories of a service directory whose files are ours to
// judge; what else it keeps is its own affair, and may be large.
var inside = map[string]bool{
	servicedir.Set: true, servicedir.Control: true, servicedir.State: true, servicedir.Dependencies: true, servicedir.Contents: true,
}

// read reads a service directory, or a scan directory, which has none of these.
func read(dir string) (*entry, error) {
	st, err := os.Stat(dir)
	if err != nil {
		return nil, err
	}
	top := &entry{name: filepath.Base(dir), mode: st.Mode()}
	if top.entries, err = readEntries(dir); err != nil {
		return nil, err
	}
	for _, e := range top.entries {
		path := filepath.Join(dir, e.name)
		switch {
		case e.mode.IsDir() && inside[e.name]:
			e.entries, e.textErr = readEntries(path)
			readBelow(path, e)
		case isKnown(e.name):
			e.readText(path)
		}
	}
	return top, nil
}

// readBelow reads the files in set/ and control/, and in the directories of
// set/. The files of supervise/ are written by supervise, and not read.
func readBelow(dir string, e *entry) {
	if e.name == servicedir.State {
		return
	}
	for _, in := range e.entries {
		path := filepath.Join(dir, in.name)
		if in.mode.IsDir() && e.name == servicedir.Set {
			in.entries, in.textErr = readEntries(path)
			for _, item := range in.entries {
				item.readText(filepath.Join(path, item.name))
			}
		}
		in.readText(path)
	}
}

func readEntries(dir string) ([]*entry, error) {
	list, err := os.ReadDir(dir)
	var all []*entry
	for _, d := range list {
		all = append(all, look(dir, d.Name()))
	}
	return all, err
}

func look(dir, name string) *entry {
	e, path := &entry{name: name}, filepath.Join(dir, name)
	e.link, _ = os.Readlink(path) // fails where there is no link
	st, err := os.Stat(path)
	if err != nil {
		e.err = err
		return e
	}
	e.mode = st.Mode()
	return e
}

// readText reads a regular file; it opens nothing else, since to open a FIFO
// or a device is to do something.
func (e *entry) readText(path string) {
	if e.err != nil || !e.mode.IsRegular() {
		return
	}
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err == nil {
		e.text, err = io.ReadAll(io.LimitReader(f, maxText+1))
		err = errors.Join(err, f.Close())
	}
	e.textErr = err
}
