package socket

import (
	"encoding/binary"
	"testing"

	"github.com/svdir/svdir/supervise/setting"
)

func mustParse(t testing.TB, text string) *setting.Socket {
	t.Helper()
	s, err := setting.ParseSocket(text)
	if err != nil {
		t.Fatal(err)
	}
	return &s
}

// TestTable: lines as the kernel writes them, and whom they concern.
func TestTable(t *testing.T) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		t.Skip("the lines are those of a machine with the low byte first")
	}
	const (
		heard  = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0"
		talks  = "   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1"
		all6   = "   2: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0"
		client = "   3: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4714 1 0000000000000000 20 4 30 10 -1"
	)
	for _, c := range []struct {
		text, of         string
		hinders, isServe bool
	}{
		{heard, "tcp 127.0.0.1:8080", true, false}, {heard, "tcp *:8080", true, false}, {heard, "tcp 127.0.0.2:8080", false, false}, {heard, "tcp 127.0.0.1:8081", false, false},
		{talks, "tcp 127.0.0.1:8080", false, true}, {talks, "tcp *:8080", false, true}, {talks, "tcp 127.0.0.2:8080", false, false},
		{all6, "tcp 127.0.0.1:8080", true, false}, {all6, "tcp6 [::1]:8080", true, false},
		{client, "tcp 127.0.0.1:8080", false, false},
	} {
		l, ok := parseInet(c.text)
		one := mustParse(t, c.of)
		if got, serves := hinders(l, one, ""), serves(l, one, ""); !ok || got != c.hinders || serves != c.isServe {
			t.Errorf("%s\n%s: hinders %v, serves %v, %v", c.text, c.of, got, serves, ok)
		}
	}
	l, ok := parseUnix("0000000000000000: 00000002 00000000 00010000 0001 01  4711 /run/a b")
	if want := (line{local: "/run/a b", state: 1, inode: 4711}); l != want || !ok {
		t.Errorf("got %+v, %v; want %+v", l, ok, want)
	}
	for _, text := range []string{"", "sl local_address", "Num RefCount Protocol Flags Type St Inode Path", "0: 1 2 3 4", "0: 1 2 3 4 5"} {
		if l, ok := parseUnix(text); ok && l.inode != 0 {
			t.Errorf("parseUnix(%q) is %+v", text, l)
		}
		if l, ok := parseInet(text); ok {
			t.Errorf("parseInet(%q) is %+v", text, l)
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add("   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1")
	f.Add("0000000000000000: 00000002 00000000 00010000 0001 01 4711 /run/a")
	f.Fuzz(func(t *testing.T, text string) {
		one := mustParse(t, "tcp6 [::1]:80")
		if l, ok := parseInet(text); ok && (l.port < 0 || l.port > 65535) {
			t.Errorf("parseInet(%q) is %+v", text, l)
		} else if ok {
			_, _ = hinders(l, one, ""), serves(l, one, "") // they return
		}
		_, _ = parseUnix(text) // likewise
	})
}
