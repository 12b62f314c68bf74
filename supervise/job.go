package supervise

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/schedule"
	"github.com/svdir/svdir/supervise/setting"
)

// job is when a service starts that does so by a schedule, at an interval, or at a
// time that somebody has set.
type job struct {
	schedule *schedule.Schedule // nil without
	every    time.Duration      // 0 without
	everySet time.Duration      // what set/every says
	overlap  setting.Overlap
	missed   bool          // a time that has passed unnoticed is made up for
	at       time.Time     // that somebody has set, zero if nobody has
	last     time.Time     // up to then the times of the schedule are dealt with
	begun    time.Duration // of the interval, by the monotonic clock
	counts   bool          // it has begun
	ran      bool          // since the last plan
	next     time.Time     // what is waited for by the wall clock, zero for nothing
	wake     time.Duration // and by the monotonic one, or never
	shown    time.Time     // the sooner of both
	timer    int           // timerfd, or -1
	limit    time.Duration // of a run, 0 for none
	runDue   time.Duration // when this run takes too long, 0 for never
}

func newJob() *job { return &job{wake: never, timer: -1} }

const (
	// punctual is how late a start may be that still is the one that was meant.
	punctual = time.Minute
	// putBack is how far the clock may be put back without what has run since
	// running again.
	putBack = 3 * time.Hour
)

// plan says that the time for a start has come, or sets next and wake. now is the
// wall clock, clock the monotonic one; first: there was no start yet since boot.
func (j *job) plan(now time.Time, clock time.Duration, first bool) (due bool) {
	ran := j.ran
	j.next, j.wake, j.shown, j.ran = time.Time{}, never, time.Time{}, false
	switch {
	case !j.at.IsZero() && !j.at.After(now):
		due = true
	case first && !ran && j.schedule != nil && j.schedule.Start:
		due = true
	}
	j.sooner(j.at)
	due = j.planSchedule(now, ran) || due
	due = j.planInterval(now, clock, ran) || due
	if due && j.last.Before(now) {
		j.last = now
	}
	return due
}

func (j *job) sooner(t time.Time) {
	if !t.IsZero() && (j.next.IsZero() || t.Before(j.next)) {
		j.next, j.shown = t, t
	}
}

// planSchedule is for the times of the calendar. What passed while it ran is for
// overlap to say, what passed unnoticed for missed.
func (j *job) planSchedule(now time.Time, ran bool) (due bool) {
	if j.schedule == nil {
		return false
	}
	if j.last.IsZero() || j.last.After(now.Add(putBack)) {
		j.last = now
	}
	next := j.schedule.Next(j.last)
	if !next.IsZero() && !next.After(now) {
		if ran {
			due = j.overlap == setting.OverlapQueue || j.overlap == setting.OverlapReplace
		} else {
			due = j.missed || now.Sub(next) <= punctual
		}
		j.last = now
		next = j.schedule.Next(now)
	}
	j.sooner(next)
	return due
}

// planInterval is for set/every, which starts at once, and @every, which does not.
func (j *job) planInterval(now time.Time, clock time.Duration, ran bool) (due bool) {
	interval := j.every
	if interval == 0 && j.schedule != nil {
		interval = j.schedule.Every
	}
	if interval == 0 {
		j.counts = false
		return false
	}
	if !j.counts || j.begun > clock {
		j.begun, j.counts, due = clock, true, j.every > 0
	}
	if at := j.begun + interval; at <= clock {
		due = due || !ran || j.overlap != setting.OverlapSkip
		j.begun = clock - (clock-at)%interval
		if due && clock-at >= interval {
			j.begun = clock // what is behind by more does not catch up
		}
	}
	j.wake = j.begun + interval
	if at := now.Add(j.wake - clock); j.shown.IsZero() || at.Before(j.shown) {
		j.shown = at
	}
	return due
}

// waits says that something is to come.
func (j *job) waits() bool { return !j.next.IsZero() || j.wake != never }

// The words of a job, beside those in memory.go. That of the wall clock is good for
// the next boot too.
const lastWord, begunWord = "job-last", "job-begun"

// rememberJob appends them; they are never the first.
func rememberJob(b []byte, j *job, epoch time.Duration) []byte {
	if j == nil {
		return b
	}
	if !j.last.IsZero() {
		b = strconv.AppendInt(append(b, " "+lastWord+"="...), j.last.UnixMilli(), 10)
	}
	if j.counts {
		b = strconv.AppendInt(append(b, " "+begunWord+"="...), (j.begun + epoch).Milliseconds(), 10)
	}
	return b
}

// recallJob is what was remembered, nil for nothing.
func recallJob(words []byte, epoch time.Duration) *job {
	j := newJob()
	for word := range bytes.FieldsSeq(words) {
		name, value, _ := strings.Cut(string(word), "=")
		n, err := strconv.ParseUint(value, 10, 50)
		switch {
		case err != nil:
		case name == lastWord && n > 0:
			j.last = time.UnixMilli(int64(n))
		case name == begunWord:
			j.begun, j.counts = time.Duration(n)*time.Millisecond-epoch, true
		}
	}
	if j.last.IsZero() && !j.counts {
		return nil
	}
	return j
}
