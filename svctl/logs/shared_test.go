package logs

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/svdir/svdir/svctl"
)

// A service without a logger of its own has its lines where the one that it
// names has them, or the one of all that have none.
func TestFindShared(t *testing.T) {
	t.Parallel()
	const own = " all/main/current .svscan/log/main/current "
	for _, c := range []struct {
		name  string
		files string // of the scan directory; NAME=TEXT has this text, with commas for newlines
		ask   string
		want  Log
	}{
		{"named", own + "web/producer-for=all all/consumer-for=web,db", "web", Log{"all/main", "web", true}},
		{"named by a path", own + "web/producer-for=../all all/consumer-for=web,db", "web", Log{"all/main", "web", true}},
		{"the only one", own + "web/producer-for=all all/consumer-for=#x,web", "web", Log{"all/main", "", false}},
		{"the only one, by a path", own + "web/producer-for=all all/consumer-for=../web", "web", Log{"all/main", "", false}},
		{"the only one, by an absolute path", own + "web/producer-for=all all/consumer-for=TOP/web", "web", Log{"all/main", "", false}},
		{"the only one, whose standard error is another", own + "web/producer-for=all web/set/split-stderr= all/consumer-for=web", "web", Log{"all/main", "web", true}},
		{"the logger itself", own + "web/producer-for=all all/consumer-for=web,db", "all", Log{"all/main", "", true}},
		{"the logger of one", own + "all/consumer-for=web", "all", Log{"all/main", "", false}},
		{"a log of its own", own + "web/producer-for=all web/log/main/current", "web", Log{"web/log/main", "", false}},
		{"that of all", own + "web/run", "web", Log{".svscan/log/main", "web", true}},
		{"that of all, a name as of standard error", own + "web:stderr/run", "web:stderr", Log{".svscan/log/main", "web_stderr", true}},
		{"that of all, odd names", own + "w\x1b\u00a0b/run", "w\x1b\u00a0b", Log{".svscan/log/main", "w_\u00a0b", true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			for _, file := range strings.Fields(strings.ReplaceAll(c.files, "\u00a0", "~")) {
				path, text, _ := strings.Cut(strings.ReplaceAll(file, "~", "\u00a0"), "=")
				write(t, filepath.Join(top, filepath.Dir(path)), filepath.Base(path), strings.NewReplacer(",", "\n", "TOP", top).Replace(text))
			}
			c.want.Dir = filepath.Join(top, c.want.Dir)
			for _, target := range []svctl.Target{svctl.Linked(top, c.ask), {Name: top + "/" + c.ask, Dir: top + "/" + c.ask}} {
				if got, err := Find(target); got != c.want || err != nil {
					t.Errorf("%+v: got %+v, %v; want %+v", target, got, err, c.want)
				}
			}
		})
	}
	everybodys := svctl.Target{Name: "./log", Dir: filepath.Join(t.TempDir(), ".svscan/log")}
	write(t, everybodys.Dir+"/main", "current", "")
	if got, err := Find(everybodys); !got.Shared || got.Service != "" || err != nil {
		t.Errorf("that of all itself: got %+v, %v", got, err)
	}
}

// Of a log of several services the lines of one are those with its label, or
// that name it.
func TestShared(t *testing.T) {
	t.Parallel()
	const (
		when   = "2026-11-21T10:00:00.000000Z "
		object = `{"time":"2026-11-21T10:00:00Z","service":"web","instance":"7","stream":"stderr","line":"json"}`
		other  = `{"time":"2026-11-21T10:00:00Z","service":"db","stream":"stdout","line":"web: other"}`
	)
	dir := t.TempDir()
	write(t, dir, "current", when+"web: one\n"+when+"db: web: no\n"+when+"web stderr: two\n"+"web: three\n"+
		when+"-- 1 line dropped --\n"+when+"webs: no\n"+object+"\n"+other+"\n")
	human := func(p *Printer) { p.Form, p.UTC = Human, true }
	for _, c := range []struct {
		at     Log
		stream string
		set    func(*Printer)
		want   string
	}{
		{Log{Service: "web"}, "", nil, when + "web: one\n" + when + "web stderr: two\nweb: three\n" + object + "\n"},
		{Log{Service: "web"}, "", human, when + "one\n" + when + "two\nthree\n" + when + "json\n"},
		{Log{Service: "web"}, Stderr, human, when + "two\n" + when + "json\n"},
		{Log{Service: "db"}, "", human, when + "web: no\n" + when + "web: other\n"},
		{Log{Service: "web"}, Stderr, func(p *Printer) { p.Form = JSON },
			`{"service":"web","time":"2026-11-21T10:00:00Z","stream":"stderr","line":"two"}` + "\n" +
				`{"service":"web","instance":"7","time":"2026-11-21T10:00:00Z","stream":"stderr","line":"json"}` + "\n"},
		{Log{}, "", human, when + "web: one\n" + when + "db: web: no\n" + when + "web stderr: two\nweb: three\n" + when + "-- 1 line dropped --\n" +
			when + "webs: no\n" + "web: " + when + "json\n" + "db: " + when + "web: other\n"},
	} {
		c.at.Dir, c.at.Shared = dir, true
		for _, last := range []int{All, 100} {
			var out strings.Builder
			p := NewPrinter(&out)
			if c.set != nil {
				c.set(p)
			}
			r := &Reader{Last: last, Select: Selection{Stream: c.stream}, Warn: func(err error) { t.Error(err) }}
			err := r.Add("asked", c.at)
			if err == nil {
				err = r.Copy(p)
			}
			r.Close()
			if out.String() != c.want || err != nil {
				t.Errorf("%+v, %s: got\n%s, %v; want\n%s", c.at, c.stream, out.String(), err, c.want)
			}
		}
	}
}
