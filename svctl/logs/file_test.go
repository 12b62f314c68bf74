package logs

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that was truncated begins again, also where it is longer by now than
// what was read of it.
func TestTruncated(t *testing.T) {
	for _, c := range []struct{ name, before, after, want string }{
		{"shorter", "a\nb\n", "c\n", "c\n"},
		{"the same length", "a\nb\n", "c\nd\n", "c\nd\n"},
		{"longer", "a\nb\n", "c\nd\ne\n", "c\nd\ne\n"},
		{"much longer", "a\nb\n", strings.Repeat("x", 3*block) + "\n", strings.Repeat("x", 3*block) + "\n"},
		{"empty", "a\nb\n", "", ""},
		{"in a line", "a\nb", "c\n", "b\nc\n"},
		{"in a line, to nothing", "a\nb", "", "b\n"},
	} {
		dir := t.TempDir()
		write(t, dir, "current", c.before)
		f, err := openFile(dir, "current")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.last(1, f.info.Size(), false); err != nil { // as one who has read the rest
			t.Fatal(err)
		}
		lines(t, f)
		if err := os.WriteFile(filepath.Join(dir, "current"), []byte(c.after), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := lines(t, f); got != c.want {
			t.Errorf("%s: got %.100q; want %.100q", c.name, got, c.want)
		}
		f.close()
	}
}

// lines are all whole lines that a file has now.
func lines(t *testing.T, f *file) string {
	t.Helper()
	all := ""
	for {
		l, ok, err := f.next(math.MaxInt64, false)
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return all
		}
		if all += string(l.Text); !l.Open {
			all += "\n"
		}
	}
}

// Whatever the file and the number of lines, what is read is the end of it, and
// has that many lines.
func FuzzLast(f *testing.F) {
	f.Add([]byte("a\nb\nc\n"), 2, true)
	f.Add([]byte("a\nb\nc"), 2, true)
	f.Add([]byte("a\nb\nc"), 2, false)
	f.Add([]byte("\n\n\n"), 2, true)
	f.Add([]byte(""), 2, true)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte, n int, open bool) {
		n = max(n, 0) % 1000
		write(t, dir, "current", string(text))
		file, err := openFile(dir, "current")
		if err != nil {
			t.Fatal(err)
		}
		defer file.close()
		missing, err := file.last(n, int64(len(text)), open)
		if err != nil {
			t.Fatal(err)
		}
		rest := string(text[file.off:])
		got := strings.Count(rest, "\n")
		if open && len(rest) > 0 && !strings.HasSuffix(rest, "\n") {
			got++
		}
		if got+missing != n || missing > 0 && file.off > 0 {
			t.Errorf("the last %d of %q: %q, and %d are missing", n, text, rest, missing)
		}
	})
}
