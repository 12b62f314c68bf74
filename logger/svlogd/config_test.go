package svlogd

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
)

func TestParseConfig(t *testing.T) {
	t.Parallel()
	usual := config{size: 1000000, keep: 10, least: 10}
	with := func(change func(c *config)) config {
		c := usual
		change(&c)
		return c
	}
	for _, c := range []struct {
		text    string
		want    config
		warning string
	}{
		{"", usual, ""},
		{"#s1\n\nz\n", usual, ""},
		{"s4k\nn3\nN2\nt2h", with(func(c *config) { c.size, c.keep, c.least, c.age = 4096, 3, 2, 7200 }), ""},
		{"s2m\nt3m\n", with(func(c *config) { c.size, c.age = 2<<20, 180 }), ""},
		{"s\nn\n", with(func(c *config) { c.size, c.keep = 0, 0 }), ""},
		{"!a b\npx \n!\np\n", with(func(c *config) { c.processor, c.prefix = "a b", "x " }), ""},
		{"-*\n+a\ne\nEb\n", with(func(c *config) { c.patterns = []string{"-*", "+a", "e", "Eb"} }), ""},
		{"u1.2.3.4\n", with(func(c *config) { c.address = address{[4]byte{1, 2, 3, 4}, 514} }), ""},
		{"U127.0.0.1:99 x", with(func(c *config) { c.address, c.only = address{[4]byte{127, 0, 0, 1}, 99}, true }), ""},
		{"U1.2.3\n", usual, "unable to scan ip address: 1.2.3"},
		{"U1.2.3.4:x\n", usual, "unable to scan port number: x"},
		{"U1.2.3.4:65536\n", usual, "unable to scan port number: 65536"},
		{"-", usual, ""},
		{"-\n", with(func(c *config) { c.patterns = []string{"-"} }), ""},
	} {
		got, warnings := parseConfig([]byte(c.text))
		if !reflect.DeepEqual(got, c.want) || strings.Join(warnings, "|") != c.warning {
			t.Errorf("%q: got %+v, %q; want %+v, %q", c.text, got, warnings, c.want, c.warning)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	for _, text := range configs {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, warnings := parseConfig(text)
		if lines := bytes.Count(text, []byte{'\n'}) + 1; len(warnings)+len(c.patterns) > lines {
			t.Errorf("%q: got %d warnings and %d patterns from %d lines", text, len(warnings), len(c.patterns), lines)
		}
		if c.only && c.address.port == 0 {
			t.Errorf("%q: lines go nowhere", text)
		}
	})
}

// FuzzPortion: however b is cut, each portion is something, and the file is
// never larger than its size.
func FuzzPortion(f *testing.F) {
	f.Add([]byte("one\ntwo\n"), uint64(100), uint64(3), uint64(10))
	f.Add([]byte("a long line without an end"), uint64(10), uint64(0), uint64(100))
	f.Fuzz(func(t *testing.T, b []byte, size, has, lineMax uint64) {
		if len(b) == 0 || size > 0 && has >= size || size > 1<<60 {
			return
		}
		c := config{size: size}
		n, full := c.portion(has, lineMax, b)
		if n < 1 || n > len(b) || size > 0 && has+uint64(n) > size {
			t.Fatalf("size %d, has %d, %d bytes: got %d", size, has, len(b), n)
		}
		if full && (b[n-1] != '\n' || has+uint64(n)+lineMax < size) {
			t.Errorf("size %d, has %d, line %d, %q: is full after %d", size, has, lineMax, b, n)
		}
	})
}

// FuzzStream: chunks cut anywhere give the same output.
func FuzzStream(f *testing.F) {
	f.Add([]byte("one\ntwo words\nlast"), uint(3), uint(5), "+*")
	f.Add([]byte("\x00\n\n\n"), uint(1), uint(1), "-a*")
	f.Fuzz(func(t *testing.T, text []byte, lineMax, cut uint, pattern string) {
		if pattern == "" {
			return
		}
		pass := func(step int) string {
			k := &sink{config: config{patterns: []string{pattern}, prefix: "p"}}
			s := stream{options: options{lineMax: uint64(lineMax%100 + 1), replace: '_'}, sinks: []*sink{k}}
			for rest := text; len(rest) > 0; rest = rest[min(step, len(rest)):] {
				s.take(rest[:min(step, len(rest))])
			}
			s.end()
			return string(k.buf) + string(s.alerts)
		}
		if whole, cut := pass(max(len(text), 1)), pass(int(cut%50)+1); whole != cut {
			t.Errorf("%q: got %q; whole %q", text, cut, whole)
		}
	})
}
