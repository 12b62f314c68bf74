package watch

import (
	"testing"
	"time"
)

// Fifty events in 80 ms are one burst, which is over 100 ms later; one without a
// quiet time is cut after ten of them.
func TestBurst(t *testing.T) {
	begin := time.Unix(1000, 0)
	b := burst{quiet: 100 * time.Millisecond}
	if _, any := b.due(); any {
		t.Error("due without an event")
	}
	for i := range 50 {
		b.note(begin.Add(time.Duration(i) * 1600 * time.Microsecond))
	}
	if at, _ := b.due(); at != begin.Add(178400*time.Microsecond) {
		t.Errorf("due %v after its begin; want 178.4ms", at.Sub(begin))
	}
	for i := range 100 {
		b.note(begin.Add(time.Duration(i) * 50 * time.Millisecond))
	}
	if at, _ := b.due(); at != begin.Add(time.Second) {
		t.Errorf("due %v after its begin; want 1s", at.Sub(begin))
	}
	b.end()
	b.note(begin.Add(time.Minute))
	if at, _ := b.due(); at != begin.Add(time.Minute+100*time.Millisecond) {
		t.Error("the next burst begins with the one before")
	}
}
