package logdir

import (
	"time"

	"github.com/svdir/svdir/logger/tai64n"
)

// Stamp is the time that a logger put before a line.
type Stamp struct {
	Time time.Time
	// Size is how many bytes of the line it takes, with the blanks after it;
	// 0 if the line has none.
	Size int
}

// The forms beside TAI64N, a zero for each digit. A line has one of them whole
// or has no stamp: times that programs write themselves are text.
const (
	runitForm = "0000-00-00_00:00:00.00000"     // svlogd -tt: UTC
	isoForm   = "0000-00-00T00:00:00.00000"     // svlogd -ttt: UTC
	svlogForm = "0000-00-00T00:00:00.000000Z"   // svlog T
	localForm = "0000-00-00 00:00:00.000000000" // s6-log T, and two blanks: local time
)

// ParseStamp reads the stamp at the start of a line without its newline. zone
// is that of the stamps which do not say theirs: those of s6-log T. The labels
// of s6-log t cannot be told from others, and are 27 s ahead of them.
func ParseStamp(line []byte, zone *time.Location) Stamp {
	if l, err := tai64n.Parse(line); err == nil && blank(line, tai64n.TextSize) {
		at, err := tai64n.Unpack(l[:])
		if err != nil || at.IsZero() {
			return Stamp{}
		}
		return Stamp{at, end(line, tai64n.TextSize, 1)}
	}
	for _, form := range [...]string{svlogForm, runitForm, isoForm} {
		if has(line, form) && blank(line, len(form)) {
			return civil(line, end(line, len(form), 1), time.UTC)
		}
	}
	if has(line, localForm) && blank(line, len(localForm)) {
		return civil(line, end(line, len(localForm), 2), zone)
	}
	return Stamp{}
}

// blank says that a blank, or nothing, is at i.
func blank(line []byte, i int) bool { return i == len(line) || line[i] == ' ' }

// end is the end of a stamp of this size and the blanks, at most so many, after
// it.
func end(line []byte, size, blanks int) int {
	for i := 0; i < blanks && size < len(line) && line[size] == ' '; i++ {
		size++
	}
	return size
}

// has says that the line begins as the form does, with any digits.
func has(line []byte, form string) bool {
	if len(line) < len(form) {
		return false
	}
	for i := range len(form) {
		c := line[i]
		if form[i] == '0' && c >= '0' && c <= '9' {
			continue
		}
		if form[i] == '0' || c != form[i] {
			return false
		}
	}
	return true
}

// civil is the stamp of a line that has one of the forms, none if there is no
// such moment.
func civil(line []byte, size int, zone *time.Location) Stamp {
	const fraction = 20 // where it begins, in each of them
	year, month, day := number(line[0:4]), number(line[5:7]), number(line[8:10])
	hour, minute, second := number(line[11:13]), number(line[14:16]), number(line[17:19])
	nano, unit := 0, 100_000_000
	for i := fraction; i < len(line) && line[i] >= '0' && line[i] <= '9' && unit > 0; i++ {
		nano += int(line[i]-'0') * unit
		unit /= 10
	}
	// Date carries over what is too large, which a leap second may be.
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if month < 1 || month > 12 || date.Day() != day || hour > 23 || minute > 59 || second > 60 {
		return Stamp{}
	}
	at := time.Date(year, time.Month(month), day, hour, minute, second, nano, zone)
	if at.IsZero() {
		return Stamp{}
	}
	return Stamp{at, size}
}

func number(digits []byte) int {
	n := 0
	for _, c := range digits {
		n = n*10 + int(c-'0')
	}
	return n
}
