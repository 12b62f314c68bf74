package logger

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestSources(t *testing.T) {
	t.Parallel()
	const own = `"service":"web","instance":"7",`
	for _, c := range []struct {
		names string
		want  []string // what a line of each is, in text and as JSON
	}{
		{"", []string{`x`, own + `"line":"x"`}},
		{" \n", []string{`x`, own + `"line":"x"`}},
		{"web:stderr", []string{`x`, own + `"stream":"stdout","line":"x"`, `stderr: x`, own + `"stream":"stderr","line":"x"`}},
		{":stderr", []string{`x`, own + `"stream":"stdout","line":"x"`, `stderr: x`, own + `"stream":"stderr","line":"x"`}},
		{"a  b:stderr", []string{`x`, own + `"stream":"stdout","line":"x"`,
			`a: x`, `"service":"a","stream":"stdout","line":"x"`,
			`b stderr: x`, `"service":"b","stream":"stderr","line":"x"`}},
		{"a\u00a0b\tc\n", []string{`x`, own + `"stream":"stdout","line":"x"`,
			"a\u00a0b: x", `"service":"a` + "\u00a0" + `b","stream":"stdout","line":"x"`,
			`c: x`, `"service":"c","stream":"stdout","line":"x"`}},
		{"web a:b:stderr a\x1b\"\xff", []string{`x`, own + `"stream":"stdout","line":"x"`,
			`x`, own + `"stream":"stdout","line":"x"`,
			`a:b stderr: x`, `"service":"a:b","stream":"stderr","line":"x"`,
			`a?"?: x`, `"service":"a?\"?","stream":"stdout","line":"x"`}},
	} {
		all := sources("web", "7", c.names)
		if len(all) != len(c.want)/2 {
			t.Errorf("%q: got %d sources; want %d", c.names, len(all), len(c.want)/2)
			continue
		}
		w := open(t, "./text", "j", "./json")
		for i := range all {
			w.source = &all[i]
			w.feed(t, "x\n", 10)
			const before = `{"time":"2001-09-09T01:46:40.000000Z",`
			for k, want := range []string{c.want[2*i], before + c.want[2*i+1] + `}`} {
				if got := w.files[k][0]; got != want+"\n" {
					t.Errorf("%q, source %d: got %q; want %q", c.names, i, got, want)
				}
				w.files[k][0] = ""
			}
		}
	}
}

// TestStreamLabel: patterns and status files see the label, and a prefix comes
// after it.
func TestStreamLabel(t *testing.T) {
	t.Parallel()
	all := sources("web", "", "db")
	w := open(t, "T", "=status", "pX: ", "./log", "e", "-*", "+* db: *", "./db")
	for i := range all {
		w.source = &all[i]
		w.feed(t, "one\n", 10)
	}
	const stamp = "2001-09-09T01:46:40.000000Z "
	log := stamp + "X: one\n" + stamp + "db: X: one\n"
	for i, want := range []string{stamp + "db: one", log, log, "", "", stamp + "db: X: one\n"} {
		if got := strings.Join(w.files[i], ""); got != want {
			t.Errorf("action %d: got %q; want %q", i, got, want)
		}
	}
}

