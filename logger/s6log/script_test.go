package s6log

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/svdir/svdir/logger/ere"
)

// TestParse: what a script becomes.
func TestParse(t *testing.T) {
	t.Parallel()
	s, err := parse([]string{"pfoo", "t", "1", "+a", "E5", "2", "p", "T", "n3", "s1", "S7", "l9", "r9", "?x", "./log", "!y", "^0", "=st", "-b"})
	if err != nil {
		t.Fatal(err)
	}
	usual := bounds{size: usualSize, tolerance: usualTolerance, count: usualCount, retry: usualRetry}
	set := bounds{size: minSize, tolerance: 9, count: 3, total: 7, retry: minRetry, processor: "x", shell: true}
	later := set
	later.processor, later.shell = "y", false
	want := []action{
		{kind: output, prefix: "foo", label: true, bounds: usual},
		{kind: alert, prefix: "foo", size: 5, bounds: usual},
		{kind: archive, word: "./log", local: true, bounds: set},
		{kind: status, word: "st", bounds: later},
	}
	var got []action
	for _, p := range s.parts {
		got = append(got, p.actions...)
	}
	if len(got) != len(want) || len(s.parts) != 2 || !s.extraneous {
		t.Fatalf("got %+v; want two parts and extraneous words", s)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %+v; want %+v", got[i], want[i])
		}
	}
}

func FuzzParse(f *testing.F) {
	for line := range strings.Lines(golden) {
		f.Add(strings.Join(words(line), "\n"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			return
		}
		_, args, err := parseOptions(strings.Split(text, "\n"), func(int) error { return errors.New("closed") })
		if err == nil {
			var s script
			if s, err = parse(args); err == nil && len(s.parts) == 0 {
				t.Errorf("%q has no action", text)
			}
		}
		var fail *failure
		if err != nil && (!errors.As(err, &fail) || fail.code != wrongCall && fail.code != system || strings.HasSuffix(fail.text, "\n")) {
			t.Errorf("%q: got error %q", text, err)
		}
	})
}

// FuzzLines: chunks that are cut anywhere give the same output.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb\x00c\n\nerror: no\n"+strings.Repeat("x", 200)), uint8(48), uint64(1))
	f.Add([]byte(strings.Repeat("y", 96)+"\n"+strings.Repeat("z", 97)+"\n"), uint8(48), uint64(2))
	f.Fuzz(func(t *testing.T, input []byte, limit uint8, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		whole, cut := feed(int(limit)), feed(int(limit))
		whole.take([]byte(string(input)))
		whole.end()
		for rest := []byte(string(input)); len(rest) > 0; {
			n := 1 + random.IntN(len(rest))
			cut.take(rest[:n])
			rest = rest[n:]
		}
		cut.end()
		if string(whole.out) != string(cut.out) || string(whole.alerts) != string(cut.alerts) {
			t.Errorf("%q: got %q, %q; want %q, %q", input, cut.out, cut.alerts, whole.out, whole.alerts)
		}
		if limit > 0 {
			for line := range strings.Lines(string(whole.out)) {
				if len(line) > int(limit)+1 {
					t.Errorf("%q: got a line of %d bytes; want %d", input, len(line)-1, limit)
				}
			}
		}
	})
}

// feed is a stream of a small script.
func feed(limit int) *stream {
	errors, _ := ere.Compile("err|x$")
	s := &stream{limit: limit, parts: []routed{
		{sinks: []sink{{action: action{kind: output}}}},
		{selections: []selection{{kind: '-'}, {'+', errors}}, sinks: []sink{{action: action{kind: alert, size: 5}}}},
	}}
	s.parts[1].selections[0].pattern, _ = ere.Compile("")
	s.at(time.Unix(0, 0))
	return s
}

// BenchmarkLines is a file with labels, as most are.
func BenchmarkLines(b *testing.B) {
	s := &stream{limit: usualLimit, parts: []routed{{sinks: []sink{{action: action{kind: output, label: true}}}}}}
	s.at(time.Unix(0, 0))
	chunk := []byte(strings.Repeat(strings.Repeat("x", 99)+"\n", chunkSize/100))
	b.SetBytes(int64(len(chunk)))
	for range b.N {
		s.take(chunk)
		s.out = s.out[:0]
	}
}
