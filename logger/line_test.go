package logger

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/svdir/svdir/supervise/setting"
)

func TestStamp(t *testing.T) {
	t.Parallel()
	moment := time.Date(2026, 11, 21, 11, 20, 30, 123456789, time.FixedZone("CET", 3600))
	for stamp, want := range map[setting.Stamp]string{
		setting.TAI64N:    "@400000006b017078075bcd15 ",
		setting.UTC:       "2026-11-21T10:20:30.123456Z ",
		setting.Unstamped: "",
	} {
		if got := string(appendStamp(nil, stamp, moment)); got != want {
			t.Errorf("stamp %d: got %q; want %q", stamp, got, want)
		}
	}
	for _, sec := range []int64{0, 951782399, 951782400, 1e9, 4e9, 253402300799} {
		at := time.Unix(sec, 999_999_999)
		if got, want := string(appendUTC(nil, at)), at.UTC().Format("2006-01-02T15:04:05.000000Z"); got != want {
			t.Errorf("%d: got %s; want %s", sec, got, want)
		}
	}
}

// TestText: however a string is parted, it comes out whole, in valid JSON that
// no terminal minds.
func TestText(t *testing.T) {
	t.Parallel()
	alphabet := []string{"a", "\"", "\\", "\n", "\t", "\x00", "\x1b", "\x7f", "é", "\u0085", "€", "\U0001F600", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xed\xa0\x80", "\u2028"}
	for range 5000 {
		var b strings.Builder
		for range rand.IntN(12) {
			b.WriteString(alphabet[rand.IntN(len(alphabet))])
		}
		src := []byte(b.String())
		var x text
		var got []byte
		for rest := src; len(rest) > 0; {
			n := 1 + rand.IntN(len(rest))
			got, rest = x.add(got, rest[:n]), rest[n:]
		}
		got = x.end(got)
		var back string
		must(t, json.Unmarshal([]byte(`"`+string(got)+`"`), &back))
		if want := strings.ToValidUTF8(string(runes(src)), "\uFFFD"); back != want {
			t.Fatalf("%q: got %q; want %q", src, back, want)
		}
		if strings.ContainsFunc(string(got), unicode.IsControl) {
			t.Fatalf("%q: %q has control characters", src, got)
		}
		if len(got) != jsonSize(src) || len(got) > widest*len(src) {
			t.Fatalf("%q: got %d bytes; jsonSize says %d", src, len(got), jsonSize(src))
		}
	}
}

// runes replaces each byte that is not UTF-8 by itself.
func runes(src []byte) []byte {
	var b []byte
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		b, src = utf8.AppendRune(b, r), src[n:]
	}
	return b
}
