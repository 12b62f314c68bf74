package verb

import (
	"testing"
	"time"
)

func TestParseAt(t *testing.T) {
	zone := time.FixedZone("", 3600)
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, zone)
	for text, want := range map[string]time.Time{
		"20:00":                now.Add(8 * time.Hour),
		"12:00":                now.Add(24 * time.Hour),
		"11:59:59":             now.Add(24*time.Hour - time.Second),
		"2026-12-01 00:30":     now.Add(12*time.Hour + 30*time.Minute),
		"2026-11-30T12:00:01":  now.Add(time.Second),
		"2026-11-30T12:00:00Z": now.Add(time.Hour),
	} {
		if got, err := parseAt(text, now); !got.Equal(want) || err != nil {
			t.Errorf("%s: got %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "noon", "24:00", "10m", "2026-11-30"} {
		if got, err := parseAt(text, now); err == nil {
			t.Errorf("%s: got %v; want an error", text, got)
		}
	}
}
