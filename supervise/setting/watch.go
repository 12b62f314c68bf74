package setting

import (
	"errors"
	"strings"
	"time"
)

// What set/watch says of the files whose change restarts a service, for svwatch.
// Lines without anything but blanks are passed over.

// DefaultDebounce is how long it must have been quiet where nobody says it.
const DefaultDebounce = 100 * time.Millisecond

var errDebounce = errors.New("not a time from 1ms to 1m, as 100ms")

// ParseDebounce reads set/watch/debounce.
func ParseDebounce(value string) (time.Duration, error) {
	d, err := ParseDuration(value)
	if err != nil || d < time.Millisecond || d > time.Minute {
		return 0, errDebounce
	}
	return d, nil
}

// ParseWatchPaths reads set/watch/paths: files and directories, one a line.
func ParseWatchPaths(text string) ([]string, error) { return filled(text) }

// ParseWatchIgnore reads set/watch/ignore: patterns, one a line. What they match
// is the affair of svwatch.
func ParseWatchIgnore(text string) ([]string, error) { return filled(text) }

var errExtension = errors.New("not extensions, one a line, as go or .go")

// ParseExtensions reads set/watch/extensions, with or without a dot. What is
// returned has it.
func ParseExtensions(text string) ([]string, error) {
	words, err := filled(text)
	for i, word := range words {
		word = strings.TrimPrefix(word, ".")
		if word == "" || strings.ContainsAny(word, "/*?[") {
			return nil, errExtension
		}
		words[i] = "." + word
	}
	return words, err
}

// filled are the lines of a text that have something, without blanks around it.
func filled(text string) ([]string, error) {
	all, err := lines(text)
	if err != nil {
		return nil, err
	}
	var kept []string
	for _, line := range all {
		if line = strings.TrimSpace(line); line != "" {
			kept = append(kept, line)
		}
	}
	if kept == nil {
		return nil, errEmpty
	}
	return kept, nil
}

func checkDebounce(text string) error    { return check(text, ParseDebounce) }
func checkExtensions(text string) error  { _, err := ParseExtensions(text); return err }
func checkWatchPaths(text string) error  { _, err := ParseWatchPaths(text); return err }
func checkWatchIgnore(text string) error { _, err := ParseWatchIgnore(text); return err }
