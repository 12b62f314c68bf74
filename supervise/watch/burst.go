package watch

import "time"

// most is for how many quiet times a burst may go on.
const most = 10

// burst is a number of events without a quiet time between them.
type burst struct {
	quiet       time.Duration
	first, last time.Time // zero: there is none
}

func (b *burst) note(now time.Time) {
	if b.first.IsZero() {
		b.first = now
	}
	b.last = now
}

// due is when it counts as over.
func (b *burst) due() (at time.Time, any bool) {
	at = b.last.Add(b.quiet)
	if limit := b.first.Add(most * b.quiet); at.After(limit) {
		at = limit
	}
	return at, !b.first.IsZero()
}

func (b *burst) end() { b.first, b.last = time.Time{}, time.Time{} }
