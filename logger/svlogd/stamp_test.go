package svlogd

import (
	"testing"
	"time"
)

func TestStamp(t *testing.T) {
	at := time.Date(2026, 3, 4, 4, 6, 7, 19999, time.FixedZone("", -3600))
	for kind, want := range []string{"", "@4000000069a7bdc900004e1f ", "2026-03-04_05:06:07.00001 ", "2026-03-04T05:06:07.00001 "} {
		if got := string(appendStamp(nil, kind, at)); got != want {
			t.Errorf("kind %d: got %q; want %q", kind, got, want)
		}
	}
}
