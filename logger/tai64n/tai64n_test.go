package tai64n

import (
	"bytes"
	"encoding/hex"
	"math"
	"testing"
	"time"
)

func TestPack(t *testing.T) {
	for _, c := range []struct {
		at   time.Time
		text string
	}{
		{time.Unix(0, 0), "@400000000000000a00000000"},
		{time.Unix(-11, 1), "@3fffffffffffffff00000001"},
		{time.Unix(0x6b005811-10, 0x274229cc), "@400000006b005811274229cc"},
		{time.Unix(1<<33, 999999999), "@400000020000000a3b9ac9ff"},
	} {
		l := Pack(c.at)
		if got := string(l.AppendText(nil)); got != c.text {
			t.Errorf("Pack(%v) is %s; want %s", c.at, got, c.text)
		}
		if got, err := Unpack(l[:]); err != nil || !got.Equal(c.at) {
			t.Errorf("Unpack(%s) is %v, %v; want %v", c.text, got, err, c.at)
		}
		if got, err := Parse([]byte(c.text + " what was said")); err != nil || got != l {
			t.Errorf("Parse(%s) is %x, %v; want %x", c.text, got, err, l)
		}
	}
}

func TestUnpack(t *testing.T) {
	for _, c := range []struct {
		name, label string
		bad         bool
	}{
		{"empty", "", true},
		{"11 bytes", "400000006b005811274229", true},
		{"a second too many", "400000006b0058113b9aca00", true},
		{"reserved", "800000000000000000000000", true},
		{"too far in the future", "600000000000000000000000", true},
		{"too far in the past", "1fffffffffffffff00000000", true},
		{"last", "5fffffffffffffff00000000", false},
		{"first", "200000000000000000000000", false},
		{"more follows", "400000006b005811274229cc544a0000", false},
	} {
		b, err := hex.DecodeString(c.label)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Unpack(b); (err != nil) != c.bad {
			t.Errorf("%s: Unpack(%s) gives %v; want an error: %v", c.name, c.label, err, c.bad)
		}
	}
	if got, err := Unpack(make([]byte, Size)); err != nil || !got.IsZero() {
		t.Errorf("Unpack(zeros) is %v, %v; want the zero time", got, err)
	}
}

func TestParse(t *testing.T) {
	for _, text := range []string{
		"",
		"@",
		"@400000006b005811274229c",
		"400000006b005811274229cc ",
		"@400000006B005811274229CC",
		"@400000006b005811274229cg",
		" @400000006b005811274229cc",
	} {
		if got, err := Parse([]byte(text)); err == nil {
			t.Errorf("Parse(%q) is %x; want an error", text, got)
		}
	}
}

// Labels sort as the moments that they are.
func TestOrder(t *testing.T) {
	times := []time.Time{time.Unix(math.MinInt32, 5), time.Unix(-1, 0), time.Unix(0, 0), time.Unix(0, 1), time.Unix(1, 0), time.Unix(1<<40, 0)}
	for i := 1; i < len(times); i++ {
		a, b := Pack(times[i-1]), Pack(times[i])
		if bytes.Compare(a[:], b[:]) >= 0 {
			t.Errorf("%x (%v) is not before %x (%v)", a, times[i-1], b, times[i])
		}
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte("@\x00\x00\x00k\x00X\x11'B)\xcc"))
	f.Add(make([]byte, Size))
	f.Add(bytes.Repeat([]byte{0xff}, Size))
	f.Fuzz(func(t *testing.T, b []byte) {
		at, err := Unpack(b)
		if err != nil || bytes.Equal(b[:Size], make([]byte, Size)) {
			return
		}
		if l := Pack(at); !bytes.Equal(l[:], b[:Size]) {
			t.Errorf("Pack(Unpack(%x)) is %x", b[:Size], l)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("@400000006b005811274229cc"))
	f.Add([]byte("@400000006b005811274229cc text"))
	f.Add([]byte("@400000006B005811274229CC"))
	f.Fuzz(func(t *testing.T, s []byte) {
		l, err := Parse(s)
		if err != nil {
			return
		}
		if got := l.AppendText(nil); !bytes.Equal(got, s[:TextSize]) {
			t.Errorf("Parse(%q) is %q", s[:TextSize], got)
		}
	})
}
