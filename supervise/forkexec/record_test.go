package forkexec

import (
	"math"
	"testing"
	"time"
)

func TestRecord(t *testing.T) {
	for _, want := range []Record{
		{1, 0, 0},
		{0, time.Second, 7},
		{math.MaxInt32, math.MaxInt64, math.MaxUint64},
		{4711, 123456789, 42},
	} {
		b := want.Pack()
		if got, ok := Unpack(b[:]); got != want || !ok {
			t.Errorf("got %+v, %v; want %+v", got, ok, want)
		}
	}
	r := Record{0x04030201, 0x0807060504030201, 0x1817161514131211}.Pack()
	const want = "\x01\x02\x03\x04\x00\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07\x08\x11\x12\x13\x14\x15\x16\x17\x18"
	if got := string(r[:24]); got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

// TestNoRecord: what is empty, short, or torn between two records is none.
func TestNoRecord(t *testing.T) {
	old, young := Record{4711, time.Hour, 8}.Pack(), Record{4712, time.Hour + time.Second, 9}.Pack()
	bad := [][]byte{nil, make([]byte, RecordSize), old[:RecordSize-1]}
	for i := 8; i < RecordSize; i += 8 {
		bad = append(bad, append(append([]byte(nil), young[:i]...), old[i:]...))
	}
	for i := range RecordSize {
		foreign := old
		foreign[i] ^= 0x20
		bad = append(bad, foreign[:])
	}
	for _, b := range bad {
		if got, ok := Unpack(b); ok {
			t.Errorf("%x: got %+v; want none", b, got)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	seed := Record{4711, time.Hour, 8}.Pack()
	f.Add(seed[:])
	f.Add(make([]byte, RecordSize))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, ok := Unpack(b)
		if !ok {
			if r != (Record{}) {
				t.Errorf("got %+v of what is none", r)
			}
			return
		}
		if r.PID < 0 || r.Time < 0 {
			t.Errorf("got %+v", r)
		}
		if again := r.Pack(); string(again[:]) != string(b[:RecordSize]) {
			t.Errorf("got %x; want %x", again, b[:RecordSize])
		}
	})
}
