package logs

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svctl"
	"github.com/svdir/svdir/svscan/scandir"
)

// mainLog is the log directory of the field, beside log/run.
const mainLog = "main"

// Find is where the lines of a service are, or of a logger. It asks in this
// order: the running logger, by the files that it or a process below it holds
// open, where we may look, unless it is the svlog of many; its supervise, which has looked; log/main, log and
// the other directories in log; what log/run names.
func Find(t svctl.Target) (at Log, err error) {
	logger, at, ok := loggerOf(t)
	if !ok {
		return Log{}, &svctl.Problem{Verb: "find the log of", Object: t.Name, Reason: "it has no logger (no directory log)", Kind: svctl.ErrNo}
	}
	at.Dir, err = directory(t, logger)
	return at, err
}

// directory is the log directory of a logger, that of t.
func directory(t, logger svctl.Target) (dir string, err error) {
	s := svctl.Read(logger)
	running := s.Supervised && s.Running()
	var hidden, refused error
	if running && !servesMany(s.PID) {
		if dir, hidden = openLog(s.PID); dir != "" {
			return dir, nil
		}
	}
	var all []string
	if s.LogDir != "" {
		all = append(all, s.LogDir)
	}
	for _, dir := range append(append(all, around(logger.Dir)...), named(logger.Dir)...) {
		ok, err := isLog(dir)
		if ok {
			return dir, nil
		}
		if err != nil && refused == nil {
			refused = err
		}
	}
	if s.Layout == status.Hybrid {
		hidden = nil // supervise has looked for us
	}
	p := &svctl.Problem{Verb: "find the log of", Object: t.Name, Kind: svctl.ErrNo}
	switch err := cmp.Or(refused, hidden); {
	case err != nil:
		p.Reason, p.Kind = err.Error(), err
	case running:
		p.Reason = "its logger is " + command(s.PID) + " (pid " + strconv.Itoa(s.PID) + "), which keeps no directory"
	default:
		p.Reason = "no log directory is in " + logger.Dir + " or named in its run"
	}
	return "", p
}

// loggerOf is the logger of a service: that in its log, the one that svscan gave
// it, or that of several. The target itself may be a logger. Its directory is
// not in at yet.
func loggerOf(t svctl.Target) (logger svctl.Target, at Log, ok bool) {
	if log, ok := t.Log(); ok {
		return log, Log{}, true
	}
	given := t
	given.Dir = filepath.Join(filepath.Dir(t.Dir), scandir.Dir, scandir.Logs, filepath.Base(t.Dir))
	if isDir(given.Dir) {
		return given, Log{}, true
	}
	dir, err := filepath.Abs(t.Dir)
	if err != nil {
		return t, Log{}, false
	}
	if logger, at, ok := sharedLogger(t, dir); ok {
		return logger, at, true
	}
	return t, Log{}, filepath.Base(dir) == servicedir.Log && t.Name != servicedir.Log // a service may be called so
}

// isLog says that loggers write to a directory. Between two files there may be
// no current for a moment.
func isLog(dir string) (bool, error) {
	for _, name := range []string{logdir.Current, logdir.Previous} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err == nil && info.Mode().IsRegular() {
			return true, nil
		}
		if errors.Is(err, fs.ErrPermission) {
			return false, err
		}
	}
	return false, nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func isFile(dir, name string) bool {
	info, err := os.Stat(filepath.Join(dir, name))
	return err == nil && info.Mode().IsRegular()
}

// around are the directories at the logger's where logs are by custom.
func around(log string) []string {
	all := []string{filepath.Join(log, mainLog), log}
	entries, _ := os.ReadDir(log) // what cannot be read is told of with the first
	for _, e := range entries {
		if dir := filepath.Join(log, e.Name()); e.Name() != mainLog {
			all = append(all, dir)
		}
	}
	return all
}

// named are the words of the logger's run that may be directories, the last
// first.
func named(log string) []string {
	const size = 64 << 10
	text, _ := read(filepath.Join(log, servicedir.Run), size) // there may be none
	words := strings.FieldsFunc(string(text), func(r rune) bool { return strings.ContainsRune(" \t\r\n\"'`;|&()<>=", r) })
	var all []string
	for i := len(words) - 1; i >= 0; i-- {
		switch word := words[i]; {
		case strings.HasPrefix(word, "/"):
			all = append(all, filepath.Clean(word))
		case strings.HasPrefix(word, "./"), strings.HasPrefix(word, "../"):
			all = append(all, filepath.Join(log, word))
		}
	}
	return all
}

// read reads at most size bytes of a file.
func read(path string, size int) ([]byte, error) {
	f, err := openFile(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return nil, err
	}
	defer f.close()
	buf := make([]byte, size)
	n, err := f.ReadAt(buf, 0)
	return buf[:n], err
}
