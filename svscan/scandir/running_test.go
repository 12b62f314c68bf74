package scandir

import (
	"bytes"
	"testing"
)

func TestSupervise(t *testing.T) {
	one := Supervise{PID: 70, Ticks: 1234, Device: 2049, Inode: 12, BootID: "0a-1b", Path: "/etc/sv/a b\nc"}
	const text = "70 1234 2049 12 0a-1b /etc/sv/a b\nc\n"
	if got := string(one.AppendText(nil)); got != text {
		t.Errorf("got %q; want %q", got, text)
	}
	if got, ok := ParseSupervise([]byte(text)); got != one || !ok {
		t.Errorf("got %+v, %v; want %+v", got, ok, one)
	}
	for _, bad := range []string{"", "70 1234 2049 12 0a-1b /etc/sv/a", "0 1 2 3 4 /a\n", "70 1 2 3 4\n", "70 1 2 3  /a\n", "70 1 2 3 4 \n"} {
		if got, ok := ParseSupervise([]byte(bad)); ok {
			t.Errorf("%q: got %+v; want that it is refused", bad, got)
		}
	}
}

func FuzzSupervise(f *testing.F) {
	f.Add([]byte("70 1234 2049 12 0a-1b /etc/sv/a b\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, ok := ParseSupervise(text); ok && !bytes.Equal(s.AppendText(nil), text) {
			t.Errorf("%q: written again it is %q", text, s.AppendText(nil))
		}
	})
}
