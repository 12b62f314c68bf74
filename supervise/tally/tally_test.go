package tally

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"testing"
	"time"
)

func TestPack(t *testing.T) {
	// As s6-supervise 2.11.3.2 wrote it for a service that TERM ended.
	const sample = "400000006b00598b05844d9e8f0f"
	b, err := hex.DecodeString(sample)
	if err != nil {
		t.Fatal(err)
	}
	want := Death{At: time.Unix(0x6b00598b-10-27, 0x05844d9e), Code: 128 + 15, Signal: 15}
	got := Unpack(b)
	if len(got) != 1 || !got[0].At.Equal(want.At) || got[0].Code != want.Code || got[0].Signal != want.Signal {
		t.Fatalf("Unpack(%s) is %v; want %v", sample, got, want)
	}
	if packed := Pack(want); hex.EncodeToString(packed[:]) != sample {
		t.Errorf("Pack(%v) is %x; want %s", want, packed, sample)
	}
}

func TestUnpackPassesOver(t *testing.T) {
	good := Pack(Death{At: time.Unix(1e9, 0), Code: 3})
	bad := bytes.Repeat([]byte{0xff}, RecordSize)
	for _, c := range []struct {
		name string
		text []byte
		want int
	}{
		{"empty", nil, 0},
		{"torn alone", good[:RecordSize-1], 0},
		{"torn last", append(append([]byte{}, good[:]...), good[:5]...), 1},
		{"bad between", append(append(append([]byte{}, good[:]...), bad...), good[:]...), 2},
		{"zeros", make([]byte, 3*RecordSize), 0},
	} {
		if got := Unpack(c.text); len(got) != c.want {
			t.Errorf("%s: got %d deaths; want %d", c.name, len(got), c.want)
		}
	}
}

func TestTrim(t *testing.T) {
	three := bytes.Join([][]byte{
		bytes.Repeat([]byte{'1'}, RecordSize), bytes.Repeat([]byte{'2'}, RecordSize), bytes.Repeat([]byte{'3'}, RecordSize),
	}, nil)
	for _, c := range []struct {
		name string
		old  []byte
		keep int
		want string // the records that stay
	}{
		{"nothing kept yet", nil, 5, ""},
		{"room", three, 5, "123"},
		{"room for one more", three, 4, "123"},
		{"full", three, 3, "23"},
		{"too many", three, 2, "3"},
		{"the new one alone", three, 1, ""},
		{"none", three, 0, ""},
		{"torn", append(bytes.Clone(three), "torn"...), 3, "23"},
		{"torn with room", append(bytes.Clone(three), "torn"...), 9, "123"},
	} {
		got := Trim(c.old, c.keep)
		var records []byte
		for i := 0; i < len(got); i += RecordSize {
			records = append(records, got[i])
		}
		if len(got)%RecordSize != 0 || string(records) != c.want {
			t.Errorf("%s: got records %q in %d bytes; want %q", c.name, records, len(got), c.want)
		}
	}
}

func TestHistory(t *testing.T) {
	at := time.Date(2026, 11, 21, 1, 2, 3, 4000, time.UTC)
	for _, c := range []struct {
		line Line
		text string
	}{
		{Line{At: at, Kind: "start", PID: 7}, "2026-11-21T01:02:03.000004Z\tstart\tpid=7\n"},
		{Line{At: at, Kind: "ready", PID: 7}, "2026-11-21T01:02:03.000004Z\tready\tpid=7\n"},
		{Line{At: at, Kind: "end", PID: 7, Code: 3, Cause: "crash", Lived: 1234 * time.Millisecond},
			"2026-11-21T01:02:03.000004Z\tend\tpid=7\tcode=3\tcause=crash\tlived=1.234\n"},
		{Line{At: at, Kind: "end", PID: 7, Code: -1, Signal: 15, Cause: "stop", Lived: 41 * 24 * time.Hour, Ready: true},
			"2026-11-21T01:02:03.000004Z\tend\tpid=7\tsignal=15\tcause=stop\tlived=3542400.000\tready=1\n"},
		{Line{At: at, Kind: "finish", PID: 8, Lived: time.Millisecond}, "2026-11-21T01:02:03.000004Z\tfinish\tpid=8\tcode=0\tlived=0.001\n"},
	} {
		if got := string(c.line.Append(nil)); got != c.text {
			t.Errorf("Append gives %q; want %q", got, c.text)
		}
		if got, ok := ParseLine(c.text); !ok || !reflect.DeepEqual(got, c.line) {
			t.Errorf("ParseLine(%q) is %+v, %v; want %+v", c.text, got, ok, c.line)
		}
	}
}

