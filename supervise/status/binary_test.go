package status

import (
	"bytes"
	"encoding/hex"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/svdir/svdir/logger/tai64n"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What daemontools 0.76, runit 2.1.2 and s6 2.11.3.2 were seen to write.
func TestUnpackSamples(t *testing.T) {
	var (
		djb   = time.Unix(0x6b005811-10, 0x274229cc)
		runit = time.Unix(0x6b005877-10, 0x29360a8c)
		s6    = time.Unix(0x6b00598b-37, 0x240eda33)
		ready = time.Unix(0x6b00598c-37, 0x0744ae78)
	)
	for _, c := range []struct {
		name, text string
		layout     Layout
		want       Record
	}{
		{"djb up", "40000000 6b005811 274229cc 544a0000 00 75", Daemontools, Record{State: Up, Want: WantUp, PID: 0x4a54, Since: djb}},
		{"djb paused", "40000000 6b005811 274229cc 544a0000 01 75", Daemontools, Record{State: Paused, Want: WantUp, PID: 0x4a54, Paused: true, Since: djb}},
		{"djb once", "40000000 6b005811 274229cc 544a0000 00 00", Daemontools, Record{State: Up, Want: WantOnce, PID: 0x4a54, Since: djb}},
		{"djb down", "40000000 6b005811 274229cc 00000000 00 64", Daemontools, Record{State: Down, Since: djb}},
		{"runit run", "40000000 6b005877 29360a8c 68140000 00 75 00 01", Runit, Record{State: Up, Want: WantUp, PID: 0x1468, Since: runit}},
		{"runit run, want down", "40000000 6b005877 29360a8c 68140000 00 64 00 01", Runit, Record{State: Up, PID: 0x1468, Since: runit}},
		{"runit run, want down, got TERM", "40000000 6b005877 29360a8c 68140000 00 64 01 01", Runit, Record{State: Stopping, PID: 0x1468, GotTerm: true, Since: runit}},
		{"runit finish", "40000000 6b005877 29360a8c cb190000 00 64 00 02", Runit, Record{State: Finishing, PID: 0x19cb, Since: runit}},
		{"runit down", "40000000 6b005877 29360a8c 00000000 00 64 00 00", Runit, Record{State: Down, Since: runit}},
		{"runit down, paused before", "40000000 6b005877 29360a8c 00000000 01 64 00 00", Runit, Record{State: Down, Since: runit}},
		{"runit run, got TERM", "40000000 6b005877 29360a8c 68140000 00 75 01 01", Runit, Record{State: Up, Want: WantUp, PID: 0x1468, GotTerm: true, Since: runit}},
		{"s6 up and ready", "40000000 6b00598b 240eda33 40000000 6b00598c 0744ae78 00000000 00006572 0000 0c", S6,
			Record{State: Up, Want: WantUp, PID: 0x6572, Ready: true, Since: s6, ReadyAt: ready}},
		{"s6 finishing", "40000000 6b00598b 240eda33 40000000 6b00598c 0744ae78 00000000 00006573 000f 02", S6,
			Record{State: Finishing, PID: 0x6573, Since: s6, ReadyAt: ready, Wait: 15, Ended: true}},
		{"s6 down", "40000000 6b00598b 240eda33 40000000 6b00598c 0744ae78 00000000 00000000 000f 08", S6,
			Record{State: Down, Since: s6, ReadyAt: ready, Wait: 15, Ended: true}},
		{"s6 not started yet", "40000000 6b00598b 240eda33 00000000 00000000 00000000 00000000 00000000 0000 09", S6,
			Record{State: Down, Since: s6}},
		{"ours up", "40000000 6b005811 274229cc 544a0000 00 75 00 01 00000000 00000000 00004a54 0100 04", Hybrid,
			Record{State: Up, Want: WantUp, PID: 0x4a54, Since: djb, Wait: 0x100, Ended: true}},
	} {
		got, layout, err := Unpack(unhex(t, c.text))
		if err != nil || layout != c.layout || !same(got, c.want) {
			t.Errorf("%s: Unpack gives %+v, layout %d, %v; want %+v, layout %d", c.name, got, layout, err, c.want, c.layout)
		}
	}
}

// same compares records whose times may be in different zones.
func same(a, b Record) bool {
	words := string(a.Machine) == string(b.Machine)
	times := a.Since.Equal(b.Since) && a.ReadyAt.Equal(b.ReadyAt) && a.NextStart.Equal(b.NextStart)
	for _, r := range []*Record{&a, &b} {
		r.Since, r.ReadyAt, r.NextStart = time.Time{}, time.Time{}, time.Time{}
		r.Machine = nil
	}
	return words && times && reflect.DeepEqual(a, b)
}

// The hybrid, byte by byte, as the clients of all suites were seen to read it.
func TestPack(t *testing.T) {
	since, ready := time.Unix(0x6b005811-10, 0x274229cc), time.Unix(0x6b005812-10, 0x0744ae78)
	for _, c := range []struct {
		name, want string
		r          Record
	}{
		{"never started", "40000000 6b005811 274229cc 00000000 00 64 00 00 00000000 0000000000000000 0000 08",
			Record{State: Down, Since: since}},
		{"waiting", "40000000 6b005811 274229cc 00000000 00 75 00 00 00000000 0000000000000000 0000 0c",
			Record{State: Waiting, Want: WantUp, Since: since}},
		{"up", "40000000 6b005811 274229cc 544a0000 00 75 00 01 00000000 0000000000004a54 0000 04",
			Record{State: Up, Want: WantUp, PID: 0x4a54, Since: since}},
		{"up and ready", "40000000 6b005811 274229cc 544a0000 00 75 00 01 0744ae78 0000000000004a54 0000 0c",
			Record{State: Up, Want: WantUp, PID: 0x4a54, Ready: true, ReadyAt: ready, Since: since}},
		{"once", "40000000 6b005811 274229cc 544a0000 00 64 00 01 00000000 0000000000004a54 0000 00",
			Record{State: Up, Want: WantOnce, PID: 0x4a54, Since: since}},
		{"paused", "40000000 6b005811 274229cc 544a0000 01 75 00 01 00000000 0000000000004a54 0000 05",
			Record{State: Paused, Want: WantUp, Paused: true, PID: 0x4a54, Since: since}},
		{"stopping", "40000000 6b005811 274229cc 544a0000 00 64 01 01 00000000 0000000000004a54 0000 00",
			Record{State: Stopping, GotTerm: true, PID: 0x4a54, Since: since}},
		{"finishing", "40000000 6b005811 274229cc cb190000 00 64 00 02 00000000 00000000000019cb 000f 02",
			Record{State: Finishing, PID: 0x19cb, Since: since, Wait: 15, Ended: true}},
		{"finishing without a finish", "40000000 6b005811 274229cc 00000000 00 64 00 02 00000000 0000000000000000 0300 02",
			Record{State: Finishing, Since: since, Wait: 3 << 8, Ended: true}},
		{"down, paused before", "40000000 6b005811 274229cc 00000000 00 64 00 00 00000000 0000000000000000 0009 08",
			Record{State: Down, Paused: true, GotTerm: true, Since: since, Wait: 9, Ended: true}},
	} {
		if got := Pack(&c.r); !bytes.Equal(got[:], unhex(t, c.want)) {
			t.Errorf("%s: Pack gives\n%x; want\n%x", c.name, got, unhex(t, c.want))
		}
	}
}

func TestUnpackRefuses(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"empty", ""},
		{"17 bytes", "40000000 6b005811 274229cc 544a0000 00"},
		{"no label", "ffffffff ffffffff ffffffff 544a0000 00 75"},
		{"a pid that cannot be", "40000000 6b005811 274229cc ffffffff 00 75"},
		{"an s6 pid that cannot be", "40000000 6b00598b 240eda33 40000000 6b00598c 0744ae78 ffffffff 00006572 0000 0c"},
		{"no s6 label", "40000000 6b00598b 240eda33 90000000 6b00598c 0744ae78 00000000 00006572 0000 0c"},
	} {
		if got, _, err := Unpack(unhex(t, c.text)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: Unpack gives %+v, %v; want ErrFormat", c.name, got, err)
		}
	}
}

