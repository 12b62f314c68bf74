package setting

import (
	"errors"
	"strings"
)

// Stamp is what the default logger puts before a line.
type Stamp uint8

const (
	TAI64N Stamp = iota // @ and 24 digits
	UTC                 // readable
	Unstamped
)

// ParseStamp reads log/set/stamp.
func ParseStamp(value string) (Stamp, error) {
	switch value {
	case "tai64n":
		return TAI64N, nil
	case "utc":
		return UTC, nil
	case "none":
		return Unstamped, nil
	}
	return 0, errors.New("not tai64n, utc or none")
}

// ParseLogSize reads log/set/size, the bytes at which a file is rotated: 4096
// to 1T.
func ParseLogSize(value string) (uint64, error) {
	n, err := ParseBytes(value)
	if err == nil && (n < 4096 || n > 1<<40) {
		err = errors.New("not from 4096 to 1T")
	}
	return n, err
}

// ParseLogCount reads log/set/count, how many files there may be: 2 to 1000000.
func ParseLogCount(value string) (int, error) { return number(value, 2, 1000000) }

// ParseLogTotal reads log/set/total, how many bytes the old files may have
// together; 0 is no bound.
func ParseLogTotal(value string) (uint64, error) {
	n, err := ParseBytes(value)
	if err == nil && n > 1<<50 {
		err = errors.New("not from 0 to 1024T")
	}
	return n, err
}

// ParseScript reads log/set/script: words of the language of svlog(8), one a
// line. What they mean is the logger's affair.
func ParseScript(text string) ([]string, error) {
	words, err := lines(text)
	if err == nil && strings.TrimSpace(text) == "" {
		err = errEmpty
	}
	return words, err
}
