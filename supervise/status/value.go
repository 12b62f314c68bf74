package status

import (
	"strconv"
	"strings"
	"time"
)

// value is how one kind of value stands in status.env. parse leaves what was
// there where it cannot read the text.
type value interface {
	append(b []byte) []byte
	parse(s string)
}

// The kinds, as the types of the record's fields see them.
type (
	version     struct{}
	number      int       // not negative
	ticks       uint64    // of the kernel's clock, and other large numbers
	flag        bool      // 1 or 0
	moment      time.Time // Unix seconds with nine decimals, or nothing
	phrase      string    // one line
	words       []byte    // the same, in memory that its writer keeps
	exitCode    Record    // nothing where a signal ended run, or nothing did
	exitSignal  Record    // nothing where run ended by itself, or did not
	exitUnknown Record    // 1 where run ended, and nobody knows how
)

func (version) append(b []byte) []byte { return strconv.AppendInt(b, Format, 10) }

func (version) parse(string) {} // every version is read alike

func (s *State) append(b []byte) []byte { return append(b, s.String()...) }

func (s *State) parse(word string) {
	if state, ok := ParseState(word); ok {
		*s = state
	}
}

func (w *Want) append(b []byte) []byte { return append(b, w.String()...) }

func (w *Want) parse(word string) {
	if want, ok := ParseWant(word); ok {
		*w = want
	}
}

func (n *number) append(b []byte) []byte { return strconv.AppendInt(b, int64(*n), 10) }

func (n *number) parse(s string) {
	if v, err := strconv.ParseUint(s, 10, 31); err == nil {
		*n = number(v)
	}
}

func (t *ticks) append(b []byte) []byte { return strconv.AppendUint(b, uint64(*t), 10) }

func (t *ticks) parse(s string) {
	if v, err := strconv.ParseUint(s, 10, 64); err == nil {
		*t = ticks(v)
	}
}

func (f *flag) append(b []byte) []byte {
	if *f {
		return append(b, '1')
	}
	return append(b, '0')
}

func (f *flag) parse(s string) { *f = s == "1" }

// append writes nine decimals always, so that ${SINCE%.*} is a number for the
// shell.
func (m *moment) append(b []byte) []byte {
	t := time.Time(*m)
	if t.IsZero() {
		return b
	}
	b = strconv.AppendInt(b, t.Unix(), 10)
	point := len(b)
	b = strconv.AppendInt(b, 1e9+int64(t.Nanosecond()), 10)
	b[point] = '.' // in place of the 1 that kept the zeros
	return b
}

func (m *moment) parse(s string) {
	seconds, decimals, _ := strings.Cut(s, ".")
	sec, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return
	}
	const digits = "000000000"
	nano, err := strconv.ParseUint((decimals + digits)[:len(digits)], 10, 32)
	if err == nil {
		*m = moment(time.Unix(sec, int64(nano)))
	}
}

func (c *exitCode) append(b []byte) []byte {
	if code := (*Record)(c).ExitCode(); code >= 0 {
		return strconv.AppendInt(b, int64(code), 10)
	}
	return b
}

func (c *exitCode) parse(s string) {
	if code, err := strconv.ParseUint(s, 10, 8); err == nil {
		c.Wait, c.Ended = uint16(code)<<8, true
	}
}

func (c *exitSignal) append(b []byte) []byte {
	if signal := (*Record)(c).ExitSignal(); signal > 0 {
		return strconv.AppendInt(b, int64(signal), 10)
	}
	return b
}

func (c *exitSignal) parse(s string) {
	if signal, err := strconv.ParseUint(s, 10, 7); err == nil && signal > 0 {
		c.Wait, c.Ended = uint16(signal), true
	}
}

func (u *exitUnknown) append(b []byte) []byte {
	unknown := flag(u.Unknown)
	return unknown.append(b)
}

func (u *exitUnknown) parse(s string) {
	if s == "1" {
		u.Wait, u.Ended, u.Unknown = UnknownWait, true, true
	}
}
