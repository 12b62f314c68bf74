package logger

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestLimits: for any lines, limits and kills, what is in the directory is the
// end of what came, and the limits hold, whenever a logger has ended; one that was
// killed, at once, or at any instant later, or while it rotates, leaves a piece of what
// came, whole.
func TestLimits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		must(t, err)
		b := bounds{
			size:  rapid.Int64Range(minSize, 12000).Draw(rt, "size"),
			count: rapid.IntRange(2, 6).Draw(rt, "count"),
			total: rapid.SampledFrom([]int64{0, 0, 5000, 9000, 30000}).Draw(rt, "total"),
		}
		script := []string{svlog(t), "s" + strconv.FormatInt(b.size, 10), "n" + strconv.Itoa(b.count), "S" + strconv.FormatInt(b.total, 10)}
		if rapid.IntRange(0, 3).Draw(rt, "processor") == 0 {
			b.processor = "cat"
			script = append(script, "!cat")
		}
		script, b = append(script, "./log"), b.within()
		log := filepath.Join(dir, "log")
		r, w, err := os.Pipe()
		must(t, err)
		defer r.Close()
		run := func() *started {
			l := begin(t, dir, r, script...)
			l.in = w
			return l
		}
		l, text := run(), ""
		for i := range rapid.IntRange(1, 8).Draw(rt, "batches") {
			batch := drawLines(rt, i)
			text += batch
			_, err := w.WriteString(batch)
			must(t, err)
			then := rapid.SampledFrom([]string{"kill", "kill later", "rotate and kill", "rotate", "end", "go on"}).Draw(rt, "then")
			switch then {
			case "rotate", "rotate and kill":
				l.say(t, "") // it has begun, so it hears signals
				must(t, l.Process.Signal(syscall.SIGALRM))
			}
			switch then {
			case "kill", "kill later", "rotate and kill":
				if then != "kill" {
					later := time.Duration(rapid.IntRange(0, 10_000).Draw(rt, "microseconds")) * time.Microsecond
					<-time.After(later) // nothing is waited for
				}
				must(t, l.Process.Kill())
				<-l.gone
				if _, err := os.Stat(log); err == nil && b.processor == "" { // a processor's work may be there twice
					checkPiece(t, rt, log, b, text)
				}
				l = run()
			case "end":
				l.say(t, "")
				must(t, l.Process.Signal(syscall.SIGTERM))
				l.ends(t, 0)
				checkLimits(t, rt, log, b, text)
				l = run()
			}
			l.say(t, "")
		}
		must(t, w.Close())
		l.ends(t, 0)
		checkLimits(t, rt, log, b, text)
	})
}

// drawLines are lines that can be told from others.
func drawLines(t *rapid.T, batch int) string {
	var b strings.Builder
	for i, width := range rapid.SliceOfN(rapid.SampledFrom([]int{0, 10, 100, 100, 500, 990, 3000, 6000}), 1, 10).Draw(t, "widths") {
		b.WriteString(strconv.Itoa(batch) + "." + strconv.Itoa(i) + strings.Repeat("x", width) + "\n")
	}
	return b.String()
}

// checkLimits checks what a logger has left.
func checkLimits(t *testing.T, rt *rapid.T, dir string, b bounds, text string) {
	all := contents(t, dir)
	if len(all) > b.count {
		rt.Errorf("got %d files; want at most %d", len(all), b.count)
	}
	sum := int64(0)
	for _, file := range all {
		sum += int64(len(file))
		if int64(len(file)) > b.size+1 {
			rt.Errorf("got a file of %d bytes; want at most %d", len(file), b.size)
		}
	}
	if b.total > 0 && sum > b.total+1 {
		rt.Errorf("got %d bytes in all; want at most %d", sum, b.total)
	}
	if got := strings.Join(all, ""); !strings.HasSuffix(text, got) {
		rt.Errorf("got %.300q; want the end of %.300q", got, text)
	}
}

// checkPiece checks what a logger has left that was killed. The limits hold then too.
func checkPiece(t *testing.T, rt *rapid.T, dir string, b bounds, text string) {
	all := contents(t, dir)
	left := strings.Join(all, "")
	if !strings.Contains(text, left) {
		rt.Errorf("killed, it left %.300q; want a piece of %.300q", left, text)
	}
	if len(all) > b.count || b.total > 0 && int64(len(left)) > b.total+1 {
		rt.Errorf("killed, it left %d files with %d bytes; want at most %d, %d", len(all), len(left), b.count, b.total)
	}
}

// FuzzSplit: wherever chunks are cut, the same comes out.
func FuzzSplit(f *testing.F) {
	f.Add("one\n\ntwo\xff\x00three", []byte{1, 2, 3})
	f.Add(strings.Repeat("long", 3000)+"\nnext\n"+strings.Repeat("é", 600), []byte{255, 7})
	f.Add("\n\n\n", []byte{0})
	f.Fuzz(func(t *testing.T, input string, cuts []byte) {
		script := []string{"T", "s4096", "./a", "j", "p> ", "./b", "e", "=x", "-*", "+*a*", "r2/1m", "p", "1", "./c"}
		whole, parts := open(t, script...), open(t, script...)
		whole.feed(t, input, len(input)+1)
		rest := input
		for _, n := range cuts {
			n := min(int(n), len(rest))
			parts.push(t, rest[:n])
			rest = rest[n:]
		}
		parts.feed(t, rest, len(rest)+1)
		for i := range whole.files {
			if got, want := strings.Join(parts.files[i], ""), strings.Join(whole.files[i], ""); got != want {
				t.Errorf("action %d: got %q; want %q", i, got, want)
			}
		}
	})
}
