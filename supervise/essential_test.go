package supervise

import (
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

func TestEndCode(t *testing.T) {
	for _, c := range []struct {
		wait    uint16
		unknown bool
		state   status.State
		want    int
	}{
		{3 << 8, false, status.Exited, 3}, {0, false, status.Exited, 0}, {0, false, status.Failed, 1}, {9, false, status.Failed, 137},
		{9 | 0x80, false, status.Backoff, 137}, {status.UnknownWait, true, status.Exited, 255},
	} {
		r := status.Record{Ended: true, Wait: c.wait, Unknown: c.unknown}
		if got := endCode(&r, c.state); got != c.want {
			t.Errorf("wait status %#x, %v: got %d; want %d", c.wait, c.state, got, c.want)
		}
	}
}
