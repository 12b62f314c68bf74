// Package svctl is the library behind the tools for people: it finds services
// by name, reads what their files say, writes letters to their control FIFOs,
// waits until something is so, and edits scan directories.
//
// It knows no private way: everything here is done with the files that
// servicedir(5), svstatus(5) and svcontrol(5) describe, so it works on the
// services of daemontools, runit and s6 as it does on ours.
package svctl

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svscan/scandir"
)

// Target is one service that a person named.
type Target struct {
	Name    string // as it is shown: web, web/log, or a path
	Dir     string // its service directory, as supervise has it
	Defined string // the same, as the user has it: another one under svscan -run
	Scan    string // the scan directory that has it, "" for a path
	Removed bool   // taken out of the scan directory, and not yet ended
}

// Log is the logger of the service, false if it has none.
func (t Target) Log() (Target, bool) {
	log := filepath.Join(t.Dir, servicedir.Log)
	name := strings.TrimSuffix(t.Name, "/") + "/" + servicedir.Log
	defined := filepath.Join(t.Defined, servicedir.Log)
	return Target{Name: name, Dir: log, Defined: defined, Scan: t.Scan, Removed: t.Removed}, isDir(log)
}

// IsThere says that its directory is there.
func (t Target) IsThere() bool { return isDir(t.Dir) }

// Type is what the directory says it is: bundle, oneshot, or "" and the like for
// a service.
func (t Target) Type() string {
	var buf [64]byte
	text, err := readFile(filepath.Join(t.Defined, servicedir.Type), buf[:])
	if err != nil {
		return ""
	}
	line, _ := servicedir.FirstLine(servicedir.Type, text) // what is bad says nothing
	return line
}

// Tree is where names are looked up: these scan directories, in this order.
type Tree struct {
	Dirs []string
}

// Dir is the scan directory that is used where none of its services is named:
// the first that is there.
func (t Tree) Dir() (string, error) {
	for _, dir := range t.Dirs {
		found, err := isDirectory(dir)
		switch {
		case found:
			return dir, nil
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", problem("open scan directory", dir, dir, err)
		}
	}
	return "", &Problem{"find", "a scan directory",
		"tried " + strings.Join(t.Dirs, ", ") + "; name it with -C or in SVDIR", ErrNotSupervised}
}

// Services are all services of the scan directory by name, then those that
// were taken away and have not ended.
func (t Tree) Services() ([]Target, error) {
	dir, err := t.Dir()
	if err != nil {
		return nil, err
	}
	return list(dir)
}

func list(dir string) ([]Target, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, problem("read scan directory", dir, dir, err)
	}
	var all []Target
	kept := served(dir)
	for _, e := range entries {
		if scandir.IsService(e.Name()) && (e.IsDir() || isDir(filepath.Join(dir, e.Name()))) {
			all = append(all, kept.linked(dir, e.Name()))
		}
	}
	here := len(all)
	// Only our svscan keeps this directory.
	gone, _ := os.ReadDir(kept.own(scandir.Removed))
	for _, e := range gone {
		same := func(t Target) bool { return t.Name == e.Name() }
		if !slices.ContainsFunc(all[:here], same) {
			all = append(all, kept.removed(dir, e.Name()))
		}
	}
	return all, nil
}

// Linked is the service of this name in a scan directory that has it.
func Linked(scan, name string) Target { return served(scan).linked(scan, name) }

// keeping is where svscan serves the services of a scan directory.
type keeping string

// served is that of a scan directory: itself, but for svscan -run.
func served(scan string) keeping {
	if run, err := os.Readlink(filepath.Join(scan, scandir.Dir, scandir.Run)); err == nil && isDir(run) {
		return keeping(run)
	}
	return keeping(scan)
}

// linked is a service that the scan directory has.
func (k keeping) linked(scan, name string) Target {
	return Target{Name: name, Dir: filepath.Join(string(k), name), Defined: filepath.Join(scan, name), Scan: scan}
}

// removed is one that was taken out of it.
func (k keeping) removed(scan, name string) Target {
	dir := k.own(scandir.Removed, name)
	return Target{Name: name, Dir: dir, Defined: dir, Scan: scan, Removed: true}
}

// own is the path of what svscan keeps there for itself.
func (k keeping) own(names ...string) string {
	return filepath.Join(append([]string{string(k), scandir.Dir}, names...)...)
}

