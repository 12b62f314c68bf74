package logdir

import (
	"testing"
	"time"
)

func TestParseStamp(t *testing.T) {
	zone := time.FixedZone("", 9*60*60)
	at := time.Date(2026, 11, 21, 10, 34, 37, 0, time.UTC)
	for _, c := range []struct {
		line string
		nano int
		rest string // of the line; "-" if it has no stamp
	}{
		{"@400000006b0173c71945cb94 what was said", 424004500, "what was said"}, // tai64n, multilog, svlogd -t
		{"@400000006b0173c71945cb94  indented", 424004500, " indented"},
		{"@400000006b0173c71945cb94", 424004500, ""},
		{"@400000006b0173c71945cb94 ", 424004500, ""},
		{"@400000006b0173c71945cb94x", 0, "-"},
		{"@400000006b0173c7ffffffff too many nanoseconds", 0, "-"},
		{"@000000000000000000000000 no time", 0, "-"},
		{"@4000", 0, "-"},
		{"2026-11-21_10:34:37.43978 1", 439780000, "1"},        // svlogd -tt
		{"2026-11-21T10:34:37.44127 2", 441270000, "2"},        // svlogd -ttt
		{"2026-11-21 19:34:37.548297809  3", 548297809, "3"},   // s6-log T
		{"2026-11-21 19:34:37.548297809   3", 548297809, " 3"}, // likewise
		{"2026-11-21T10:34:37.123456Z 4", 123456000, "4"},      // svlog T
		{"2026-11-21T10:34:37.123456Z", 123456000, ""},
		{"2026-11-21T10:34:37.123456 a program's own", 0, "-"},
		{"2026-11-21T10:34:37Z a program's own", 0, "-"},
		{"2026-11-21 10:34:37 a program's own", 0, "-"},
		{"2026-13-21_10:34:37.43978 no month", 0, "-"},
		{"2026-11-31_10:34:37.43978 no day", 0, "-"},
		{"2026-11-21_24:34:37.43978 no hour", 0, "-"},
		{"2026-11-21_10:60:37.43978 no minute", 0, "-"},
		{"2026-11-21_10:34:61.43978 no second", 0, "-"},
		{"0000-00-00_00:00:00.00000 nothing", 0, "-"},
		{"0001-01-01_00:00:00.00000 no time", 0, "-"},
		{"202a-11-21_10:34:37.43978", 0, "-"},
		{"what was said", 0, "-"},
		{"", 0, "-"},
	} {
		got := ParseStamp([]byte(c.line), zone)
		if c.rest == "-" {
			if got != (Stamp{}) {
				t.Errorf("ParseStamp(%q) is %v; want none", c.line, got)
			}
			continue
		}
		if want := at.Add(time.Duration(c.nano)); !got.Time.Equal(want) || c.line[got.Size:] != c.rest {
			t.Errorf("ParseStamp(%q) is %v, and leaves %q; want %v, %q", c.line, got.Time.UTC(), c.line[got.Size:], want, c.rest)
		}
	}
}

// A leap second is the next one.
func TestLeapSecond(t *testing.T) {
	got := ParseStamp([]byte("2016-12-31_23:59:60.50000 x"), time.UTC)
	if want := time.Date(2017, 1, 1, 0, 0, 0, 500e6, time.UTC); !got.Time.Equal(want) {
		t.Errorf("got %v; want %v", got.Time, want)
	}
}

func FuzzParseStamp(f *testing.F) {
	f.Add([]byte("@400000006b0173c71945cb94 text"))
	f.Add([]byte("2026-11-21_10:34:37.43978 text"))
	f.Add([]byte("2026-11-21T10:34:37.43978 text"))
	f.Add([]byte("2026-11-21 10:34:37.548297809  text"))
	f.Add([]byte("2026-11-21T10:34:37.123456Z text"))
	f.Fuzz(func(t *testing.T, line []byte) {
		got := ParseStamp(line, time.UTC)
		if got.Size < 0 || got.Size > len(line) || (got.Size == 0) != got.Time.IsZero() {
			t.Fatalf("ParseStamp(%q) is %v", line, got)
		}
		// A stamp is the same, whatever follows it.
		if again := ParseStamp(line[:got.Size], time.UTC); got.Size > 0 && again != got {
			t.Errorf("ParseStamp(%q) is %v, of the stamp alone %v", line, got, again)
		}
	})
}
