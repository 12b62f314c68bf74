package svlogd

import (
	"time"

	"github.com/svdir/svdir/logger/tai64n"
)

// appendStamp appends what -t, -tt or -ttt puts before a line, and a blank.
func appendStamp(b []byte, kind int, at time.Time) []byte {
	switch kind {
	case 0:
		return b
	case 1:
		b = tai64n.Pack(at).AppendText(b)
	default:
		at = at.UTC()
		year, month, day := at.Date()
		b = appendDigits(b, year, 4)
		b = appendDigits(append(b, '-'), int(month), 2)
		b = appendDigits(append(b, '-'), day, 2)
		b = append(b, [...]byte{2: '_', 3: 'T'}[kind])
		b = appendDigits(b, at.Hour(), 2)
		b = appendDigits(append(b, ':'), at.Minute(), 2)
		b = appendDigits(append(b, ':'), at.Second(), 2)
		b = appendDigits(append(b, '.'), at.Nanosecond()/10000, 5)
	}
	return append(b, ' ')
}

func appendDigits(b []byte, n, digits int) []byte {
	from := len(b)
	for range digits {
		b = append(b, '0')
	}
	for i := len(b) - 1; i >= from; i-- {
		b[i] += byte(n % 10)
		n /= 10
	}
	return b
}
