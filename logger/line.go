package logger

import (
	"time"
	"unicode/utf8"

	"github.com/svdir/svdir/logger/tai64n"
	"github.com/svdir/svdir/supervise/setting"
)

// appendStamp appends what stands before a line of the moment t, with a blank.
func appendStamp(b []byte, s setting.Stamp, t time.Time) []byte {
	switch s {
	case setting.TAI64N:
		b = tai64n.Pack(t).AppendText(b)
	case setting.UTC:
		b = appendUTC(b, t)
	default:
		return b
	}
	return append(b, ' ')
}

// appendUTC appends a moment as 2026-11-21T10:20:30.123456Z.
func appendUTC(b []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b = append(digits(b, year, 4), '-')
	b = append(digits(b, int(month), 2), '-')
	b = append(digits(b, day, 2), 'T')
	b = append(digits(b, hour, 2), ':')
	b = append(digits(b, minute, 2), ':')
	b = append(digits(b, second, 2), '.')
	return append(digits(b, t.Nanosecond()/1000, 6), 'Z')
}

// digits appends the last width decimal digits of n.
func digits(b []byte, n, width int) []byte {
	for range width {
		b = append(b, '0')
	}
	for i := len(b) - 1; i >= len(b)-width; i-- {
		b[i] += byte(n % 10)
		n /= 10
	}
	return b
}

// text is a JSON string in the making, which may come in pieces that part a
// character.
type text struct {
	half [2 * utf8.UTFMax]byte // what may become a character
	n    int
}

// widest is how many bytes one byte may become in a JSON string.
const widest = 6

// add appends src as it stands in a JSON string: control characters escaped,
// what is not UTF-8 replaced.
func (t *text) add(b, src []byte) []byte {
	for _, c := range src {
		if t.n == 0 && c < utf8.RuneSelf {
			b = appendRune(b, rune(c))
			continue
		}
		t.half[t.n] = c
		t.n++
		for t.n > 0 && utf8.FullRune(t.half[:t.n]) {
			b = t.shift(b)
		}
	}
	return b
}

// end appends what no character can come of any more.
func (t *text) end(b []byte) []byte {
	for t.n > 0 {
		b = t.shift(b)
	}
	return b
}

// shift appends the first character of half.
func (t *text) shift(b []byte) []byte {
	r, size := utf8.DecodeRune(t.half[:t.n])
	copy(t.half[:], t.half[size:t.n])
	t.n -= size
	return appendRune(b, r)
}

// appendRune appends r, and escapes what would end the string or disturb a
// terminal.
func appendRune(b []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	switch {
	case r == '"' || r == '\\':
		return append(b, '\\', byte(r))
	case r == '\t':
		return append(b, '\\', 't')
	case r < ' ', r >= 0x7f && r < 0xa0:
		return append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
	}
	return utf8.AppendRune(b, r)
}

// jsonSize is how long src is in a JSON string.
func jsonSize(src []byte) int {
	var t text
	var room [64 * widest]byte
	n := 0
	for len(src) > 0 {
		piece := src[:min(len(src), 32)]
		src = src[len(piece):]
		n += len(t.add(room[:0], piece))
	}
	return n + len(t.end(room[:0]))
}
