package probe

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestAnswers: what makes a service good, and bad again.
func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		success, failure int
		answers          string // + and -
		want             string // of each: G, B or .
	}{
		{1, 3, "--+--+---++", "..G.....BG."},
		{2, 1, "+-++-++", "...GB.G"},
		{1, 1, "+-+-", "GBGB"},
	} {
		p := Plan{Success: c.success, Failure: c.failure, Period: time.Second, Eager: time.Second}
		var track Track
		track.Begin(&p, false, 0)
		got := ""
		for _, answer := range c.answers {
			track.Started(&p, 0)
			got += string(".GB"[track.Answered(&p, answer == '+', 0)])
		}
		if got != c.want {
			t.Errorf("%d of %d, %s: got %s; want %s", c.success, c.failure, c.answers, got, c.want)
		}
	}
}

// TestProperties: it is good exactly if, since it last was not, the last answers
// have said so; no two probes begin within a period; and something is always due
// but while one is being killed.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		span := func(name string) time.Duration {
			return time.Duration(rapid.IntRange(1, 10000).Draw(t, name)) * time.Millisecond
		}
		p := Plan{Delay: span("delay"), Period: span("period"), Eager: time.Second, Timeout: span("timeout"),
			Success: rapid.IntRange(1, 4).Draw(t, "success"), Failure: rapid.IntRange(1, 4).Draw(t, "failure")}
		now := span("now")
		var track Track
		good := rapid.Bool().Draw(t, "good")
		track.Begin(&p, good, now)
		if track.Due != now+p.Delay {
			t.Fatalf("the first is due at %v, after %v from %v", track.Due, p.Delay, now)
		}
		var since []bool // answers since it last changed
		last := Never
		for range rapid.IntRange(0, 40).Draw(t, "probes") {
			now = max(now, track.Due)
			period := p.Period
			if !track.Good {
				period = min(period, p.Eager)
			}
			if last != Never && now < last+period {
				t.Fatalf("a probe at %v, the one before at %v", now, last)
			}
			last = now
			track.Started(&p, now)
			if !track.Busy || track.Due != now+p.Timeout {
				t.Fatalf("it may take until %v", track.Due)
			}
			now += span("took")
			if now >= track.Due {
				track.Expired()
			}
			if rapid.IntRange(0, 5).Draw(t, "silent") == 0 {
				track.Silent(&p, now)
				continue
			}
			answer := rapid.Bool().Draw(t, "answer")
			since = append(since, answer)
			enough := p.Success
			if good {
				enough = p.Failure
			}
			changes := len(since) >= enough
			for _, a := range since[max(0, len(since)-enough):] {
				changes = changes && a != good
			}
			want := Same
			if changes {
				if good, since = !good, nil; good {
					want = Good
				} else {
					want = Bad
				}
			}
			if got := track.Answered(&p, answer, now); got != want || track.Good != good || track.Busy || track.Due < now {
				t.Fatalf("got %v, good %v, due %v; want %v, good %v", got, track.Good, track.Due, want, good)
			}
		}
	})
}

// TestGrows: while it is not good the pauses grow, from the one time to the other.
func TestGrows(t *testing.T) {
	const ms = time.Millisecond
	p := Plan{Delay: 20 * ms, Eager: 50 * ms, Grows: true, Period: time.Second, Success: 1, Failure: 1}
	var track Track
	now := time.Hour
	track.Begin(&p, false, now)
	var at []time.Duration
	for range 8 {
		at = append(at, (track.Due-now)/ms)
		began := track.Due
		track.Started(&p, began)
		track.Answered(&p, false, began)
	}
	if want := []time.Duration{20, 70, 140, 280, 560, 1120, 2120, 3120}; !slices.Equal(at, want) {
		t.Errorf("got probes at %d; want %d", at, want)
	}
	track.Started(&p, track.Due)
	if began := track.begun; track.Answered(&p, true, began) != Good || track.Due != began+p.Period {
		t.Errorf("it is good, and the next at %v", track.Due-began)
	}
}
