package schedule

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

func parse(text string) (*Schedule, error) {
	return Parse(text, time.LoadLocation, func(text string) (time.Duration, error) {
		if strings.HasPrefix(text, "-") {
			return 0, errors.New("negative")
		}
		return time.ParseDuration(text)
	})
}

func moment(t *testing.T, zone, text string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err) // every Go has them
	}
	m, err := time.ParseInLocation("2006-01-02 15:04:05", text, loc)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestNext(t *testing.T) {
	for _, c := range []struct{ spec, zone, from, want string }{
		{"* * * * *", "UTC", "2026-11-30 09:00:00", "2026-11-30 09:01:00"},
		{"* * * * *", "UTC", "2026-11-30 09:00:59", "2026-11-30 09:01:00"},
		{"30 4 * * *", "UTC", "2026-11-30 04:30:00", "2026-12-01 04:30:00"},
		{"*/20 9-10 * * mon-fri", "UTC", "2026-11-27 10:40:00", "2026-11-30 09:00:00"},
		{"0 0 29 2 *", "UTC", "2096-03-01 00:00:00", "2104-02-29 00:00:00"},
		{"0 0 31 * *", "UTC", "2026-04-30 00:00:00", "2026-05-31 00:00:00"},
		{"0 12 13 * fri", "UTC", "2026-11-30 00:00:00", "2026-12-04 12:00:00"},  // the 13th, or a Friday
		{"0 12 13 * */1", "UTC", "2026-11-30 00:00:00", "2026-12-13 12:00:00"},  // the 13th alone
		{"0 12 */7 * sun", "UTC", "2026-11-30 00:00:00", "2027-08-01 12:00:00"}, // a Sunday on one of 1, 8, 15, 22, 29
		{"0 0 * * 7", "UTC", "2026-11-30 00:00:00", "2026-12-06 00:00:00"},
		{"15,45 1/12 1 jan,JUL *", "UTC", "2026-11-30 00:00:00", "2027-01-01 01:15:00"},
		{"@weekly", "UTC", "2026-11-30 00:00:00", "2026-12-06 00:00:00"},
		{"@hourly", "UTC", "2026-11-30 23:00:00", "2026-12-01 00:00:00"},
		// Berlin puts its clock forward on 2026-03-29 from 2:00 to 3:00 ...
		{"30 2 * * *", "Europe/Berlin", "2026-03-28 12:00:00", "2026-03-29 03:00:00"},
		{"30 2 * * *", "Europe/Berlin", "2026-03-29 03:00:00", "2026-03-30 02:30:00"},
		{"30 * * * *", "Europe/Berlin", "2026-03-29 01:30:00", "2026-03-29 03:30:00"},
		// ... and back on 2026-10-25 from 3:00 to 2:00: counted from UTC.
		{"30 3 * * *", "Europe/Berlin", "2026-10-24 12:00:00", "2026-10-25 03:30:00"},
		// Samoa left out 2011-12-30.
		{"0 3 * * *", "Pacific/Apia", "2011-12-29 12:00:00", "2011-12-31 00:00:00"},
	} {
		text := c.spec
		if c.zone != "UTC" {
			text = "TZ=" + c.zone + "\n" + text
		} else {
			text = "TZ=UTC\n" + text
		}
		s, err := parse(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got, want := s.Next(moment(t, c.zone, c.from)), moment(t, c.zone, c.want); !got.Equal(want) {
			t.Errorf("%q after %s: got %v; want %v", text, c.from, got, want)
		}
	}
}

// TestTwice: 2:30 of the day on which Berlin puts its clock back counts once, and
// twice for who runs every hour.
func TestTwice(t *testing.T) {
	first := moment(t, "UTC", "2026-10-25 00:30:00")
	for spec, want := range map[string]time.Duration{"30 2 * * *": 25 * time.Hour, "30 * * * *": time.Hour} {
		s, err := parse("TZ=Europe/Berlin\n" + spec)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Next(first.Add(-time.Minute)); !got.Equal(first) {
			t.Errorf("%s: got %v; want %v", spec, got, first)
		}
		if got := s.Next(first).Sub(first); got != want {
			t.Errorf("%s: comes again after %v; want %v", spec, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	for _, good := range []string{"@start", "@start\n@daily", "@every 10m", "TZ=Asia/Tokyo\n# at night\n\n0 3 * * *\n@every 1h\n", "59 23 31 12 7"} {
		if _, err := parse(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for bad, want := range map[string]string{
		"": "empty", "# nothing": "empty", "TZ=UTC": "empty", "* * * *": errFields.Error(), "* * * * * root": errFields.Error(), "@reboot": errFields.Error(),
		"60 * * * *": "not a minute: 60", "* 24 * * *": "not a hour: 24", "* * 0 * *": "not a day of the month: 0", "* * * 13 *": "not a month: 13",
		"* * * * 8": "not a day of the week: 8", "5-1 * * * *": "not a minute: 5-1", "*/0 * * * *": "not a minute: */0", "*/60 * * * *": "not a minute: */60",
		"1,,2 * * * *": "not a minute: 1,,2", "-1 * * * *": "not a minute: -1", "+1 * * * *": "not a minute: +1", "* * * foo *": "not a month: foo", "* * * anf *": "not a month: anf",
		"0 0 30 2 *": "a day that never comes: 0 0 30 2 *", "TZ=Mars/Base\n@daily": "unknown time zone: Mars/Base", "TZ=\n@daily": "unknown time zone: ",
		"@daily\nTZ=UTC": "TZ= stands before all else, once", "@every": errFields.Error(), "@every 0s": "not one interval", "@every -1s": "not one interval",
		"@every 1m\n@every 2m": "not one interval", strings.Repeat("@daily\n", 40): "too long",
	} {
		if s, err := parse(bad); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, %v; want %s", bad, s, err, want)
		}
	}
}

// brute is Next, found minute by minute by what the manual says.
func brute(c *spec, from time.Time, zone *time.Location, limit time.Duration) time.Time {
	matches := func(wall time.Time) bool {
		return c.hasDay(wall) && c.hours>>wall.Hour()&1 != 0 && c.minutes>>wall.Minute()&1 != 0
	}
	wallOf := func(t time.Time) time.Time {
		_, offset := t.In(zone).Zone()
		return t.UTC().Add(time.Duration(offset) * time.Second)
	}
	const past = 50 * time.Hour // more than any clock is put back
	seen := map[time.Time]bool{}
	begin := from.Truncate(time.Minute).Add(-past)
	last := wallOf(begin.Add(-time.Minute))
	for t := begin; t.Before(from.Add(limit)); t = t.Add(time.Minute) {
		wall := wallOf(t)
		counts := matches(wall) && (c.everyHour() || !seen[wall])
		for left := last.Add(time.Minute); left.Before(wall) && !c.everyHour(); left = left.Add(time.Minute) {
			counts = counts || matches(left) && !seen[left]
			seen[left] = true
		}
		seen[wall], last = true, wall
		if counts && t.After(from) {
			return t
		}
	}
	return time.Time{}
}

// TestBrute compares with it, around the days on which clocks are put forward or
// back, by an hour, by half of one, at midnight, by a day.
func TestBrute(t *testing.T) {
	changes := map[string][]string{
		"Europe/Berlin": {"2026-03-29", "2026-10-25"}, "America/Sao_Paulo": {"2018-11-04", "2018-02-18"}, "Australia/Lord_Howe": {"2026-04-05", "2026-10-04"},
		"Pacific/Apia": {"2011-12-30"}, "America/New_York": {"2026-03-08", "2026-11-01"}, "UTC": {"2026-02-28"}, "Asia/Kathmandu": {"2026-01-01"},
	}
	const limit = 5 * 24 * time.Hour
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	some := func(all ...string) string { return all[r.IntN(len(all))] }
	for range 150 {
		for zone, days := range changes {
			from := moment(t, zone, some(days...)+" 12:00:00").Add(-36*time.Hour + time.Duration(r.IntN(60*60*60))*time.Second)
			text := strings.Join([]string{some("*", "30", "0,15", "*/7", fmt.Sprint(r.IntN(60))), some("*", "0", "1-3", "*/2", "23", fmt.Sprint(r.IntN(24))),
				some("*", "*", "*", "29-31", "*/2"), "*", some("*", "*", "sun", "1-5", "*/3")}, " ")
			c, err := parseSpec(strings.Fields(text))
			if err != nil {
				t.Fatal(err)
			}
			want := brute(&c, from, from.Location(), limit)
			got := c.next(from, from.Location())
			if got.After(from.Add(limit)) || got.Equal(from.Add(limit)) {
				got = time.Time{}
			}
			if !got.Equal(want) {
				t.Fatalf("%s %q after %v: got %v; want %v", zone, text, from, got, want)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("TZ=Europe/Berlin\n*/5 1-3 * jan sun\n@every 1h\n@start")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := parse(text)
		if err != nil {
			return
		}
		from := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
		if next := s.Next(from); !next.IsZero() && !next.After(from) {
			t.Errorf("%q: %v is not after %v", text, next, from)
		}
	})
}
