package logs

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// modelLine is a line of a drawn log.
type modelLine struct {
	second int // of its stamp, -1 for none
	kind   string
	text   string
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func (m modelLine) String() string {
	at := noon.Add(time.Duration(m.second) * time.Second)
	switch {
	case m.second < 0:
		return m.text
	case m.kind == "":
		return at.Format(utcForm) + " " + m.text
	}
	return fmt.Sprintf(`{"time":%q,"service":"x","stream":%q,"line":%q}`, at.Format(utcForm), m.kind, m.text)
}

// stream is what is known of it.
func (m modelLine) stream() string {
	if m.second < 0 {
		return ""
	}
	return m.kind
}

var drawnLine = rapid.Custom(func(t *rapid.T) modelLine {
	return modelLine{
		rapid.IntRange(-1, 20).Draw(t, "second"),
		rapid.SampledFrom([]string{"", Stdout, Stderr}).Draw(t, "stream"),
		rapid.SampledFrom([]string{"a", "b", "ab", ""}).Draw(t, "text"),
	}
})

var drawnSelection = rapid.Custom(func(t *rapid.T) Selection {
	var s Selection
	if since := rapid.IntRange(-1, 20).Draw(t, "since"); since >= 0 {
		s.Since = noon.Add(time.Duration(since) * time.Second)
	}
	if until := rapid.IntRange(-1, 20).Draw(t, "until"); until >= 0 {
		s.Until = noon.Add(time.Duration(until) * time.Second)
	}
	s.Match = rapid.SampledFrom([]*regexp.Regexp{nil, regexp.MustCompile("^a")}).Draw(t, "match")
	s.Stream = rapid.SampledFrom([]string{"", "", Stdout, Stderr}).Draw(t, "only")
	return s
})

// modelMerge is what is to be written: each log selected by itself, then always
// the oldest of the first lines, and what has no time behind it.
func modelMerge(logs [][]modelLine, s Selection, last int) (want string) {
	type line struct {
		at    time.Time
		timed bool
		text  string
	}
	left := make([][]line, len(logs))
	for i, log := range logs {
		if s.All() && last != All {
			log = log[max(0, len(log)-last):] // what is before is not read
		}
		var now time.Time
		for _, m := range log {
			if m.second >= 0 {
				now = noon.Add(time.Duration(m.second) * time.Second)
			}
			inTime := s.Since.IsZero() && s.Until.IsZero() ||
				!now.IsZero() && !now.Before(s.Since) && (s.Until.IsZero() || now.Before(s.Until))
			if inTime && (s.Stream == "" || s.Stream == m.stream()) && (s.Match == nil || strings.HasPrefix(m.text, "a")) {
				left[i] = append(left[i], line{now, m.second >= 0, fmt.Sprintf("%c: %v\n", 'A'+i, m)})
			}
		}
		if last != All {
			left[i] = left[i][max(0, len(left[i])-last):]
		}
	}
	for {
		first := -1
		for i := range left {
			if len(left[i]) > 0 && (first < 0 || left[i][0].at.Before(left[first][0].at)) {
				first = i
			}
		}
		if first < 0 {
			return want
		}
		for once := true; len(left[first]) > 0 && (once || !left[first][0].timed); once = false {
			want += left[first][0].text
			left[first] = left[first][1:]
		}
	}
}

// Whatever was logged and asked for, the lines come as the model says. The times
// of a log may go back, as clocks do: its own order stays.
func TestMergeModel(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		logs := rapid.SliceOfN(rapid.SliceOfN(drawnLine, 0, 12), 1, 4).Draw(t, "logs")
		selection := drawnSelection.Draw(t, "selection")
		last := rapid.SampledFrom([]int{All, 0, 1, 3, 12}).Draw(t, "last")
		var out bytes.Buffer
		p := NewPrinter(&out)
		p.Names = true
		r := &Reader{Last: last, Select: selection, Warn: func(error) {}}
		defer r.Close()
		for i, log := range logs {
			name := string(rune('A' + i))
			if err := fill(top+"/"+name, log); err != nil {
				t.Fatal(err)
			}
			if err := r.Add(name, Log{Dir: top + "/" + name}); err != nil {
				t.Fatal(err)
			}
		}
		if err := r.Copy(p); err != nil {
			t.Fatal(err)
		}
		if want := modelMerge(logs, selection, last); out.String() != want {
			t.Errorf("got\n%s; want\n%s", out.String(), want)
		}
	})
}

