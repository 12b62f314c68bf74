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

// logs checks that each line is there once and in order, and nothing else.
func (s *storm) logs() {
	for _, v := range s.all {
		if !v.logged {
			continue
		}
		dir := filepath.Join(s.scan, v.name)
		last := counted(filepath.Join(dir, "counter"))
		s.verdict.lines += last
		text, err := readLog(filepath.Join(dir, "log/main"))
		if err != nil {
			s.verdict.violation("lines", v.name, err.Error())
			continue
		}
		why, stamp := compare(text, v.name, last)
		if why == "" {
			continue
		}
		s.verdict.violation("lines", v.name, why+s.shown(v.name))
		if at, err := time.Parse(time.RFC3339, stamp); err == nil {
			s.verdict.happened(at.Add(time.Second)) // what was done around it is of interest
		}
	}
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
	files, err := filepath.Glob(filepath.Join(dir, "@*"))
	if err != nil {
		return "", err
	}
	sort.Strings(files)
	var all strings.Builder
	for _, name := range append(files, filepath.Join(dir, "previous"), filepath.Join(dir, "current")) {
		text, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			return "", err
		}
		all.Write(text)
	}
	return all.String(), nil
}

// compare is what is wrong with a log that must have the lines 1 to last of
// name, after their stamps. Its first faults are told, and how many there are,
// and the stamp of the line before the first.
func compare(text, name string, last uint64) (why, stamp string) {
	var faults []string
	var label string
	next := uint64(1)
	var lost, repeated, strange int
	for line := range strings.Lines(text) {
		before := label
		label, line, _ = strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if len(faults) == 0 {
			stamp = before
		}
		n, ok := numberOf(line, name)
		switch {
		case !ok:
			strange++
			faults = append(faults, fmt.Sprintf("%.40q after line %d", line, next-1))
			continue
		case n > next:
			lost += int(n - next)
			faults = append(faults, fmt.Sprintf("line %d of %s follows %d of %s", n, label, next-1, before))
		case n < next:
			repeated++
			faults = append(faults, fmt.Sprintf("line %d follows %d", n, next-1))
			continue
		}
		next = n + 1
	}
	if next <= last {
		lost += int(last + 1 - next)
		faults = append(faults, fmt.Sprintf("the end after line %d of %d", next-1, last))
	}
	if len(faults) == 0 {
		return "", ""
	}
	const shown = 3
	why = fmt.Sprintf("%d lines lost, %d repeated, %d broken: %s", lost, repeated, strange,
		strings.Join(faults[:min(shown, len(faults))], "; "))
	return why, stamp
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
