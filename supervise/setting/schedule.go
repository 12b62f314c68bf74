package setting

import (
	"errors"
	"time"

	"github.com/svdir/svdir/supervise/schedule"
)

// What set/ says of the times at which a service starts.

// ParseSchedule reads set/schedule, all lines of it.
func ParseSchedule(text string) (*schedule.Schedule, error) {
	return schedule.Parse(text, time.LoadLocation, ParseDuration)
}

var errEvery = errors.New("not a time from 10ms, as 30s or 1h")

// ParseEvery reads set/every.
func ParseEvery(value string) (time.Duration, error) {
	d, err := ParseDuration(value)
	if err != nil || d < minPause || d > maxPause {
		return 0, errEvery
	}
	return d, nil
}

// Overlap says what becomes of a time that comes while the run before it lasts.
type Overlap uint8

const (
	OverlapUsual   Overlap = iota // skip for a schedule, queue for an interval
	OverlapSkip                   // nothing
	OverlapQueue                  // the next run follows at once
	OverlapReplace                // that run is stopped, and the next follows
)

var overlapWords = [...]string{OverlapSkip: "skip", OverlapQueue: "queue", OverlapReplace: "replace"}

var (
	errOverlap = errors.New("not skip, queue or replace")
	errAllow   = errors.New("a service never runs twice at once: skip, queue or replace")
)

// ParseOverlap reads set/overlap.
func ParseOverlap(value string) (Overlap, error) {
	for o := OverlapSkip; o <= OverlapReplace; o++ {
		if overlapWords[o] == value {
			return o, nil
		}
	}
	if value == "allow" {
		return 0, errAllow
	}
	return 0, errOverlap
}

var errMissed = errors.New("not run or skip")

// ParseMissed reads set/missed: whether a time that has passed unnoticed is made up
// for.
func ParseMissed(value string) (run bool, err error) {
	switch value {
	case "run":
		return true, nil
	case "skip":
		return false, nil
	}
	return false, errMissed
}

// ParseTimeoutRun reads set/timeout-run: 0s is no limit.
func ParseTimeoutRun(value string) (time.Duration, error) { return ParseUptime(value) }

func checkEvery(text string) error      { return check(text, ParseEvery) }
func checkOverlap(text string) error    { return check(text, ParseOverlap) }
func checkMissed(text string) error     { return check(text, ParseMissed) }
func checkTimeoutRun(text string) error { return check(text, ParseTimeoutRun) }

func checkSchedule(text string) error {
	_, err := ParseSchedule(text)
	return err
}
