package supervise

import (
	"math"
	"testing"
)

func TestFileSizes(t *testing.T) {
	for _, c := range []struct {
		words          string
		history, tally int64
	}{
		{"running history=16384 tally=14", 16384, 14},
		{"history=0 tally=0", 0, 0},
		{"running", math.MaxInt64, math.MaxInt64},
		{"history= tally=-1", math.MaxInt64, math.MaxInt64},
	} {
		var w written
		if w.recall([]byte(c.words)); w.historySize != c.history || w.tallySize != c.tally {
			t.Errorf("%q: got %d, %d; want %d, %d", c.words, w.historySize, w.tallySize, c.history, c.tally)
		}
	}
	w := written{historySize: 5, tallySize: 6}
	if got, want := string(w.remember([]byte("running"))), "running history=5 tally=6"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}
