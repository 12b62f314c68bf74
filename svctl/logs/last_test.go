package logs

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The last lines are exactly those of the log, whoever wrote it.
func TestLast(t *testing.T) {
	t.Parallel()
	for name, argv := range map[string][]string{
		"multilog":      {"multilog", "t", "s4096", "n50"},
		"unstamped":     {"multilog", "s4096", "n50"},
		"svlogd -t":     {"svlogd", "-t"},
		"svlogd -tt":    {"svlogd", "-tt"},
		"svlogd -ttt":   {"svlogd", "-ttt"},
		"s6-log t":      {"s6-log", "-b", "s4096", "n50", "t"},
		"s6-log T":      {"s6-log", "-b", "s4096", "n50", "T"},
		"all processed": {"multilog", "t", "s4096", "n50", "!tr i I"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if argv[0] == "svlogd" {
				write(t, dir, "config", "s4096\nn50\n")
			}
			r := record(t, dir, append(argv, dir)...)
			r.say(2500)
			r.end()
			all := text(t, dir)
			if got, _ := filepath.Glob(dir + "/@*.s"); len(got) < 3 {
				t.Fatalf("the archives are %q; want some", got)
			}
			for _, n := range []int{0, 1, 2, 10, 170, 500, 2499, 2500, 5000, All} {
				want := all
				if n != All {
					want = lastLines(all, n)
				}
				if got, warnings := show(t, dir, n); got != want || warnings != "" {
					t.Errorf("the last %d: got %d bytes, %s; want %d\n%.200s", n, len(got), warnings, len(want), got)
				}
			}
		})
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

const (
	one = "@400000006b0173c82bc4180c"
	two = "@400000006b0173c82d85118c"
)

// What a logger that was killed leaves.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 3*MaxLine+5)
	for _, c := range []struct {
		name  string
		files map[string]string
		last  int
		want  string
	}{
		{"empty", map[string]string{"current": ""}, 10, ""},
		{"no current for a moment", map[string]string{one + ".s": "a\nb\n", "previous": "c\nd\n"}, 3, "b\nc\nd\n"},
		{"previous is not yet an archive", map[string]string{one + ".s": "a\n", "previous": "b\n", "current": "c\n"}, 10, "a\nb\nc\n"},
		{"being processed", map[string]string{one + ".s": "a\n", "previous": "b\n", "processed": "B\n", "current": "c\n"}, 10, "a\nb\nc\n"},
		{"processed, and not yet an archive", map[string]string{one + ".s": "a\n", "processed": "B\n", "current": "c\n"}, 10, "a\nB\nc\n"},
		{"cut off", map[string]string{one + ".u": "a\nb", two + ".s": "c\n", "current": "d"}, 3, "b\nc\nd"},
		{"cut off, of current", map[string]string{one + ".u": "a\nb", "current": "c\nd"}, 1, "d"},
		{"none of what is cut off", map[string]string{"current": "c\nd"}, 0, ""},
		{"empty archives", map[string]string{one + ".s": "a\n", two + ".s": "", "current": ""}, 5, "a\n"},
		{"empty lines", map[string]string{one + ".s": "\n\n", "current": "\n\n\n"}, 4, "\n\n\n\n"},
		{"twice, being processed", map[string]string{one + ".u": "a\n", one + ".s": "A\n", one + ".t": "A\n", "current": "b\n"}, 5, "a\nb\n"},
		{"other files", map[string]string{"lock": "x\n", "state": "x\n", "newstate": "x\n", "@400.s": "x\n", "current": "b\n"}, 5, "b\n"},
		{"no text", map[string]string{"current": "\x00\xff\r\n\x1b[2J\n"}, 5, "\x00\xff\r\n\x1b[2J\n"},
		{"huge lines", map[string]string{one + ".s": big + "\n" + big, "current": "a\n" + big + "\nb" + big + "\n"}, 4, big + "\na\n" + big + "\nb" + big + "\n"},
		{"a line of one piece", map[string]string{"current": big[:MaxLine] + "\nb\n"}, 2, big[:MaxLine] + "\nb\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, text := range c.files {
				write(t, dir, name, text)
			}
			if got, warnings := show(t, dir, c.last); got != c.want || warnings != "" {
				t.Errorf("got %d bytes, %.200q, %s; want %d, %.200q", len(got), got, warnings, len(c.want), c.want)
			}
		})
	}
}

