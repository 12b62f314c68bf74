package logs

import (
	"testing"
	"time"
)

func TestParseWhen(t *testing.T) {
	tokyo := time.FixedZone("Asia/Tokyo", 9*60*60)
	now := time.Date(2026, 11, 30, 1, 2, 3, 4, tokyo)
	for text, want := range map[string]string{
		"now":                       "2026-11-30T01:02:03.000000004+09:00",
		"10m":                       "2026-11-30T00:52:03.000000004+09:00",
		"1h30m":                     "2026-11-29T23:32:03.000000004+09:00",
		"0":                         "2026-11-30T01:02:03.000000004+09:00",
		"2d":                        "2026-11-28T01:02:03.000000004+09:00",
		"1w":                        "2026-11-23T01:02:03.000000004+09:00",
		"today":                     "2026-11-30T00:00:00+09:00",
		"yesterday":                 "2026-11-29T00:00:00+09:00",
		"2026-11-29":                "2026-11-29T00:00:00+09:00",
		"2026-11-29 20:00":          "2026-11-29T20:00:00+09:00",
		"2026-11-29 20:00:07":       "2026-11-29T20:00:07+09:00",
		"2026-11-29T20:00":          "2026-11-29T20:00:00+09:00",
		"2026-11-29T20:00:00Z":      "2026-11-30T05:00:00+09:00",
		"2026-11-29T20:00:00.5Z":    "2026-11-30T05:00:00.5+09:00",
		"@400000006b0173c71945cb94": "2026-11-21T19:34:37.4240045+09:00",
	} {
		got, err := ParseWhen(text, now)
		if err != nil || got.In(tokyo).Format(time.RFC3339Nano) != want {
			t.Errorf("%q: got %v, %v; want %s", text, got.In(tokyo).Format(time.RFC3339Nano), err, want)
		}
	}
	for _, text := range []string{"", "-10m", "+10m", "10", "d", "-1d", "99999999999d", "noon", "@4000", "@400000006b0173c71945cb94x", "2026-13-01", "2026-11-29 25:00", "\x1b"} {
		if got, err := ParseWhen(text, now); err == nil {
			t.Errorf("%q: got %v; want an error", text, got)
		}
	}
}

func FuzzParseWhen(f *testing.F) {
	f.Add("10m")
	f.Add("@400000006b0173c71945cb94")
	f.Add("2026-11-29 20:00")
	f.Fuzz(func(t *testing.T, text string) {
		now := time.Date(2026, 11, 30, 1, 2, 3, 4, time.UTC)
		if at, err := ParseWhen(text, now); err != nil && !at.IsZero() {
			t.Errorf("%q: got %v, and %v", text, at, err)
		}
	})
}
