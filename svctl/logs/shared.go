package logs

import (
	"bytes"
	"path/filepath"
	"strings"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svscan/scandir"
)

// Who reads what another writes, in its service directory: see servicedir(5).
const (
	producerFor = "producer-for"
	consumerFor = "consumer-for"
	splitStderr = servicedir.Set + "/split-stderr"
)

// sharedLogger is the logger of a service in dir, an absolute path, that has
// none of its own: the one that it names, or that of all which have none. It may
// be one of these itself.
func sharedLogger(t svctl.Target, dir string) (logger svctl.Target, at Log, ok bool) {
	const catchAll = scandir.Dir + "/" + scandir.CatchAll
	everybodys := beside(t, dir, catchAll)
	switch named := names(filepath.Join(dir, producerFor)); {
	case isFile(dir, consumerFor), strings.HasSuffix(dir, "/"+catchAll):
		return t, Log{Shared: labels(dir)}, true
	case len(named) > 0:
		logger = beside(t, dir, named[0])
	case isDir(everybodys.Dir):
		logger = everybodys
	default:
		return t, Log{}, false
	}
	if labels(logger.Dir) {
		at = Log{Service: label(filepath.Base(dir)), Shared: true}
	}
	return logger, at, true
}

// beside is the service that the one in dir calls name. With a slash it is a
// path from there, but that of all which have none.
func beside(t svctl.Target, dir, name string) svctl.Target {
	switch {
	case strings.HasPrefix(name, "/"):
		dir = filepath.Clean(name)
	case strings.Contains(name, "/") && !strings.HasPrefix(name, scandir.Dir+"/"):
		dir = filepath.Join(dir, name)
	case t.Scan != "":
		return svctl.Linked(t.Scan, name)
	default:
		dir = filepath.Join(filepath.Dir(dir), name)
	}
	return svctl.Target{Name: name, Dir: dir, Defined: dir}
}

// labels says that a logger puts labels before lines: not where all are of one
// pipe.
func labels(dir string) bool {
	all := names(filepath.Join(dir, consumerFor))
	if len(all) != 1 || strings.HasPrefix(all[0], "/") {
		return true
	}
	path := filepath.Join(filepath.Dir(dir), all[0])
	if strings.Contains(all[0], "/") {
		path = filepath.Join(dir, all[0])
	}
	return isFile(path, splitStderr)
}

// names are the lines of a file that names services.
func names(path string) []string {
	const size = 64 << 10
	text, _ := read(path, size) // there may be none
	var all []string
	for line := range bytes.Lines(text) {
		if name := strings.TrimSpace(string(line)); name != "" && name[0] != '#' {
			all = append(all, name)
		}
	}
	return all
}

// label is what a logger calls a service: a word that disturbs no terminal.
func label(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r <= ' ':
			return '_'
		case r >= 0x7f && r < 0xa0, r == '\uFFFD':
			return '?'
		}
		return r
	}, name)
}

// unlabel takes the label off that stands before a line of a service, and has
// the line say what it says.
func (l *Line) unlabel(service string) {
	rest, ok := bytes.CutPrefix(l.Said, []byte(service))
	if !ok || l.Part || l.Service != "" {
		return
	}
	for _, of := range [...]struct{ label, stream string }{{": ", Stdout}, {" stderr: ", Stderr}} {
		if said, ok := bytes.CutPrefix(rest, []byte(of.label)); ok {
			l.Said, l.Service, l.Stream = said, service, of.stream
			return
		}
	}
}
