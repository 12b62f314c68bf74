package setting

import (
	"errors"
	"strings"
)

// IONice is a class and a level in it, as ioprio_set(2) has them.
type IONice struct{ Class, Level int }

// Classes of IONice.
const (
	NoClass    = 0
	Realtime   = 1
	BestEffort = 2
	Idle       = 3
)

var errIONice = errors.New("not best-effort:0 to best-effort:7, realtime:0 to realtime:7, idle or none")

// ParseIONice reads best-effort:LEVEL, realtime:LEVEL, idle or none; without a
// level it is 4, the middle.
func ParseIONice(value string) (IONice, error) {
	const middle = 4
	word, digits, leveled := strings.Cut(value, ":")
	io := IONice{Level: middle}
	switch word {
	case "best-effort":
		io.Class = BestEffort
	case "realtime":
		io.Class = Realtime
	case "idle":
		io = IONice{Class: Idle}
	case "none":
		io = IONice{}
	default:
		return IONice{}, errIONice
	}
	if !leveled {
		return io, nil
	}
	level, err := number(digits, 0, 7)
	if err != nil || io.Class != BestEffort && io.Class != Realtime {
		return IONice{}, errIONice
	}
	io.Level = level
	return io, nil
}
