package svctl

import (
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/tally"
)

func TestLastUnasked(t *testing.T) {
	at := func(ms int) time.Time { return time.UnixMilli(int64(1792549300000 + ms)) }
	end := func(ms int, cause string) tally.Line { return tally.Line{At: at(ms), Kind: "end", Cause: cause} }
	start := func(ms int) tally.Line { return tally.Line{At: at(ms), Kind: "start"} }
	for _, c := range []struct {
		name    string
		history []tally.Line
		end     int // -1 for none
		logged  int
	}{
		{"nothing", nil, -1, 0},
		{"asked", []tally.Line{start(0), end(5, "stop"), start(6), end(7, "restart"), end(8, "timeout"), end(9, "signal")}, -1, 0},
		{"crash", []tally.Line{start(0), end(5, "crash")}, 5, 1005},
		{"the last", []tally.Line{end(1, "crash"), start(2000), end(3000, "exit"), start(9000), end(9100, "stop")}, 3000, 4000},
		{"the next run writes", []tally.Line{end(5, "unknown"), start(500), start(700)}, 5, 500},
		{"at once", []tally.Line{end(5, "crash"), start(6)}, 5, 15},
		{"of s6", []tally.Line{end(5, "")}, 5, 1005},
		{"a finish", []tally.Line{{At: at(5), Kind: "finish"}}, -1, 0},
	} {
		got, logged, found := LastUnasked(c.history)
		if found != (c.end >= 0) || found && (!got.At.Equal(at(c.end)) || !logged.Equal(at(c.logged))) {
			t.Errorf("%s: got %v until %v, %v; want %v until %v", c.name, got, logged, found, at(c.end), at(c.logged))
		}
	}
}
