// Package schedule says when a job runs that runs by the calendar. A schedule is
// read from the text of set/schedule, svset(5); Next is the first of its moments
// after another. Pure: it has no clock, and reads a time zone only where a text
// names one.
package schedule

import (
	"errors"
	"strings"
	"time"
)

// Schedule is when a job runs.
type Schedule struct {
	specs []spec
	zone  *time.Location
	// Every is the interval between two starts of @every, 0 without.
	Every time.Duration
	// Start: also when the service begins, @start.
	Start bool
}

// maxSize and maxLines bound a text.
const (
	maxSize  = 4096
	maxLines = 32
)

// The intervals of @every that can be meant.
const (
	minEvery = 10 * time.Millisecond
	maxEvery = 10 * 366 * 24 * time.Hour
)

// nicknames are the words for usual specs.
var nicknames = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

// Parse reads a text: a line for each spec, and before the first perhaps TZ=ZONE.
// zone finds a time zone by its name, as time.LoadLocation; duration reads an
// interval.
func Parse(text string, zone func(name string) (*time.Location, error), duration func(text string) (time.Duration, error)) (*Schedule, error) {
	if len(text) > maxSize || strings.Count(text, "\n") > maxLines {
		return nil, errors.New("too long: at most 32 lines")
	}
	s := &Schedule{zone: time.Local}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if err := s.add(words, zone, duration); err != nil {
			return nil, err
		}
	}
	if len(s.specs) == 0 && s.Every == 0 && !s.Start {
		return nil, errors.New("empty")
	}
	return s, nil
}

// add takes one line.
func (s *Schedule) add(words []string, zone func(string) (*time.Location, error), duration func(string) (time.Duration, error)) error {
	name, named := strings.CutPrefix(words[0], "TZ=")
	switch {
	case named && len(words) == 1:
		if len(s.specs) > 0 || s.Every > 0 || s.Start || s.zone != time.Local {
			return errors.New("TZ= stands before all else, once")
		}
		loc, err := zone(name)
		if err != nil || name == "" {
			return errors.New("unknown time zone: " + name)
		}
		s.zone = loc
	case words[0] == "@start" && len(words) == 1:
		s.Start = true
	case words[0] == "@every" && len(words) == 2:
		d, err := duration(words[1])
		if err != nil || d < minEvery || d > maxEvery || s.Every > 0 {
			return errors.New("not one interval from 10ms, as @every 10m")
		}
		s.Every = d
	case len(words) == 1 && nicknames[words[0]] != "":
		return s.addSpec(strings.Fields(nicknames[words[0]]))
	default:
		return s.addSpec(words)
	}
	return nil
}

func (s *Schedule) addSpec(words []string) error {
	c, err := parseSpec(words)
	if err != nil {
		return err
	}
	// Any year will do to see whether it ever comes; eight have the leap day.
	if c.next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC).IsZero() {
		return errors.New("a day that never comes: " + strings.Join(words, " "))
	}
	s.specs = append(s.specs, c)
	return nil
}

// Next is the first moment after t, zero if there is none. What Every and Start say
// is for the caller, who knows when the job ran.
func (s *Schedule) Next(t time.Time) time.Time {
	var first time.Time
	for i := range s.specs {
		if next := s.specs[i].next(t, s.zone); !next.IsZero() && (first.IsZero() || next.Before(first)) {
			first = next
		}
	}
	return first
}
