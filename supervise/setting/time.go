package setting

import (
	"errors"
	"strconv"
	"time"
)

var errDuration = errors.New("not a time, as 10s, 250ms or 1m30s")

// units are those of a time, as a person gives it.
var units = []struct {
	name string
	long time.Duration
}{
	{"ms", time.Millisecond}, // before m
	{"s", time.Second},
	{"m", time.Minute},
	{"h", time.Hour},
	{"d", 24 * time.Hour},
}

// ParseDuration reads a time with its units: 10s, 250ms, 1m30s, 0s. Whole
// numbers alone, so that nothing is rounded; the largest unit first, each once.
func ParseDuration(value string) (time.Duration, error) {
	const most = time.Duration(1<<63 - 1)
	total, last := time.Duration(0), most
	if value == "" {
		return 0, errDuration
	}
	for value != "" {
		digits := 0
		for digits < len(value) && '0' <= value[digits] && value[digits] <= '9' {
			digits++
		}
		n, err := strconv.ParseInt(value[:digits], 10, 64)
		unit, rest := cutUnit(value[digits:])
		if err != nil || unit == 0 || unit >= last || n > int64((most-total)/unit) {
			return 0, errDuration
		}
		total, last, value = total+time.Duration(n)*unit, unit, rest
	}
	return total, nil
}

func cutUnit(s string) (unit time.Duration, rest string) {
	for _, u := range units {
		if len(s) >= len(u.name) && s[:len(u.name)] == u.name {
			return u.long, s[len(u.name):]
		}
	}
	return 0, s
}

// packMillis is a time as a person gives it in the unit of the field, whole
// milliseconds. A bare number is one already.
func packMillis(value string) (string, error) {
	d, err := ParseDuration(value)
	if err == nil {
		value = strconv.FormatInt(d.Milliseconds(), 10)
	}
	if checkMillis(value) != nil {
		return "", errors.New("not " + aTime + "; at most 2147483647ms")
	}
	return value, nil
}
