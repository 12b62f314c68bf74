package setting

import (
	"testing"
	"time"
)

func TestParseTimes(t *testing.T) {
	if d, err := ParseEvery("1m30s"); d != 90*time.Second || err != nil {
		t.Errorf("got %v, %v", d, err)
	}
	for _, text := range []string{"", "0s", "9ms", "5", "366d"} {
		if d, err := ParseEvery(text); err == nil {
			t.Errorf("%q is %v; want an error", text, d)
		}
	}
	for text, want := range map[string]Overlap{"skip": OverlapSkip, "queue": OverlapQueue, "replace": OverlapReplace} {
		if o, err := ParseOverlap(text); o != want || err != nil {
			t.Errorf("%s is %v, %v", text, o, err)
		}
	}
	for text, want := range map[string]error{"allow": errAllow, "": errOverlap, "usual": errOverlap} {
		if _, err := ParseOverlap(text); err != want {
			t.Errorf("%q: got %v; want %v", text, err, want)
		}
	}
	for text, good := range map[string]bool{"@daily": true, "TZ=UTC\n0 3 * * *\n@start\n": true, "@every 10m": true, "@every ten": false, "daily": false, "": false} {
		if err := checkSchedule(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
	if run, err := ParseMissed("run"); !run || err != nil || checkMissed("skip") != nil || checkMissed("maybe") == nil {
		t.Error("missed is run or skip")
	}
}
