package setting

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// ParseNice reads a nice value: -20, which is the most favoured, to 19.
func ParseNice(value string) (int, error) { return number(value, -20, 19) }

// ParseOOMScore reads an oom_score_adj of proc(5): -1000 is never killed, 1000
// first.
func ParseOOMScore(value string) (int, error) { return number(value, -1000, 1000) }

// MaxWeight is how many turns to start there may be at most.
const MaxWeight = 1000

// ParseWeight reads set/start-weight: how many of them a start takes.
func ParseWeight(value string) (uint16, error) {
	n, err := number(value, 0, MaxWeight)
	return uint16(n), err
}

// ParseUmask reads a umask in octal, 0 to 0777.
func ParseUmask(value string) (int, error) {
	mask, err := parseOctal(value, 0o777)
	if err != nil {
		return 0, errors.New("not an octal number from 0 to 0777")
	}
	return mask, nil
}

func parseOctal(value string, hi int) (int, error) {
	n, err := strconv.ParseUint(value, 8, 16)
	if err != nil || int(n) > hi {
		return 0, strconv.ErrRange
	}
	return int(n), nil
}

var errBytes = errors.New("not a number of bytes, as 4096, 64k, 16M or 2G")

// ParseBytes reads a number, of bytes most often, with k, M, G or T for the
// powers of 1024.
func ParseBytes(value string) (uint64, error) {
	shift := 0
	digits := value
	if value != "" {
		if i := strings.IndexByte("kMGT", value[len(value)-1]); i >= 0 {
			shift, digits = 10*(i+1), value[:len(value)-1]
		} else if value[len(value)-1] == 'K' {
			shift, digits = 10, value[:len(value)-1]
		}
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || n > math.MaxUint64>>shift {
		return 0, errBytes
	}
	return n << shift, nil
}