// fill writes a log into two files.
func fill(dir string, log []modelLine) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	text := func(lines []modelLine) (all []byte) {
		for _, m := range lines {
			all = append(append(all, m.String()...), '\n')
		}
		return all
	}
	half := len(log) / 2
	ended := noon.Add(time.Hour).Unix()
	if err := os.WriteFile(fmt.Sprintf("%s/@%016x00000000.s", dir, 1<<62+10+ended), text(log[:half]), 0o644); err != nil {
		return err
	}
	return os.WriteFile(dir+"/current", text(log[half:]), 0o644)
}

// An archive that ended before what is asked for is not opened: here it would
// be told of.
func TestSinceSkipsArchives(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, one+".s", "\x1f\x8b packed")
	write(t, dir, "current", "2026-11-21T13:00:00.000000Z a\n")
	end := time.Date(2026, 11, 21, 10, 34, 38, 0, time.UTC) // about that of one
	for _, c := range []struct {
		since  time.Time
		warned bool
	}{{end.Add(time.Hour), false}, {end.Add(-time.Hour), true}} {
		got, warnings := reads(t, &Reader{Last: All, Select: Selection{Since: c.since}}, nil, dir)
		if got != "2026-11-21T13:00:00.000000Z a\n" || (warnings != "") != c.warned {
			t.Errorf("since %v: got %q, %q; want the line and warned %v", c.since, got, warnings, c.warned)
		}
	}
}

// What cannot be told is told once.
func TestUnknown(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "current", "a\nb\nc\n")
	for _, c := range []struct {
		s    Selection
		want string
	}{
		{Selection{Since: noon}, "unable to tell the times of "},
		{Selection{Stream: Stderr}, "unable to tell the streams of "},
		{Selection{Match: regexp.MustCompile("b")}, ""},
	} {
		for _, last := range []int{2, All} {
			_, warnings := reads(t, &Reader{Last: last, Select: c.s}, nil, dir)
			if strings.Count(warnings, "\n") != min(1, len(c.want)) || !strings.HasPrefix(warnings, c.want) {
				t.Errorf("%+v: got %q; want once %q", c.s, warnings, c.want)
			}
		}
	}
}

// The pieces of a long line are selected with its beginning.
func TestSelectPieces(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	long := "a" + strings.Repeat("x", 2*MaxLine)
	write(t, dir, "current", "1\nb"+long+"\n"+long+"\n"+long+"b\n2\n")
	for last, want := range map[int]string{All: long + "\n" + long + "b\n", 1: long + "b\n", 0: ""} {
		got, _ := reads(t, &Reader{Last: last, Select: Selection{Match: regexp.MustCompile("^a")}}, nil, dir)
		if got != want {
			t.Errorf("the last %d: got %d bytes; want %d", last, len(got), len(want))
		}
	}
}

