package serving

import (
	"bytes"
	"reflect"
	"strings"
	"syscall"
	"testing"
)

var orders = []Order{
	{Log: Log{27, 7000013}, Dir: "/proc/70/fd/9", Input: "/proc/70/fd/10", Env: []string{"SV_NAME=a b\nc/log", "SV_SERVICE=/service/a"}},
	{Log: Log{1, 2}, Dir: "d", Input: "i", Env: []string{}},
	{Log: Log{1<<64 - 1, 1<<64 - 1}, Signal: syscall.SIGTERM},
}

func TestOrders(t *testing.T) {
	var text []byte
	for _, o := range orders {
		text = o.Pack(text)
	}
	for _, want := range orders {
		got, rest, ok := Unpack(text)
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, %v; want %+v", got, ok, want)
		}
		for n := range len(text) - len(rest) {
			if _, half, ok := Unpack(text[:n]); ok || len(half) != n {
				t.Errorf("%q is an order", text[:n])
			}
		}
		text = rest
	}
	if len(text) != 0 {
		t.Errorf("got %q left", text)
	}
}

// What is no order is passed over, as a whole.
func TestNoOrders(t *testing.T) {
	good := orders[2].Pack(nil)
	for _, bad := range []string{
		"\x00\x00", "1:2\x00\x00", "1:2\x00serve\x00\x00", "1:2\x00serve\x00d\x00\x00", "1\x0015\x00\x00", "x:y\x0015\x00\x00",
		"1:2\x000\x00\x00", "1:2\x00-1\x00\x00", "1:2\x0065\x00\x00", "1:2\x0015\x00more\x00\x00", "1:2\x00go\x00\x00",
	} {
		o, rest, ok := Unpack(append([]byte(bad), good...))
		if ok || !bytes.Equal(rest, good) {
			t.Errorf("%q: got %+v, %v, %q left", bad, o, ok, rest)
		}
	}
}

func TestReports(t *testing.T) {
	for line, want := range map[string]uint16{Exit(0): 0, Exit(111): 111 << 8, Killed(syscall.SIGKILL): 9} {
		if wait, ok := ParseEnd(line); !ok || wait != want {
			t.Errorf("%q: got %#x, %v; want %#x", line, wait, ok, want)
		}
	}
	for _, line := range []string{"", Begun, Place("/log"), "exit", "exit ", "exit 256", "exit -1", "killed 0", "killed 127", "killed x"} {
		if wait, ok := ParseEnd(line); ok {
			t.Errorf("%q is an end: %#x", line, wait)
		}
	}
	if dir, ok := ParsePlace(Place("/a b")); !ok || dir != "/a b" {
		t.Errorf("got %q, %v; want /a b", dir, ok)
	}
}

func FuzzUnpack(f *testing.F) {
	for _, o := range orders {
		f.Add(o.Pack(nil))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o, rest, ok := Unpack(text)
		if !bytes.HasSuffix(text, rest) {
			t.Fatalf("%q is not the end of %q", rest, text)
		}
		if !ok {
			return
		}
		if o.Signal == 0 && (o.Dir == "" || o.Input == "" || strings.Contains(o.Dir, "\x00")) {
			t.Fatalf("got %+v", o)
		}
		again, _, ok := Unpack(o.Pack(nil))
		if !ok || !reflect.DeepEqual(again, o) {
			t.Errorf("got %+v, then %+v, %v", o, again, ok)
		}
	})
}