func TestParseLineRefuses(t *testing.T) {
	for _, text := range []string{
		"", "\n", "\t", "start\tpid=7", "2026-11-21T01:02:03.000004Z", "2026-11-21 01:02:03\tstart", "2026-11-31T01:02:03.000004Z\tstart\tpid=7",
	} {
		if got, ok := ParseLine(text); ok {
			t.Errorf("ParseLine(%q) is %+v; want none", text, got)
		}
	}
}

func TestParseLinePassesOver(t *testing.T) {
	const text = "2026-11-21T01:02:03.000004Z\tend\tpid=7\tnew=1\tlived=NaN\tcode\tcause=a=b\n"
	got, ok := ParseLine(text)
	if !ok || got.PID != 7 || got.Lived != 0 || got.Cause != "a=b" {
		t.Errorf("ParseLine(%q) is %+v, %v; want pid 7 and cause a=b", text, got, ok)
	}
}

func TestHalve(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"one\n", ""},
		{"one\ntwo\n", "two\n"},
		{"one\ntwo\nthree\nfour\n", "four\n"},
		{"no newline at all", ""},
	} {
		if got := string(Halve([]byte(c.text))); got != c.want {
			t.Errorf("Halve(%q) is %q; want %q", c.text, got, c.want)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	one := Pack(Death{At: time.Unix(1e9, 5), Code: 143, Signal: 15})
	f.Add(one[:], 3)
	f.Add(bytes.Repeat(one[:], 5)[3:], 2)
	f.Add([]byte{}, 0)
	f.Fuzz(func(t *testing.T, b []byte, keep int) {
		all := Unpack(b)
		if len(all) > len(b)/RecordSize {
			t.Errorf("got %d deaths in %d bytes", len(all), len(b))
		}
		for _, d := range all {
			p := Pack(d)
			if !bytes.Contains(b, p[:]) {
				t.Errorf("Pack(%v) is %x, which is not in %x", d, p, b)
			}
		}
		kept := Trim(b, keep)
		if len(kept)%RecordSize != 0 || len(kept) > max(keep-1, 0)*RecordSize && keep < len(b) {
			t.Errorf("Trim to %d keeps %d bytes of %d", keep, len(kept), len(b))
		}
	})
}

func FuzzParseLine(f *testing.F) {
	line := Line{At: time.Unix(1e9, 0), Kind: "end", PID: 7, Code: 1, Cause: "crash", Lived: time.Second, Ready: true}
	f.Add(string(line.Append(nil)))
	f.Add("2026-11-21T01:02:03.000004Z\tstart\tpid=7\n")
	f.Add("2026-11-21T01:02:03.000004Z\tfinish\tsignal=9\tlived=-1e300\n")
	f.Fuzz(func(t *testing.T, s string) {
		l, ok := ParseLine(s)
		if !ok {
			return
		}
		// What was read is written as a line that reads the same.
		text := l.Append(nil)
		if again, ok := ParseLine(string(text)); !ok || !bytes.Equal(again.Append(nil), text) {
			t.Errorf("ParseLine(%q), appended, is %q, which reads as %+v", s, text, again)
		}
	})
}

func FuzzHalve(f *testing.F) {
	f.Add([]byte("one\ntwo\nthree\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if got := Halve(text); len(got) > len(text)/2+1 || !bytes.HasSuffix(text, got) {
			t.Errorf("Halve(%q) is %q", text, got)
		}
	})
}
