package setting

import (
	"errors"
	"strings"
)

var errPattern = errors.New("not a pattern: a bracket is not closed, or nothing follows a backslash")

// ParseInputs reads set/inputs: patterns of files, one a line. What they match is the
// affair of svwatch.
func ParseInputs(text string) ([]string, error) {
	patterns, err := filled(text)
	for _, pattern := range patterns {
		if !closes(pattern) {
			return nil, errors.New(pattern + ": " + errPattern.Error())
		}
	}
	return patterns, err
}

// closes says that each bracket of a pattern is closed.
func closes(pattern string) bool {
	class, braces := false, 0
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			if i++; i == len(pattern) {
				return false
			}
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '{':
			braces++
		case c == '}':
			braces--
		}
	}
	return !class && braces == 0
}

// IsPattern says that a line of set/inputs may match several files.
func IsPattern(line string) bool { return strings.ContainsAny(line, `*?[{\`) }

func checkInputs(text string) error { _, err := ParseInputs(text); return err }
