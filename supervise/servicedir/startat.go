package servicedir

import (
	"strconv"
	"strings"
	"time"
)

// PackStartAt is the text of supervise/start-at: milliseconds since 1970.
func PackStartAt(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) + "\n" }

// ParseStartAt reads it, false if it is something else.
func ParseStartAt(text string) (time.Time, bool) {
	const most = 1 << 50 // in 35,000 years
	n, err := strconv.ParseUint(strings.TrimSuffix(text, "\n"), 10, 63)
	return time.UnixMilli(int64(n)), err == nil && 0 < n && n < most
}
