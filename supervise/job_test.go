package supervise

import (
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/setting"
)

// noon is where the clock of these tests begins; the monotonic one at an hour.
var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func clocks(after time.Duration) (now time.Time, clock time.Duration) {
	return noon.Add(after), time.Hour + after
}

// plan tells a job that this time has come, and what it should say.
func plan(t *testing.T, j *job, after time.Duration, first, due bool, next time.Duration) {
	t.Helper()
	now, clock := clocks(after)
	got := j.plan(now, clock, first)
	if got != due || next != never && !j.shown.Equal(noon.Add(next)) || next == never && j.waits() {
		t.Fatalf("after %v: due %v, next %v; want %v, %v", after, got, j.shown, due, noon.Add(next))
	}
}

func scheduled(t *testing.T, text string) *job {
	t.Helper()
	s, err := setting.ParseSchedule(text)
	if err != nil {
		t.Fatal(err)
	}
	j := newJob()
	j.schedule = s
	return j
}

// TestJobSchedule: a job every five minutes, whose run may take longer.
func TestJobSchedule(t *testing.T) {
	const m = time.Minute
	j := scheduled(t, "TZ=UTC\n*/5 * * * *")
	plan(t, j, m, true, false, 5*m)
	plan(t, j, 2*m, false, false, 5*m) // something else came
	plan(t, j, 5*m, false, true, 10*m)
	j.ran = true
	plan(t, j, 6*m, false, false, 10*m)
	plan(t, j, 10*m+time.Second, false, true, 15*m)
	j.ran = true
	plan(t, j, 21*m, false, false, 25*m) // two have passed
	j.overlap, j.ran = setting.OverlapQueue, true
	plan(t, j, 31*m, false, true, 35*m)
	j.ran = true
	plan(t, j, 32*m, false, false, 35*m)
	// Unnoticed, since the machine slept.
	plan(t, j, 47*m, false, false, 50*m)
	j.missed = true
	plan(t, j, 62*m, false, true, 65*m)
	// The clock is put back: what has run does not run again, but after hours it does.
	j.ran = true
	plan(t, j, 58*m, false, false, 65*m)
	plan(t, j, -300*m, false, false, -295*m)
}

func TestJobStart(t *testing.T) {
	j := scheduled(t, "TZ=UTC\n@start\n@hourly")
	plan(t, j, time.Minute, true, true, time.Hour)
	j.ran = true
	plan(t, j, 2*time.Minute, true, false, time.Hour)
	plan(t, scheduled(t, "@start"), 0, false, false, never)
}

// TestJobEvery: 0, 3, 6 where a run is short; one after the other where it is long.
func TestJobEvery(t *testing.T) {
	const s = time.Second
	j := newJob()
	j.every = 3 * s
	plan(t, j, 0, true, true, 3*s)
	j.ran = true
	plan(t, j, s, false, false, 3*s)
	plan(t, j, 3*s+s/100, false, true, 6*s) // no drift
	j.ran = true
	plan(t, j, 8*s, false, true, 9*s) // queued
	j.ran = true
	plan(t, j, 20*s, false, true, 23*s) // far behind: it does not catch up
	j.ran, j.overlap = true, setting.OverlapSkip
	plan(t, j, 28*s, false, false, 29*s)
	plan(t, j, 29*s, false, true, 32*s)

	later := scheduled(t, "@every 10m")
	plan(t, later, 0, true, false, 10*time.Minute)
	plan(t, later, 10*time.Minute, false, true, 20*time.Minute)
}

func TestJobAt(t *testing.T) {
	j := newJob()
	j.at = noon.Add(30 * time.Second)
	plan(t, j, 0, true, false, 30*time.Second)
	plan(t, j, 30*time.Second, false, true, 30*time.Second)
	// Beside a schedule the sooner one counts.
	k := scheduled(t, "TZ=UTC\n@hourly")
	k.at = noon.Add(2 * time.Hour)
	plan(t, k, 0, true, false, time.Hour)
}

// TestJobRemembered: the next supervise goes on with the same job.
func TestJobRemembered(t *testing.T) {
	const epoch = 1000 * time.Second
	j := newJob()
	j.last, j.begun, j.counts = time.UnixMilli(noon.UnixMilli()), 5*time.Second, true
	got := recallJob(rememberJob(nil, j, epoch), epoch)
	if got == nil || !got.last.Equal(j.last) || got.begun != j.begun || !got.counts {
		t.Errorf("got %+v; want %+v", got, j)
	}
	if got := recallJob([]byte("running job-last=x job-begun=-1"), epoch); got != nil {
		t.Errorf("got %+v; want nothing", got)
	}
}
