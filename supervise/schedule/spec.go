package schedule

import (
	"errors"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

// spec is one line of cron: the minutes, hours, days of the month, months and days
// of the week in which it runs, a bit for each.
type spec struct {
	minutes, hours, days, months, weekdays uint64
	// anyDay: it is enough that the one or the other says that it is the day.
	// Where one of them begins with a *, both must.
	anyDay bool
}

// field is what may stand in one of the five.
type field struct {
	name   string
	lo, hi int
	words  string // three letters each, the first for lo
}

var fields = [...]field{
	{"minute", 0, 59, ""}, {"hour", 0, 23, ""}, {"day of the month", 1, 31, ""},
	{"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"}, {"day of the week", 0, 7, "sunmontuewedthufrisat"},
}

var errFields = errors.New("not five fields, as 30 4 * * mon-fri, nor @hourly, @daily, @every 10m and their kin")

func parseSpec(words []string) (spec, error) {
	if len(words) != len(fields) {
		return spec{}, errFields
	}
	var sets [len(fields)]uint64
	for i, f := range fields {
		for part := range strings.SplitSeq(words[i], ",") {
			set, ok := f.parse(part)
			if !ok {
				return spec{}, errors.New("not a " + f.name + ": " + words[i])
			}
			sets[i] |= set
		}
	}
	if sets[4]&(1<<7) != 0 {
		sets[4] |= 1 // Sunday is both
	}
	return spec{sets[0], sets[1], sets[2], sets[3], sets[4], words[2][0] != '*' && words[4][0] != '*'}, nil
}

// parse reads *, 5, 5-10, and each with a step, as */15.
func (f *field) parse(text string) (set uint64, ok bool) {
	span, step, stepped := strings.Cut(text, "/")
	lo, hi := f.lo, f.hi
	if span != "*" {
		from, to, ranged := strings.Cut(span, "-")
		if lo, ok = f.number(from); !ok {
			return 0, false
		}
		switch {
		case ranged:
			if hi, ok = f.number(to); !ok || hi < lo {
				return 0, false
			}
		case !stepped:
			hi = lo
		}
	}
	by := 1
	if stepped {
		var err error
		if by, err = strconv.Atoi(step); err != nil || by < 1 || by > f.hi || step[0] == '+' {
			return 0, false
		}
	}
	for n := lo; n <= hi; n += by {
		set |= 1 << n
	}
	return set, true
}

// number is a number of the field, or its word.
func (f *field) number(text string) (int, bool) {
	if at := strings.Index(f.words, strings.ToLower(text)); len(text) == 3 && at >= 0 && at%3 == 0 {
		return f.lo + at/3, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && f.lo <= n && n <= f.hi && text[0] != '+' && text[0] != '-'
}

// hasDay says that it runs on the day of t.
func (c *spec) hasDay(t time.Time) bool {
	day, weekday := c.days>>t.Day()&1 != 0, c.weekdays>>uint(t.Weekday())&1 != 0
	if c.anyDay {
		day = day || weekday
	} else {
		day = day && weekday
	}
	return day && c.months>>uint(t.Month())&1 != 0
}

// everyHour: it runs by the minutes of each hour that there is. Else by the times
// of the clock, each of which comes once a day, whatever is done to the clock.
func (c *spec) everyHour() bool { return c.hours == 1<<24-1 }

// horizon is how far is looked: the leap day comes within eight years.
const horizon = 9

// next is the first moment after t.
//
// Where the clock is put forward, a time that it leaves out comes when it is; where
// it is put back, one that comes twice counts the first time. Who runs every hour
// goes on as if nothing was.
func (c *spec) next(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	end := t.AddDate(horizon, 0, 0)
	year, month, day := t.Date()
	// A day before: its last times may have been left out, and come now.
	for i := -1; ; i++ {
		noon := time.Date(year, month, day+i, 12, 0, 0, 0, time.UTC) // of the calendar
		if noon.After(end.UTC().AddDate(0, 0, 1)) {
			return time.Time{}
		}
		if !c.hasDay(noon) {
			continue
		}
		if found := c.onDay(noon, t, zone); !found.IsZero() {
			return found
		}
	}
}

// onDay is the first moment after t on one day of the calendar.
func (c *spec) onDay(noon, t time.Time, zone *time.Location) time.Time {
	year, month, day := noon.Date()
	var first time.Time
	for hours := c.hours; hours != 0; hours &= hours - 1 {
		hour := bits.TrailingZeros64(hours)
		if !c.everyHour() && !first.IsZero() {
			return first // a later time of the clock does not come sooner
		}
		for minutes := c.minutes; minutes != 0; minutes &= minutes - 1 {
			wall := time.Date(year, month, day, hour, bits.TrailingZeros64(minutes), 0, 0, time.UTC)
			for _, m := range c.moments(wall, zone) {
				if m.After(t) && (first.IsZero() || m.Before(first)) {
					first = m
				}
			}
		}
	}
	return first
}

// moments are those at which a time of the clock counts; wall is that time, as if
// it were UTC.
func (c *spec) moments(wall time.Time, zone *time.Location) []time.Time {
	year, month, day := wall.Date()
	near := time.Date(year, month, day, wall.Hour(), wall.Minute(), 0, 0, zone)
	begin, end := near.ZoneBounds()
	var found []time.Time
	at := func(near time.Time) {
		_, offset := near.Zone()
		m := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if _, o := m.Zone(); o == offset && !slices.ContainsFunc(found, m.Equal) {
			found = append(found, m)
		}
	}
	at(near)
	if !begin.IsZero() {
		at(begin.Add(-1))
	}
	if !end.IsZero() {
		at(end)
	}
	slices.SortFunc(found, time.Time.Compare)
	switch {
	case c.everyHour():
		return found
	case len(found) > 0:
		return found[:1]
	}
	for _, change := range []time.Time{begin, end} {
		_, before := change.Add(-1).Zone()
		_, after := change.Zone()
		if !change.IsZero() && !wall.Add(-time.Duration(before)*time.Second).Before(change) && wall.Add(-time.Duration(after)*time.Second).Before(change) {
			return []time.Time{change}
		}
	}
	return nil
}