func isLabel(b []byte) bool {
	_, err := tai64n.Unpack(b)
	return err == nil
}

func FuzzUnpack(f *testing.F) {
	f.Add(unhex(f, "40000000 6b005811 274229cc 544a0000 00 75"))
	f.Add(unhex(f, "40000000 6b005877 29360a8c 68140000 00 75 01 01"))
	f.Add(unhex(f, "40000000 6b00598b 240eda33 40000000 6b00598c 0744ae78 00000000 00006572 0000 0c"))
	f.Add(unhex(f, "40000000 6b005811 274229cc 544a0000 00 75 00 01 0744ae78 0000000000004a54 0000 0c"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, _, err := Unpack(b)
		if err != nil {
			return
		}
		if r.PID < 0 || r.State >= States || r.Want >= Wants || r.PID == 0 && (r.Paused || r.Ready) {
			t.Errorf("Unpack(%x) makes no sense: %+v", b, r)
		}
		if label := tai64n.Pack(r.Since); !isLabel(label[:]) {
			return // the first seconds of s6's time are before the first of ours
		}
		// What was read is written as ours, and reads the same, but that once
		// is down there.
		packed := Pack(&r)
		again, layout, err := Unpack(packed[:])
		if err != nil || layout != Hybrid {
			t.Errorf("Unpack(%x), packed, is %x: layout %d, %v", b, packed, layout, err)
		}
		if r.Want == WantOnce {
			r.Want = WantDown
		}
		if again.PID != r.PID || again.Want != r.Want || !again.Since.Equal(r.Since) && !r.Since.IsZero() {
			t.Errorf("Unpack(%x) is %+v; packed and read again %+v", b, r, again)
		}
	})
}