// isPath says that a name is a path, and not looked up in a scan directory.
func isPath(name string) bool {
	return name == "." || name == ".." || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "./") ||
		strings.HasPrefix(name, "../") || strings.HasSuffix(name, "/")
}

// Find is the service of this name, or all that the pattern matches.
func (t Tree) Find(name string) ([]Target, error) {
	if isPath(name) {
		if found, err := isDirectory(name); err != nil {
			return nil, problem("find", name, name, err)
		} else if !found {
			return nil, &Problem{"find", name, "not a directory", ErrUsage}
		}
		return []Target{{Name: name, Dir: filepath.Clean(name), Defined: filepath.Clean(name)}}, nil
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	if _, err := t.Dir(); err != nil {
		return nil, err
	}
	for _, dir := range t.Dirs {
		found, err := lookUp(dir, name)
		if found != nil || err != nil {
			return found, err
		}
	}
	for _, dir := range t.Dirs {
		if found := pipeline(dir, name); found != nil {
			return found, nil
		}
	}
	if strings.ContainsAny(name, "*?[") {
		return t.match(name)
	}
	return nil, t.notFound(name)
}

// checkName refuses what cannot be a service of a scan directory.
func checkName(name string) error {
	if name == scandir.CatchAll {
		return nil
	}
	for _, part := range strings.Split(name, "/") {
		if !scandir.IsService(part) {
			return &Problem{"find", name, "names that begin with a dot are no services (a path begins with / or ./)", ErrUsage}
		}
	}
	return nil
}

// lookUp finds name in one scan directory; nothing and no error means that it
// is not there.
func lookUp(scan, name string) ([]Target, error) {
	dir := filepath.Join(scan, name)
	found, err := isDirectory(dir)
	if found {
		return []Target{Linked(scan, name)}, nil
	}
	if err == nil {
		return nil, &Problem{"find", name, dir + " is not a directory", ErrUsage}
	}
	if link, lerr := os.Readlink(dir); lerr == nil && errors.Is(err, fs.ErrNotExist) {
		return nil, &Problem{"find", name, dir + " links to " + Show(link) + ", which is not there", ErrNotSupervised}
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, problem("find", name, dir, err)
	}
	if gone := served(scan).removed(scan, name); isDir(gone.Dir) {
		return []Target{gone}, nil
	}
	outer, inner, deeper := strings.Cut(name, "/")
	if !deeper {
		return nil, nil
	}
	below, ok := nested(Read(Linked(scan, outer)).PID)
	if !ok {
		return nil, nil
	}
	all, err := lookUp(below, inner)
	for i := range all {
		all[i].Name = name
	}
	return all, err
}

// match finds what a pattern matches: the services, or the loggers of services
// for a pattern that ends in /log.
func (t Tree) match(pattern string) ([]Target, error) {
	head, logs := strings.CutSuffix(pattern, "/"+servicedir.Log)
	if _, err := path.Match(head, ""); err != nil {
		return nil, &Problem{"find", pattern, "not a pattern: a [ is not closed", ErrUsage}
	}
	all, err := t.Services()
	if err != nil {
		return nil, err
	}
	var found []Target
	for _, s := range all {
		if ok, _ := path.Match(head, s.Name); !ok {
			continue
		}
		if logs {
			if s, ok := s.Log(); ok {
				found = append(found, s)
			}
			continue
		}
		found = append(found, s)
	}
	if found == nil {
		return nil, t.notFound(pattern)
	}
	return found, nil
}

// notFound says where a name was looked for, and what may have been meant.
func (t Tree) notFound(name string) error {
	var tried, known []string
	for _, dir := range t.Dirs {
		if !isDir(dir) {
			continue
		}
		tried = append(tried, dir)
		all, _ := list(dir) // an unreadable one offers no names
		for _, s := range all {
			known = append(known, s.Name)
		}
	}
	text := "not linked in " + strings.Join(tried, ", ")
	if near := Near(name, known); near != "" {
		text += " (did you mean " + Show(near) + "?)"
	}
	return &Problem{"find", name, text, ErrNotSupervised}
}

// parent is the path of the directory that has path, "" at the top.
func parent(path string) string {
	up := filepath.Dir(path)
	if up == path {
		return ""
	}
	return up
}
