package restart

import (
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// lives is an end at now of a run that lived for long.
func lives(now, long time.Duration, code int) *End {
	return &End{Started: now - long, Ended: now, Code: code}
}

// What is done after which end, for each word of set/restart.
func TestWhen(t *testing.T) {
	var success Success
	success.AddCodes(143, 150)
	success.AddSignal(syscall.SIGTERM)
	const again, done, failed = "again", "done", "failed"
	for _, c := range []struct {
		name                     string
		end                      End
		always, onFailure, never string
	}{
		{"0", End{}, again, done, done},
		{"1", End{Code: 1}, again, again, failed},
		{"143", End{Code: 143}, again, done, done},
		{"TERM", End{Code: -1, Signal: syscall.SIGTERM}, again, done, done},
		{"KILL", End{Code: -1, Signal: syscall.SIGKILL}, again, again, failed},
		{"unknown", End{Code: -1}, again, again, failed},
		{"our own signal", End{Code: -1, Signal: syscall.SIGINT, Asked: true}, again, again, done},
		{"too late, and 0", End{Fault: "timeout-up"}, again, again, failed},
	} {
		for when, want := range map[When]string{Always: c.always, OnFailure: c.onFailure, Never: c.never} {
			c.end.Ended = time.Minute
			v := new(Past).Next(&Rule{When: when, Success: success}, &c.end, time.Minute, 0)
			got := map[[2]bool]string{{true, false}: again, {false, false}: done, {false, true}: failed}[[2]bool{v.Again, v.Failed}]
			if got != want || v.Failed != (v.Why != "") {
				t.Errorf("%s, %s: %+v, want %s", when, c.name, v, want)
			}
		}
	}
}

// One end alone may be answered otherwise, whatever restart says.
func TestAnswer(t *testing.T) {
	end := lives(time.Minute, 5*time.Second, 3)
	for _, c := range []struct {
		when   When
		answer Answer
		want   Verdict
	}{
		{Never, Answer{Do: Again}, Verdict{Again: true, At: time.Minute}},
		{Always, Answer{Do: Stop}, Verdict{}},
		{OnFailure, Answer{Do: Fail}, Verdict{Failed: true, Why: "exit code 3 (set/on-exit)"}},
		{Never, Answer{Do: Again, Delay: time.Hour}, Verdict{Again: true, At: time.Hour + time.Minute}},
	} {
		if got := new(Past).Next(&Rule{When: c.when, Answer: c.answer}, end, time.Minute, 0); got != c.want {
			t.Errorf("%s, %+v: got %+v, want %+v", c.when, c.answer, got, c.want)
		}
	}
}

// Exactly Count restarts within the window, and then it is given up.
func TestLimit(t *testing.T) {
	r := &Rule{Limit: Limit{5, 10 * time.Second}}
	var p Past
	now := time.Minute
	for i := range 5 {
		if v := p.Next(r, lives(now, 0, 1), now, 0); !v.Again {
			t.Fatalf("restart %d: %+v", i+1, v)
		}
		now += time.Second
	}
	want := "restarted 5 times within 10s, the last time after exit code 1 (set/restart-limit)"
	if v := p.Next(r, lives(now, 0, 1), now, 0); v.Again || !v.Failed || v.Why != want {
		t.Errorf("the sixth: %+v", v)
	}
	now += 5001 * time.Millisecond // the first has left the window
	if v := p.Next(r, lives(now, 0, 1), now, 0); !v.Again {
		t.Errorf("once the window has moved: %+v", v)
	}
}

// In no window there are more restarts than Limit says, and no budget is refused
// that is there.
func TestLimitAlways(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limit{rapid.IntRange(1, 5).Draw(t, "count"), time.Duration(rapid.IntRange(1, 20).Draw(t, "window")) * time.Second}
		var p Past
		var done []time.Duration
		now := time.Hour
		for range 40 {
			now += time.Duration(rapid.IntRange(0, 4000).Draw(t, "pause")) * time.Millisecond
			inside := 0
			for _, at := range done {
				if at > now-l.Window {
					inside++
				}
			}
			v := p.Next(&Rule{Limit: l}, lives(now, 0, 1), now, 0)
			if v.Again != (inside < l.Count) {
				t.Fatalf("%d restarts within %v before, limit %d: %+v", inside, l.Window, l.Count, v)
			}
			if v.Again {
				done = append(done, now)
			}
		}
	})
}

// The pauses grow, up to the most, and are forgotten after a good run.
func TestDelayGrows(t *testing.T) {
	r := &Rule{Delay: Delay{Min: time.Second, Max: time.Minute, Factor: 2}, MinUptime: 90 * time.Second}
	var p Past
	now := time.Hour
	die := func(lived time.Duration) time.Duration {
		now += lived
		v := p.Next(r, lives(now, lived, 1), now, 0)
		pause := v.At - now
		now = v.At
		return pause / time.Second
	}
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60, 60} {
		if got := die(10 * time.Millisecond); got != want {
			t.Errorf("pause %d is %d s, want %d", i+1, got, want)
		}
	}
	if got := die(89 * time.Second); got != 60 {
		t.Errorf("after a run that was too short: %d s", got)
	}
	if got := die(90 * time.Second); got != 0 || p.Bad != 0 {
		t.Errorf("after a good run: %d s, %d bad ones", got, p.Bad)
	}
	if got := die(0); got != 1 || p.Bad != 1 {
		t.Errorf("and then: %d s, %d bad ones", got, p.Bad)
	}
}

// Those that end together are kept apart, by at most Jitter.
func TestJitter(t *testing.T) {
	r := &Rule{Delay: Delay{Min: 10 * time.Second, Max: 10 * time.Second, Factor: 2, Jitter: 20}}
	first, last := time.Hour, time.Duration(0)
	for chance := uint32(0); chance < 1<<16; chance += 13 {
		v := new(Past).Next(r, lives(time.Hour, time.Minute, 0), time.Hour, chance)
		first, last = min(first, v.At-time.Hour), max(last, v.At-time.Hour)
	}
	const near = 10 * time.Millisecond
	if first < 8*time.Second || first > 8*time.Second+near || last > 12*time.Second || last < 12*time.Second-near {
		t.Errorf("pauses are from %v to %v, want 8s to 12s", first, last)
	}
}

// Without a delay of its own a service is started at most once a second, as the
// field does, and one that has lived for longer at once.
func TestUsualDelay(t *testing.T) {
	for _, c := range []struct{ lived, want time.Duration }{{0, time.Second}, {300 * time.Millisecond, 700 * time.Millisecond}, {time.Minute, 0}} {
		if v := new(Past).Next(&Rule{}, lives(time.Hour, c.lived, 0), time.Hour, 0); v.At-time.Hour != c.want {
			t.Errorf("lived %v: waits %v, want %v", c.lived, v.At-time.Hour, c.want)
		}
	}
	// And counted from its death where it has one.
	r := &Rule{Delay: Delay{Min: 3 * time.Second, Max: 3 * time.Second, Factor: 2}}
	if v := new(Past).Next(r, lives(time.Hour, 2*time.Second, 0), time.Hour, 0); v.At-time.Hour != 3*time.Second {
		t.Errorf("with a delay of 3s it waits %v", v.At-time.Hour)
	}
}
