package logs

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/logger/tai64n"
	"github.com/svdir/svdir/svctl"
)

// moments are the forms of a local time, the day today where there is none.
var moments = []string{"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02T15:04:05", "2006-01-02T15:04", time.DateOnly}

// ParseWhen reads a time as people write it: a duration ago (10m, 2d), now,
// today, yesterday, a local date with a time or without one, RFC 3339, or a
// TAI64N label. Local times are those of the zone of now.
func ParseWhen(text string, now time.Time) (time.Time, error) {
	year, month, day := now.Date()
	switch text {
	case "now":
		return now, nil
	case "today":
		return time.Date(year, month, day, 0, 0, 0, 0, now.Location()), nil
	case "yesterday":
		return time.Date(year, month, day-1, 0, 0, 0, 0, now.Location()), nil
	}
	if strings.HasPrefix(text, "@") {
		if label, err := tai64n.Parse([]byte(text)); err == nil && len(text) == tai64n.TextSize {
			if at, err := tai64n.Unpack(label[:]); err == nil {
				return at, nil
			}
		}
	}
	if ago, ok := parseAgo(text); ok {
		return now.Add(-ago), nil
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at, nil
	}
	for _, form := range moments {
		if at, err := time.ParseInLocation(form, text, now.Location()); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("not a time: %s (write 10m for 10 minutes ago, 2d, today, yesterday, '2026-11-29 20:00', RFC 3339 or a label)", svctl.Show(text))
}

// parseAgo reads a duration; days and weeks are whole numbers.
func parseAgo(text string) (time.Duration, bool) {
	for unit, days := range map[string]int{"d": 1, "w": 7} {
		digits, found := strings.CutSuffix(text, unit)
		const most = 36500 // a hundred years
		if n, err := strconv.ParseUint(digits, 10, 16); found && err == nil && int(n)*days <= most {
			return time.Duration(n) * time.Duration(days) * 24 * time.Hour, true
		}
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0 && !strings.HasPrefix(text, "+")
}
