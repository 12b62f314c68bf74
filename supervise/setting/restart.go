package setting

import (
	"errors"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/restart"
	"github.com/svdir/svdir/supervise/servicedir"
)

// What set/ says of restarting, for package restart.

var errRestart = errors.New("not always, on-failure or never")

// ParseRestart reads set/restart.
func ParseRestart(value string) (restart.When, error) {
	for w := restart.Always; w <= restart.Never; w++ {
		if w.String() == value {
			return w, nil
		}
	}
	return 0, errRestart
}

var errRestartLimit = errors.New("not a number of restarts from 1 to 100 in a time, as 5/10s")

// ParseRestartLimit reads set/restart-limit: COUNT/TIME.
func ParseRestartLimit(value string) (restart.Limit, error) {
	count, window, _ := strings.Cut(value, "/")
	n, err := number(count, 1, restart.MaxCount)
	if err != nil {
		return restart.Limit{}, errRestartLimit
	}
	d, err := ParseDuration(window)
	if err != nil || d <= 0 || d > maxPause {
		return restart.Limit{}, errRestartLimit
	}
	return restart.Limit{Count: n, Window: d}, nil
}

// A pause is long enough that a service which dies at once leaves the machine
// to others, and a limit is within the memory of people.
const (
	minPause = 10 * time.Millisecond
	maxPause = 365 * 24 * time.Hour
)

var errRestartDelay = errors.New("not a time from 10ms, as 1s, or two and how it grows, as 1s..60s x2 ~20%")

// ParseRestartDelay reads set/restart-delay: MIN[..MAX] [xFACTOR] [~PERCENT%].
func ParseRestartDelay(value string) (restart.Delay, error) {
	words := strings.Fields(value)
	if len(words) == 0 {
		return restart.Delay{}, errRestartDelay
	}
	least, most, grows := strings.Cut(words[0], "..")
	if !grows {
		most = least
	}
	d := restart.Delay{Factor: 2}
	var err, err2 error
	d.Min, err = ParseDuration(least)
	d.Max, err2 = ParseDuration(most)
	if err != nil || err2 != nil || d.Min < minPause || d.Max < d.Min || d.Max > maxPause {
		return restart.Delay{}, errRestartDelay
	}
	words = words[1:]
	if len(words) > 0 && words[0][0] == 'x' && grows {
		if d.Factor, err = number(words[0][1:], 2, 100); err != nil {
			return restart.Delay{}, errRestartDelay
		}
		words = words[1:]
	}
	if len(words) > 0 && words[0][0] == '~' && strings.HasSuffix(words[0], "%") {
		if d.Jitter, err = number(words[0][1:len(words[0])-1], 0, 100); err != nil {
			return restart.Delay{}, errRestartDelay
		}
		words = words[1:]
	}
	if len(words) > 0 {
		return restart.Delay{}, errRestartDelay
	}
	return d, nil
}

var errSuccess = errors.New("not exit codes and signals, as 0,143,SIGTERM,10-19")

// ParseSuccess reads set/success-exit: exit codes, ranges of them, and names of
// signals, with commas between. 0 is a success always.
func ParseSuccess(value string) (restart.Success, error) {
	var s restart.Success
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		least, most, isRange := strings.Cut(word, "-")
		if !isRange {
			most = least
		}
		lo, err := number(least, 0, 255)
		hi, err2 := number(most, lo, 255)
		sig, err3 := parseName(word)
		switch {
		case err == nil && err2 == nil:
			s.AddCodes(lo, hi)
		case err3 == nil:
			s.AddSignal(sig)
		default:
			return restart.Success{}, errSuccess
		}
	}
	if s == (restart.Success{}) {
		return s, errSuccess
	}
	return s, nil
}

// parseName is a signal by its name alone: a number is an exit code.
func parseName(word string) (syscall.Signal, error) {
	if word == "" || '0' <= word[0] && word[0] <= '9' {
		return 0, errSuccess
	}
	sig, err := servicedir.ParseSignal("", word)
	return sig, bare(err)
}

var errAnswer = errors.New("not restart, stop, fail or delay TIME, as delay 60s")

// ParseAnswer reads an item of set/on-exit.
func ParseAnswer(value string) (restart.Answer, error) {
	switch value {
	case "restart":
		return restart.Answer{Do: restart.Again}, nil
	case "stop":
		return restart.Answer{Do: restart.Stop}, nil
	case "fail":
		return restart.Answer{Do: restart.Fail}, nil
	}
	if words := strings.Fields(value); len(words) == 2 && words[0] == "delay" {
		if d, err := ParseDuration(words[1]); err == nil && d >= minPause && d <= maxPause {
			return restart.Answer{Do: restart.Again, Delay: d}, nil
		}
	}
	return restart.Answer{}, errAnswer
}

var errEndName = errors.New("not an exit code from 0 to 255, or a signal, as SIGKILL")

// EndName is the name in set/on-exit of an end, empty where nobody knows how it
// was.
func EndName(code int, sig syscall.Signal) string {
	switch {
	case sig != 0:
		return unix.SignalName(sig) // those for real time have none
	case code < 0:
		return ""
	}
	return strconv.Itoa(code)
}

// checkEndName takes the names that EndName says, and no other: what is looked
// for is found.
func checkEndName(name string) error {
	if n, err := number(name, 0, 255); err == nil && strconv.Itoa(n) == name {
		return nil
	}
	if sig, err := parseName(name); err == nil && unix.SignalName(sig) == name {
		return nil
	}
	return errEndName
}

var errUptime = errors.New("not a time, as 10s or 250ms")

// ParseUptime reads set/min-uptime.
func ParseUptime(value string) (time.Duration, error) {
	d, err := ParseDuration(value)
	if err != nil || d > maxPause {
		return 0, errUptime
	}
	return d, nil
}
