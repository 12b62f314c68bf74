package logger

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// written is a stream whose files are in memory.
type written struct {
	stream
	files [][]string // for each sink, what went to each file
}

// open is a stream of a script, without directories but in name.
func open(t *testing.T, args ...string) *written {
	t.Helper()
	script, err := Parse(args)
	must(t, err)
	all := sources("web", "", "")
	w := &written{stream: stream{source: &all[0], own: all[0], now: time.Unix(1e9, 0)}}
	w.stamp = appendStamp(nil, script.stamp, w.now)
	for _, a := range script.actions {
		k := sink{action: a}
		if a.kind == archive {
			k.dir = &directory{bounds: a.bounds}
		}
		w.sinks = append(w.sinks, k)
		w.files = append(w.files, []string{""})
	}
	return w
}

// flush is what the loop does after each take.
func (w *written) flush(t *testing.T) {
	t.Helper()
	for i := range w.sinks {
		k := &w.sinks[i]
		if len(k.buf) > maxBuffer+2*maxPiece*widest {
			t.Errorf("the buffer holds %d bytes", len(k.buf))
		}
		last := len(w.files[i]) - 1
		if k.kind == status {
			w.files[i][last] = string(k.buf)
			continue
		}
		w.files[i][last] += string(k.buf)
		if k.dir != nil {
			k.dir.bytes += int64(len(k.buf))
			k.dir.account.commit()
			if k.dir.full {
				w.files[i], k.dir.bytes, k.dir.full = append(w.files[i], ""), 0, false
			}
		}
		k.buf = k.buf[:0]
	}
}

// feed gives the input in pieces of random sizes up to most, or at once if that
// is all.
func (w *written) feed(t *testing.T, input string, most int) {
	t.Helper()
	for rest := []byte(input); len(rest) > 0; {
		chunk := rest
		if most < len(input) {
			chunk = rest[:min(1+rand.IntN(most), len(rest))]
		}
		rest = rest[len(chunk):]
		w.push(t, string(chunk))
	}
	for !w.atStart() {
		w.take([]byte{'\n'})
		w.flush(t)
	}
}

