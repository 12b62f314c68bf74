package supervise

import (
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// A deadline that passed before the next supervise began is due at once: less
// than nothing would be none.
func TestRecallPastDeadline(t *testing.T) {
	const began, later = 100 * time.Second, 102 * time.Second
	for _, c := range []struct{ at, want time.Duration }{
		{500 * time.Millisecond, 0},
		{2500 * time.Millisecond, 500 * time.Millisecond},
		{never, never},
	} {
		old := Machine{State: status.Backoff, Deadline: c.at}
		r := status.Record{State: status.Backoff, Machine: old.remember(nil, began)}
		m := Machine{Deadline: never}
		if m.recall(&r, later); m.Deadline != c.want {
			t.Errorf("recalled from %q: got deadline %v; want %v", r.Machine, m.Deadline, c.want)
		}
	}
}
