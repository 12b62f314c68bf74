package setting

import (
	"errors"
	"strings"
	"time"
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

// ParseLogPipe reads log/set/pipe, how many bytes there may be in the pipe to a
// logger: 4096 to 1G. The kernel takes the next power of two.
func ParseLogPipe(value string) (int, error) {
	n, err := ParseBytes(value)
	if err == nil && (n < 4096 || n > 1<<30) {
		err = errors.New("not from 4096 to 1G")
	}
	return int(n), err
}

// Rate is how many lines there may be in any window of a length. The zero Rate
// is no bound.
type Rate struct {
	Lines  int
	Window time.Duration
}

var errRate = errors.New("not a number of lines in a time, as 1000/30s")

// ParseRate reads log/set/rate: 1 to 1000000000 lines in 1ms to 365 days.
func ParseRate(value string) (Rate, error) {
	lines, window, _ := strings.Cut(value, "/")
	n, err := number(lines, 1, 1_000_000_000)
	if err != nil {
		return Rate{}, errRate
	}
	d, err := ParseDuration(window)
	if err != nil || d < time.Millisecond || d > 365*24*time.Hour {
		return Rate{}, errRate
	}
	return Rate{n, d}, nil
}

// ParseFull reads log/set/full: whether lines for which a disk has no room are
// dropped. Otherwise they are waited with.
func ParseFull(value string) (drops bool, err error) {
	if value != "block" && value != "drop" {
		err = errors.New("not block or drop")
	}
	return value == "drop", err
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
