package supervise

import (
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
)

// isOneshot says that the directory has no run, but is that of a oneshot.
func (s *Service) isOneshot() bool {
	if s.isPlain() {
		return false
	}
	kind, _, _ := servicedir.ReadValue(s.dir, servicedir.Type) // what is bad says nothing
	return kind == servicedir.TypeOneshot && !servicedir.Exists(s.dir, servicedir.Run)
}

// scriptOf is the path of up or down, and what it is executed with: as s6-rc has
// it, a file that is no program is one command line of execline.
func (s *Service) scriptOf(name string) (path string, argv []string) {
	path = "./" + name
	if servicedir.IsExecutable(s.dir, name) || !servicedir.Exists(s.dir, name) {
		return path, append(s.argv[:0], path)
	}
	const execlineb = "execlineb"
	text := strings.TrimRight(string(readFile(s.dir, name)), "\n")
	if strings.HasPrefix(text, "#!") {
		return path, append(s.argv[:0], path) // a script that is not executable, which is said
	}
	if found := s.inPath(execlineb); found != "" {
		return found, append(s.argv[:0], execlineb, "-Pc", text)
	}
	return path, append(s.argv[:0], path) // likewise
}

// inPath is where a program is that the service would find, "" if it would not.
func (s *Service) inPath(name string) string {
	for _, pair := range s.environ() {
		places, is := strings.CutPrefix(pair, "PATH=")
		if !is {
			continue
		}
		for dir := range strings.SplitSeq(places, ":") {
			if path := dir + "/" + name; dir != "" && unix.Access(path, unix.X_OK) == nil {
				return path
			}
		}
	}
	return ""
}

// startUndo runs down of a oneshot in the place of finish.
func (s *Service) startUndo(undoes bool) {
	if !undoes {
		s.happen(s.finishEnd(ending{}, false))
		return
	}
	path, argv := s.scriptOf(servicedir.Down)
	files, closeFiles, err := s.descriptors()
	if err == nil {
		defer closeFiles()
		s.finish, err = s.spawn(s.slot(finishSlot, s.runs), path, argv, files, s.style.Session)
	}
	s.finishStarted(servicedir.Down, path, err, s.timeoutDown())
}
