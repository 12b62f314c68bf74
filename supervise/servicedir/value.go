package servicedir

import (
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ValueError is a setting that cannot be used, in words.
type ValueError struct {
	Name   string // the file
	Reason string // what is wrong, and what is right
}

func (e *ValueError) Error() string { return e.Name + ": " + e.Reason }

// maxMillis keeps a duration from overflowing: about 24 days, as in s6.
const maxMillis = 1<<31 - 1

// ParseMillis reads a whole number of milliseconds. 0 means never.
func ParseMillis(name, text string) (time.Duration, error) {
	n, err := ParseNumber(name, text, 0, maxMillis)
	return time.Duration(n) * time.Millisecond, err
}

// ParseNumber reads a decimal number between lo and hi.
func ParseNumber(name, text string, lo, hi int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < lo || n > hi || text[0] == '+' {
		return 0, &ValueError{name, "not a number from " + strconv.Itoa(lo) + " to " + strconv.Itoa(hi)}
	}
	return n, nil
}

// ParseSignal reads a signal: TERM, SIGTERM, term or 15.
func ParseSignal(name, text string) (syscall.Signal, error) {
	if text != "" && text[0] >= '0' && text[0] <= '9' {
		n, err := ParseNumber(name, text, 1, 64)
		return syscall.Signal(n), err
	}
	word := strings.ToUpper(text)
	if !strings.HasPrefix(word, "SIG") {
		word = "SIG" + word
	}
	if s := unix.SignalNum(word); s != 0 {
		return s, nil
	}
	return 0, &ValueError{name, "not a signal: write a name such as INT, or its number"}
}
