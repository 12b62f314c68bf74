package servicedir

import (
	"testing"
	"time"
)

func TestStartAt(t *testing.T) {
	noon := time.UnixMilli(1795993599599)
	if got, ok := ParseStartAt(PackStartAt(noon)); !ok || !got.Equal(noon) {
		t.Errorf("got %v, %v; want %v", got, ok, noon)
	}
	for _, text := range []string{"", "0", "-1", "1.5", "1\n2", "9999999999999999999", " 1"} {
		if got, ok := ParseStartAt(text); ok {
			t.Errorf("%q is %v; want nothing", text, got)
		}
	}
}
