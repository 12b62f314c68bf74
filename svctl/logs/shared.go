package logs

import (
	"bytes"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svscan/scandir"
)

// sharedLogger is the logger of a service in dir, an absolute path, that has
// none of its own: the one that it names, or that of all which have none. It may
// be one of these itself.
func sharedLogger(t svctl.Target, dir string) (logger svctl.Target, at Log, ok bool) {
	everybodys := beside(t, dir, scandir.CatchAll)
	named, isProducer, err := servicedir.ReadValue(unix.AT_FDCWD, filepath.Join(dir, servicedir.ProducerFor))
	switch {
	case isFile(dir, servicedir.ConsumerFor), strings.HasSuffix(dir, "/"+scandir.CatchAll):
		return t, Log{Shared: labels(dir)}, true
	case isProducer && err == nil:
		logger = beside(t, dir, named)
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
	isPath := strings.Contains(name, "/") && !strings.HasPrefix(name, scandir.Dir+"/")
	switch {
	case isPath:
		dir = servicedir.ProducerPath(dir, name)
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
	text, _ := read(filepath.Join(dir, servicedir.ConsumerFor), servicedir.MaxProducersSize) // there may be none
	all := servicedir.ParseProducers(text)
	return len(all) != 1 || isFile(servicedir.ProducerPath(dir, all[0]), servicedir.SplitStderr)
}

// label is what a logger calls a service: a word that disturbs no terminal.
func label(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0x7f && r < 0xa0, r == '\uFFFD':
			return '?'
		}
		return r
	}, servicedir.PipeName(name))
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