// push gives one chunk.
func (w *written) push(t *testing.T, chunk string) {
	t.Helper()
	for idle := 0; len(chunk) > 0; {
		n := w.take([]byte(chunk))
		w.flush(t)
		chunk = chunk[n:]
		if n > 0 {
			idle = 0
		} else if idle++; idle > len(w.sinks)+1 {
			t.Fatalf("nothing is taken of %.40q", chunk)
		}
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	const stamp = "2001-09-09T01:46:40.000000Z "
	long := strings.Repeat("0123456789", 300)
	for _, c := range []struct {
		args, input string
		want        []string // of each sink, all files together
	}{
		{"T|./a", "one\n\ntwo", []string{stamp + "one\n" + stamp + "\n" + stamp + "two\n"}},
		{"./a", "", []string{""}},
		{"./a", "no newline", []string{"no newline\n"}},
		{"-*|+*b|./a|+a|1", "a\nab\nc\n", []string{"", "", "ab\n", "", "a\nab\n"}},
		{"pX: |1|p|./a", "a\nb\n", []string{"X: a\nX: b\n", "a\nb\n"}},
		{"T|pX: |1", "a\n", []string{stamp + "X: a\n"}},
		{"T|j|1", "a\n", []string{`{"time":"2001-09-09T01:46:40.000000Z","service":"web","line":"a"}` + "\n"}},
		{"pX|j|1", "\xff\"\n", []string{`{"time":"2001-09-09T01:46:40.000000Z","service":"web","line":"X` + "\uFFFD" + `\""}` + "\n"}},
		{"e", long[:200] + "\n" + long[:201] + "\n", []string{long[:200] + "\n" + long[:200] + "...\n"}},
		{"T|e", long + "\n", []string{stamp + long[:200-len(stamp)] + "...\n"}},
		{"T|p123456789|e", long + "\n", []string{stamp + "123456789" + long[:200-len(stamp)-9] + "...\n"}},
		{"p" + long[:300] + "|e", "\n", []string{long[:200] + "...\n"}},
		{"j|e", long + "\n", []string{`{"time":"2001-09-09T01:46:40.000000Z","service":"web","line":"` + long[:200] + `..."}` + "\n"}},
		{"=x", "a\nb\n", []string{"b"}},
		{"T|pX|=x", long + "\n", []string{stamp + long[:1000-len(stamp)]}},
		{"T|-" + stamp + "a*|./a", long + "\nb\nac\n", []string{"", stamp + long + "\n" + stamp + "b\n"}},
		{"+" + long[:10] + "*|-" + long[:1000] + "|./a", long[:999] + "\n" + long[:1000] + "\n" + long[:1001] + "\n", []string{"", "", long[:999] + "\n"}},
	} {
		for _, most := range []int{1, 7, 500, 100000} {
			w := open(t, strings.Split(c.args, "|")...)
			w.feed(t, c.input, most)
			for i, want := range c.want {
				if got := strings.Join(w.files[i], ""); got != want {
					t.Errorf("%q, pieces up to %d, action %d: got %.300q; want %.300q", c.args, most, i, got, want)
				}
			}
		}
	}
}

// TestStreamFiles: however the input is parted, nothing is lost, no file is
// larger than it may be, and no line is parted that could be whole.
func TestStreamFiles(t *testing.T) {
	t.Parallel()
	for range 100 {
		var input strings.Builder
		for range rand.IntN(300) {
			n := rand.IntN(100)
			switch rand.IntN(20) {
			case 0:
				n = rand.IntN(3000)
			case 1:
				n = rand.IntN(20000)
			}
			input.WriteString(strings.Repeat(string(rune('a'+rand.IntN(26))), n) + "\n")
		}
		w := open(t, "s4096", "./a", "s30000", "./b", "j", "./c")
		most, parted := 1<<(5+rand.IntN(12)), maxHead
		if most == 1<<16 {
			most = input.Len()
		}
		w.feed(t, input.String(), most)
		for i, size := range []int{4096, 30000} {
			if most == input.Len() {
				parted = size
			}
			w.checkFiles(t, i, size, parted, input.String())
		}
		var back strings.Builder
		for line := range strings.Lines(strings.Join(w.files[2], "")) {
			var object struct{ Line string }
			must(t, json.Unmarshal([]byte(line), &object))
			back.WriteString(object.Line + "\n")
		}
		if back.String() != input.String() {
			t.Error("JSON is not what came in")
		}
	}
}

// checkFiles checks the files of a directory. parted is how long a line may be
// that does not go on in another file.
func (w *written) checkFiles(t *testing.T, i, size, parted int, want string) {
	t.Helper()
	if strings.Join(w.files[i], "") != want {
		t.Errorf("file of %d bytes: not what came in", size)
	}
	for j, text := range w.files[i] {
		if len(text) > size+1 {
			t.Errorf("file %d has %d bytes; want at most %d", j, len(text), size)
		}
		if text == "" || strings.HasSuffix(text, "\n") {
			continue
		}
		rest, _, _ := strings.Cut(strings.Join(w.files[i][j+1:], ""), "\n")
		if n := len(text) - strings.LastIndexByte(text, '\n') - 1 + len(rest); n <= parted {
			t.Errorf("file %d of %d bytes: parts a line of %d bytes", j, size, n)
		}
	}
}

// TestStreamLong: a line longer than any buffer passes through whole, with one
// stamp, also when its characters need room.
func TestStreamLong(t *testing.T) {
	t.Parallel()
	w := open(t, "T", "s1M", "./a", "j", "1")
	input := strings.Repeat("é\x01", 200_000)
	w.feed(t, input+"\nnext\n", 64<<10)
	const stamp = "2001-09-09T01:46:40.000000Z "
	if got := strings.Join(w.files[0], ""); got != stamp+input+"\n"+stamp+"next\n" {
		t.Errorf("got %d bytes; want %d", len(got), len(input)+2*len(stamp)+6)
	}
	var object struct{ Line string }
	line, _, _ := strings.Cut(w.files[1][0], "\n")
	must(t, json.Unmarshal([]byte(line), &object))
	if object.Line != input {
		t.Error("JSON is not what came in")
	}
}

// What goes to a pipe that others share goes in pieces of whole lines.
func TestPiece(t *testing.T) {
	line := func(n int) string { return strings.Repeat("x", n-1) + "\n" }
	for _, c := range []struct {
		text string
		want int
	}{
		{"", 0},
		{"no newline", 10},
		{line(4096), 4096},
		{line(4096) + line(5), 4096},
		{line(100) + line(4000), 100},
		{line(100) + line(3996) + line(1), 4096},
		{line(5000) + line(5), 5000},
		{strings.Repeat("x", 5000), 5000},
	} {
		if got := piece([]byte(c.text)); got != c.want {
			t.Errorf("%d bytes: got %d; want %d", len(c.text), got, c.want)
		}
	}
}