// TestStreamCut: a line that is longer than its head waits for its end as long
// as nobody else has a line, and is ended then; a shorter one waits.
func TestStreamCut(t *testing.T) {
	t.Parallel()
	all := sources("web", "", "a b")
	w := open(t, "./log")
	say := func(i int, text string) {
		w.source = &all[i]
		w.push(t, text)
	}
	long := strings.Repeat("x", 1200)
	say(1, "short, ")
	say(2, long)
	say(1, "but ")
	say(2, long)
	say(1, "whole\nan")
	say(2, "rest\n"+long)
	say(1, "d another\n")
	say(2, "\n"+long+"\n")
	want := "b: " + long + long + "\n" + "a: short, but whole\n" + "b: rest\n" + "b: " + long + "\n" +
		"a: and another\n" + "b: " + long + "\n"
	if got := strings.Join(w.files[0], ""); got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

// TestStreamCutOwed: what was dropped is told before the line that ends a long
// one of another.
func TestStreamCutOwed(t *testing.T) {
	t.Parallel()
	all := sources("web", "", "a")
	w := open(t, "r1/1s", "./log")
	say := func(i int, text string) {
		w.tell(false)
		w.source = &all[i]
		n := w.take([]byte(text))
		w.flush(t)
		w.tell(false)
		w.push(t, text[n:])
	}
	long := strings.Repeat("x", 1200)
	say(1, long)
	say(0, "dropped\n")
	w.now = w.now.Add(time.Second)
	say(0, "next\n")
	want := "a: " + long + "\n-- 1 line dropped: over the rate --\nnext\n"
	if got := strings.Join(w.files[0], ""); got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

// TestStreamSources: whatever the inputs write, and however that is parted, each
// line is there once, whole, in its order and with its label. Only one that is
// longer than its head goes on as another, and only after a line of another.
func TestStreamSources(t *testing.T) {
	t.Parallel()
	for range 300 {
		names := []string{"db", "db:stderr", "é", "web:stderr"}[:rand.IntN(5)]
		all := sources("web", "", strings.Join(names, " "))
		lines := make([][]string, len(all))
		text := make([]string, len(all))
		for i := range all {
			for range rand.IntN(20) {
				lines[i] = append(lines[i], line(rand.IntN(3)))
			}
			lines[i] = append(lines[i], "end")
			text[i] = strings.Join(lines[i], "\n") + "\n"[:rand.IntN(2)]
		}
		parts := mix(text)
		w, alone := open(t, "T", "s5000", "./log", "j", "./json"), open(t, "T", "s5000", "./log")
		w.play(t, all, parts)
		alone.play(t, sources("web", "", strings.Join(names, " ")), parts)
		if strings.Join(w.files[0], "") != strings.Join(alone.files[0], "") {
			t.Fatal("alone a directory gets other lines than beside another")
		}
		got, parted := w.pieces(t, all)
		for i := range all {
			checkPieces(t, all[i].label, got[i], parted[i], lines[i])
		}
		if t.Failed() {
			return
		}
	}
}

// line is one of random length: short, somewhat longer than a head, or long.
func line(size int) string {
	n := rand.IntN([]int{30, 2 * maxHead, 9000}[size])
	return strings.Repeat(string(rune('a'+rand.IntN(26))), n)
}

// part of what a source has; the last is empty.
type part struct {
	from int
	text string
}

// mix is what the sources have, in pieces, in random order.
func mix(text []string) (all []part) {
	for left := len(text); left > 0; {
		i := rand.IntN(len(text))
		n := min(len(text[i]), 1+rand.IntN(1<<(1+rand.IntN(13))))
		if n == 0 {
			continue
		}
		all = append(all, part{i, text[i][:n]})
		if text[i] = text[i][n:]; text[i] == "" {
			all = append(all, part{from: i})
			left--
		}
	}
	return all
}

// play gives these parts.
func (w *written) play(t *testing.T, all []source, parts []part) {
	t.Helper()
	for _, p := range parts {
		w.source = &all[p.from]
		w.push(t, p.text)
		for p.text == "" && !w.atStart() {
			w.take([]byte{'\n'})
			w.flush(t)
		}
	}
}

// pieces are the lines that were written, for each source, and whether the one
// before each was its own too. Text and JSON say the same.
func (w *written) pieces(t *testing.T, all []source) (pieces [][]string, adjacent [][]bool) {
	t.Helper()
	pieces, adjacent = make([][]string, len(all)), make([][]bool, len(all))
	objects := strings.Split(strings.Join(w.files[1], ""), "\n")
	last := -1
	for n, text := range strings.Split(strings.TrimSuffix(strings.Join(w.files[0], ""), "\n"), "\n") {
		line, stamped := strings.CutPrefix(text, "2001-09-09T01:46:40.000000Z ")
		from := 0 // without a label
		for i := range all {
			if all[i].label != "" && strings.HasPrefix(line, all[i].label) {
				from = i
			}
		}
		line = strings.TrimPrefix(line, all[from].label)
		var object struct{ Line string }
		must(t, json.Unmarshal([]byte(objects[n]), &object))
		if !stamped || object.Line != line || !strings.Contains(objects[n], all[from].json) {
			t.Fatalf("got %q, and %q", text, objects[n])
		}
		pieces[from] = append(pieces[from], line)
		adjacent[from] = append(adjacent[from], from == last)
		last = from
	}
	return pieces, adjacent
}

// checkPieces checks that the lines of one source were written as these.
func checkPieces(t *testing.T, label string, pieces []string, adjacent []bool, lines []string) {
	t.Helper()
	const stamp = len("2001-09-09T01:46:40.000000Z ")
	n := 0
	for _, want := range lines {
		got := ""
		for first := true; n < len(pieces) && (first || len(got) < len(want)); first = false {
			if !first && (adjacent[n] || len(got) < maxHead-stamp-len(label)) {
				t.Fatalf("%q: %d bytes of a line of %d were ended", label, len(got), len(want))
			}
			got += pieces[n]
			n++
		}
		if got != want {
			t.Fatalf("%q: got %.99q; want %.99q", label, got, want)
		}
	}
	if n != len(pieces) {
		t.Fatalf("%q: got %d lines; want %d", label, len(pieces), n)
	}
}

// FuzzSources: whatever SV_PIPE_NAMES holds, each word is a source whose label
// and JSON disturb nothing.
func FuzzSources(f *testing.F) {
	for _, names := range []string{"", "web db:stderr", ":stderr", "a\nb", "\xff\u0085\x1b", strings.Repeat("x", 300), "é:stderr:stderr"} {
		f.Add("web", names)
	}
	f.Fuzz(func(t *testing.T, own, names string) {
		all := sources(own, "", names)
		w := open(t, "./log", "j", "./json")
		for i := range all {
			if s := &all[i]; len(s.label) > 3*maxName || strings.ContainsAny(s.label, "\n\x1b") || !utf8.ValidString(s.label) {
				t.Errorf("%q: got the label %q", names, s.label)
			}
			w.source, w.now = &all[i], time.Unix(1e9, 0)
			w.feed(t, "line\n", 10)
		}
		for _, text := range strings.Split(strings.TrimSuffix(strings.Join(w.files[1], ""), "\n"), "\n") {
			var object struct{ Line string }
			if err := json.Unmarshal([]byte(text), &object); err != nil || object.Line != "line" {
				t.Errorf("%q: got %q", names, text)
			}
		}
	})
}
