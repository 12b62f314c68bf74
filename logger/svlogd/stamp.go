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
	case 2:
		b = at.UTC().AppendFormat(b, "2006-01-02_15:04:05.00000")
	default:
		b = at.UTC().AppendFormat(b, "2006-01-02T15:04:05.00000")
	}
	return append(b, ' ')
}
