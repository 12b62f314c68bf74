package chaos

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"
)

// logs checks, when all has ended, that each line is there once and in order, and
// nothing else. What was told meanwhile is not told again.
func (s *storm) logs(told map[string]bool) {
	for _, v := range s.all {
		if !v.logged {
			continue
		}
		dir := filepath.Join(s.scan, v.name)
		last := counted(filepath.Join(dir, "counter"))
		s.verdict.lines += last
		if told[v.name] {
			continue
		}
		text, err := readLog(filepath.Join(dir, "log/main"))
		if err != nil {
			s.verdict.violation("lines", v.name, err.Error())
			continue
		}
		found := series{name: v.name}
		found.read(text)
		found.end(last)
		s.brokenLines(&found)
	}
}

// brokenLines tells what is wrong with a series, if anything: when the last line
// before that came, since what was done around it is of interest.
func (s *storm) brokenLines(found *series) {
	if len(found.faults) == 0 {
		return
	}
	at, err := time.Parse(time.RFC3339, found.stamp)
	if err != nil {
		at = time.Now()
	} else {
		at = at.Add(time.Second)
	}
	s.verdict.violationAt(at, "lines", found.name, found.why()+s.shown(found.name))
}

// counted is how many lines a service has written.
func counted(path string) uint64 {
	text, err := os.ReadFile(path)
	if err != nil || len(text) < 8 {
		return 0 // it was never started
	}
	return binary.NativeEndian.Uint64(text)
}

// readLog is all that a log directory has, in the order of logdir(5).
func readLog(dir string) (string, error) {
	archives, err := archives(dir)
	if err != nil {
		return "", err
	}
	return readFiles(dir, append(archives, "previous", "current"))
}

// archives are the names of the files that are not written to any more, in their
// order.
func archives(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "@*"))
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	sort.Strings(files)
	return files, err
}

// readFiles is what those have that are there, one after the other.
func readFiles(dir string, names []string) (string, error) {
	var all strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !os.IsNotExist(err) {
			return "", err
		}
		all.Write(text)
	}
	return all.String(), nil
}

// series is what was found of a log that must have the lines 1, 2, 3 ... of name,
// after their stamps.
type series struct {
	name                    string
	last                    uint64   // the number of the line that was read last
	label                   string   // and its stamp
	faults                  []string // the first of them
	stamp                   string   // of the line before the first
	lost, repeated, strange int
}

// read goes on with more of the log.
func (s *series) read(text string) {
	for line := range strings.Lines(text) {
		before := s.label
		s.label, line, _ = strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		n, ok := numberOf(line, s.name)
		switch {
		case !ok:
			s.strange++
			s.fault(before, "%.40q after line %d", line, s.last)
			continue
		case n > s.last+1:
			s.lost += int(n - s.last - 1)
			s.fault(before, "line %d of %s follows %d of %s", n, s.label, s.last, before)
		case n <= s.last:
			s.repeated++
			s.fault(before, "line %d follows %d", n, s.last)
			continue
		}
		s.last = n
	}
}

// end says that nothing follows, and that so many lines were written.
func (s *series) end(written uint64) {
	if s.last < written {
		s.lost += int(written - s.last)
		s.fault(s.label, "the end after line %d of %d", s.last, written)
	}
}

func (s *series) fault(before, format string, args ...any) {
	const shown = 3
	if len(s.faults) == 0 {
		s.stamp = before
	}
	if len(s.faults) < shown {
		s.faults = append(s.faults, fmt.Sprintf(format, args...))
	}
}

// why is what is wrong: the first faults, and how many there are.
func (s *series) why() string {
	if len(s.faults) == 0 {
		return ""
	}
	return fmt.Sprintf("%d lines lost, %d repeated, %d broken: %s", s.lost, s.repeated, s.strange, strings.Join(s.faults, "; "))
}

// numberOf is the number of a line of name, which is whole.
func numberOf(line, name string) (uint64, bool) {
	rest, ok := strings.CutPrefix(line, name+" ")
	digits, padding, padded := strings.Cut(rest, " ")
	n, err := strconv.ParseUint(digits, 10, 64)
	const long, longEvery = 700, 11 // as in service/lines.go
	if padded != (n%longEvery == 0) || padded && padding != strings.Repeat("x", long) {
		return 0, false
	}
	return n, ok && err == nil
}