// An archive that also is previous, or current, for the moment between two
// steps, is one.
func TestLinked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ archive, also, want string }{
		{one + ".s", "previous", "a\nb\n"},
		{one + ".u", "current", "a\n"},
	} {
		dir := t.TempDir()
		write(t, dir, c.archive, "a\n")
		if c.also != "current" {
			write(t, dir, "current", "b\n")
		}
		if err := os.Link(filepath.Join(dir, c.archive), filepath.Join(dir, c.also)); err != nil {
			t.Fatal(err)
		}
		if got, _ := show(t, dir, All); got != c.want {
			t.Errorf("%s is also %s: got %q; want %q", c.archive, c.also, got, c.want)
		}
	}
}

func TestCompressed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write([]byte("b\n")) // into memory
	_ = z.Close()
	write(t, dir, one+".s", "a\n")
	write(t, dir, two+".s", packed.String())
	write(t, dir, "current", "c\n")
	got, warnings := show(t, dir, 2)
	want := "unable to read " + dir + "/" + two + ".s: compressed by gzip, passing over it\n"
	if got != "a\nc\n" || warnings != want {
		t.Errorf("got %q, %q; want the rest and %q", got, warnings, want)
	}
	if got, warnings := show(t, dir, 1); got != "c\n" || warnings != "" {
		t.Errorf("got %q, %q; want nothing of what is not asked for", got, warnings)
	}
}

// Lines of several services come in the order of their times, those without
// one after the line before them.
func TestMerge(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	write(t, top+"/web", "current", "2026-11-21_10:00:01.00000 a\n  more of a\n2026-11-21_10:00:03.00000 c\n")
	write(t, top+"/db", one+".s", "2026-11-21T10:00:00.000000Z first\n")
	write(t, top+"/db", "current", "2026-11-21T10:00:02.000000Z b\n2026-11-21T10:00:04.000000Z d")
	write(t, top+"/bare", "current", "x\ny\n")
	var b bytes.Buffer
	p := NewPrinter(&b)
	p.Names = true
	read1(t, p, 10, top+"/web", top+"/db", top+"/bare")
	want := `bare: x
bare: y
db: 2026-11-21T10:00:00.000000Z first
web: 2026-11-21_10:00:01.00000 a
web:   more of a
db: 2026-11-21T10:00:02.000000Z b
web: 2026-11-21_10:00:03.00000 c
db: 2026-11-21T10:00:04.000000Z d
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestForms(t *testing.T) {
	top := t.TempDir()
	write(t, top+"/web", "current", "@400000006b0173c71945cb94 a\t\x1b[2Jb\xff\nno stamp \u202e\n")
	zone = fixed(t, "Asia/Tokyo")
	for _, c := range []struct {
		name string
		set  func(p *Printer)
		want string
	}{
		{"human", func(p *Printer) { p.Form = Human }, "2026-11-21 19:34:37.424004 a\t\\x1b[2Jb\\xff\nno stamp \\u202e\n"},
		{"color", func(p *Printer) { p.Form, p.Color = Human, true }, "\x1b[2m2026-11-21 19:34:37.424004\x1b[0m a\t\\x1b[2Jb\\xff\nno stamp \\u202e\n"},
		{"names", func(p *Printer) { p.Form, p.Names = Human, true }, "web: 2026-11-21 19:34:37.424004 a\t\\x1b[2Jb\\xff\nweb: no stamp \\u202e\n"},
		{"json", func(p *Printer) { p.Form = JSON }, `{"service":"web","time":"2026-11-21T10:34:37.4240045Z","line":"a\t\u001b[2Jb\ufffd"}` + "\n" +
			`{"service":"web","time":null,"line":"no stamp ` + "\u202e" + `"}` + "\n"},
	} {
		var b bytes.Buffer
		p := NewPrinter(&b)
		c.set(p)
		if read1(t, p, 10, top+"/web"); b.String() != c.want {
			t.Errorf("%s: got %q; want %q", c.name, b.String(), c.want)
		}
	}
}

// A line that is longer than may be held comes in pieces where it is marked.
func TestPieces(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	write(t, top+"/web", "current", "2026-11-21_10:00:01.00000 "+strings.Repeat("x", 2*MaxLine)+"\nb\n")
	var b bytes.Buffer
	p := NewPrinter(&b)
	p.Form = JSON
	read1(t, p, 10, top+"/web")
	sizes := ""
	for line := range strings.Lines(b.String()) {
		var o object
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatal(err)
		}
		sizes += strconv.Itoa(len(o.Line)) + " "
	}
	if want := "1048550 1048576 26 1 "; sizes != want {
		t.Errorf("got pieces of %s; want %s", sizes, want)
	}
}
