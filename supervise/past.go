package supervise

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/restart"
)

// The words of how a service fared since somebody asked for its start, beside
// those in memory.go.
const badWord, pauseWord, restartsWord = "bad", "pause", "restarts"

// rememberPast appends them; they are never the first.
func rememberPast(b []byte, p *restart.Past, epoch time.Duration) []byte {
	if p == nil {
		return b
	}
	if p.Bad > 0 {
		b = strconv.AppendInt(append(b, " "+badWord+"="...), int64(p.Bad), 10)
	}
	if p.Pause > 0 {
		b = strconv.AppendInt(append(b, " "+pauseWord+"="...), p.Pause.Milliseconds(), 10)
	}
	for i, at := range p.Restarts {
		if i == 0 {
			b = append(b, " "+restartsWord+"="...)
		} else {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, (at + epoch).Milliseconds(), 10)
	}
	return b
}

// recallPast is what was remembered, nil for nothing.
func recallPast(words []byte, epoch time.Duration) *restart.Past {
	var p restart.Past
	for word := range bytes.FieldsSeq(words) {
		name, value, _ := strings.Cut(string(word), "=")
		switch name {
		case badWord:
			n, _ := strconv.ParseUint(value, 10, 31) // 0 where it is none
			p.Bad = int(n)
		case pauseWord:
			p.Pause, _ = parseMillis(value) // likewise, and below
		case restartsWord:
			p.Restarts = nil
			for at := range strings.SplitSeq(value, ",") {
				if at, ok := parseMillis(at); ok && len(p.Restarts) < restart.MaxCount {
					p.Restarts = append(p.Restarts, at-epoch)
				}
			}
		}
	}
	if p.Bad == 0 && p.Pause == 0 && p.Restarts == nil {
		return nil
	}
	return &p
}

// parseMillis is a time that was remembered.
func parseMillis(value string) (time.Duration, bool) {
	const most = 1 << 40 // no machine runs for longer
	n, err := strconv.ParseUint(value, 10, 63)
	return time.Duration(n) * time.Millisecond, err == nil && n <= most
}