// reads is what a reader writes of directories, and its warnings.
func reads(t *testing.T, r *Reader, set func(*Printer), dirs ...string) (out, warnings string) {
	t.Helper()
	var b bytes.Buffer
	p := NewPrinter(&b)
	if set != nil {
		set(p)
	}
	r.Warn = func(err error) { warnings += err.Error() + "\n" }
	defer r.Close()
	for _, dir := range dirs {
		if err := r.Add(dir[strings.LastIndexByte(dir, '/')+1:], Log{Dir: dir}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Copy(p); err != nil {
		t.Fatal(err)
	}
	return b.String(), warnings
}

// What svlog j wrote is shown as what the service said, and told apart from what
// programs write themselves.
func TestWrapped(t *testing.T) {
	const line = `{"time":"2026-11-21T10:00:00.000001Z","service":"db","stream":"stderr","line":"a\u001b[2Jb \"c\""}`
	const own = `{"time":"2026-11-21T10:00:00Z","msg":"x"}`
	dir := t.TempDir()
	write(t, dir+"/web", "current", line+"\n"+own+"\n{\"\n")
	zone = fixed(t, "Asia/Tokyo")
	for _, c := range []struct {
		set  func(p *Printer)
		want string
	}{
		{func(p *Printer) {}, line + "\n" + own + "\n{\"\n"},
		{func(p *Printer) { p.UTC = true }, "2026-11-21T10:00:00.000001Z a\x1b[2Jb \"c\"\n" + own + "\n{\"\n"},
		{func(p *Printer) { p.Form = Human }, "2026-11-21 19:00:00.000001 a\\x1b[2Jb \"c\"\n" + own + "\n{\"\n"},
		{func(p *Printer) { p.Form, p.UTC = Human, true }, "2026-11-21T10:00:00.000001Z a\\x1b[2Jb \"c\"\n" + own + "\n{\"\n"},
		{func(p *Printer) { p.Form, p.Names, p.Color = Human, true, true }, "\x1b[36mweb:\x1b[0m \x1b[2m2026-11-21 19:00:00.000001\x1b[0m a\\x1b[2Jb \"c\"\n" +
			"\x1b[36mweb:\x1b[0m " + own + "\n\x1b[36mweb:\x1b[0m {\"\n"},
		{func(p *Printer) { p.Form = JSON }, `{"service":"db","time":"2026-11-21T10:00:00.000001Z","stream":"stderr","line":"a\u001b[2Jb \"c\""}` + "\n" +
			`{"service":"web","time":null,"line":"{\"time\":\"2026-11-21T10:00:00Z\",\"msg\":\"x\"}"}` + "\n" + `{"service":"web","time":null,"line":"{\""}` + "\n"},
	} {
		if got, _ := reads(t, &Reader{Last: All}, c.set, dir+"/web"); got != c.want {
			t.Errorf("got\n%q; want\n%q", got, c.want)
		}
	}
}

// What is followed is selected, and what came meanwhile merged, in turns: a log
// without times cannot keep the others back.
func TestFollowMerges(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	stamp := func(n int) string { return noon.Add(time.Duration(n) * time.Second).Format(utcForm) }
	write(t, top+"/web", "current", stamp(1)+" a1\n"+stamp(2)+" b\n"+stamp(3)+" a3\n")
	write(t, top+"/db", "current", stamp(2)+" a2\n")
	write(t, top+"/bare", "current", "b\n")
	f := followWith(t, &Reader{Last: 1, Select: Selection{Match: regexp.MustCompile("^a")}}, false, top+"/web", top+"/db", top+"/bare")
	more := func(dir, text string) {
		t.Helper()
		file, err := os.OpenFile(top+"/"+dir+"/current", os.O_WRONLY|os.O_APPEND, 0)
		if err == nil {
			_, err = file.WriteString(text)
		}
		if err == nil {
			err = file.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f.until(stamp(3) + " a3")
	more("bare", strings.Repeat("b\n", 3*turn)+strings.Repeat("a\n", 3*turn))
	more("web", "b\n"+stamp(4)+" a4\n")
	eventually(t, "the line a4", func() bool { return strings.Contains(f.text(), " a4\n") })
	more("db", stamp(5)+" b\n"+stamp(6)+" a6\n")
	eventually(t, "all lines", func() bool {
		return strings.Count(f.text(), "bare: a\n") == 3*turn && strings.Contains(f.text(), " a6\n")
	})
	want := "db: " + stamp(2) + " a2\nweb: " + stamp(3) + " a3\nweb: " + stamp(4) + " a4\ndb: " + stamp(6) + " a6\n"
	if got := strings.ReplaceAll(f.text(), "bare: a\n", ""); got != want {
		t.Errorf("got\n%s; want\n%s", got, want)
	}
}
