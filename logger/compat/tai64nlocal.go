package compat

import (
	"bytes"
	"strconv"
	"time"

	"github.com/svdir/svdir/logger/tai64n"
)

// localLines is tai64nlocal: it makes a label at the start of a line the local
// time. It takes no notice of arguments.
func localLines(_, _ []string) int {
	l := localizer{zone: time.Local}
	return filter(l.add)
}

// localizer looks for labels, which may come in pieces.
type localizer struct {
	zone  *time.Location
	begun bool   // the rest of the line passes through
	label []byte // what has come of it, beginning with @
	room  [tai64n.TextSize + 1]byte

	second int64 // whose time is in text
	text   []byte
}

// add appends in with its labels converted. No in at all is the end: a label
// that was still to be told apart from a longer word stands alone.
func (l *localizer) add(out, in []byte) []byte {
	if len(in) == 0 {
		out = l.convert(out)
	}
	for len(in) > 0 {
		if !l.begun && !l.take(&in) {
			return out
		}
		if !l.begun {
			l.begun = true
			out = l.convert(out)
		}
		n := bytes.IndexByte(in, '\n') + 1
		if l.begun = n == 0; l.begun {
			n = len(in)
		}
		out = append(out, in[:n]...)
		in = in[n:]
	}
	return out
}

// take takes what may be a label from the start of in, and says whether it has
// ended, or is longer than a label.
func (l *localizer) take(in *[]byte) bool {
	if l.label == nil {
		l.label = l.room[:0]
	}
	for i, c := range *in {
		first := len(l.label) == 0
		if len(l.label) == len(l.room) || first != (c == '@') || !first && !isDigit(c) {
			*in = (*in)[i:]
			return true
		}
		l.label = append(l.label, c)
	}
	*in = nil
	return false
}

// isDigit says that c is a digit of labels: no capital letter is one.
func isDigit(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }

// convert appends the time of the label, or what was no label.
func (l *localizer) convert(out []byte) []byte {
	label := l.label
	l.label = l.room[:0]
	packed, err := tai64n.Parse(label)
	second, nano := packed.Split()
	if err != nil || len(label) > tai64n.TextSize || second < minSecond || second > maxSecond {
		return append(out, label...)
	}
	if second != l.second || len(l.text) == 0 {
		l.second, l.text = second, appendTime(l.text[:0], time.Unix(second, 0).In(l.zone))
	}
	return pad(append(out, l.text...), int(nano), 9)
}

// What localtime(3) knows ends with the number of a year; there is none before 0.
const (
	minSecond = -62167219200
	maxSecond = 67768036191676799
)

// appendTime appends the time as YYYY-MM-DD HH:MM:SS and a dot. A year is as
// long as it is.
func appendTime(b []byte, at time.Time) []byte {
	year, month, day := at.Date()
	hour, minute, second := at.Clock()
	b = append(strconv.AppendInt(b, int64(year), 10), '-')
	b = append(pad(b, int(month), 2), '-')
	b = append(pad(b, day, 2), ' ')
	b = append(pad(b, hour, 2), ':')
	b = append(pad(b, minute, 2), ':')
	return append(pad(b, second, 2), '.')
}

// pad appends n with at least width digits.
func pad(b []byte, n, width int) []byte {
	var room [20]byte
	digits := strconv.AppendInt(room[:0], int64(n), 10)
	for i := len(digits); i < width; i++ {
		b = append(b, '0')
	}
	return append(b, digits...)
}
