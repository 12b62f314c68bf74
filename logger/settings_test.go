package logger

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/supervise/setting"
)

// TestSettings: without arguments svlog is the default logger, and does what
// the files in set say.
func TestSettings(t *testing.T) {
	t.Parallel()
	input := numbered(0, 400) // 10000 bytes, 38400 with stamps
	lines := func(archives, last int, stamped func(string) bool) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			all := contents(t, filepath.Join(dir, "main"))
			if len(all) != archives+1 {
				t.Errorf("got %d files; want %d", len(all), archives+1)
			}
			text := strings.Join(all, "")
			if got := strings.Count(text, "\n"); got != last {
				t.Errorf("got %d lines; want %d", got, last)
			}
			if line, _, _ := strings.Cut(text, "\n"); !stamped(line) {
				t.Errorf("got %q", line)
			}
		}
	}
	utc := func(line string) bool {
		_, err := time.Parse("2006-01-02T15:04:05.000000Z", strings.Split(line, " ")[0])
		return err == nil
	}
	tai := func(line string) bool { return line[0] == '@' }
	none := func(line string) bool { return strings.HasPrefix(line, "line ") }
	for name, c := range map[string]struct {
		set  map[string]string
		said string
		want func(*testing.T, string)
	}{
		"nothing":       {nil, "", lines(0, 400, utc)},
		"tai64n":        {map[string]string{"stamp": "tai64n\n"}, "", lines(0, 400, tai)},
		"none":          {map[string]string{"stamp": "none"}, "", lines(0, 400, none)},
		"size":          {map[string]string{"stamp": "none", "size": "4096"}, "", lines(4, 400, none)},
		"k":             {map[string]string{"stamp": "none", "size": "4k\n"}, "", lines(4, 400, none)},
		"count":         {map[string]string{"stamp": "none", "size": "4096", "count": "3"}, "", lines(2, 2*84+400-4*84, none)},
		"total":         {map[string]string{"stamp": "none", "size": "4096", "total": "6200"}, "", lines(1, 84+400-4*84, none)},
		"script":        {map[string]string{"stamp": "none", "script": "t\n\n-*\n+@* line *7 *\n./main\n"}, "", lines(0, 36, tai)},
		"bad size":      {map[string]string{"size": "100"}, "size: not from 4096 to 1T, taking 1048576", lines(0, 400, utc)},
		"negative":      {map[string]string{"count": "-1"}, "count: not a number from 2 to 1000000, taking 10", lines(0, 400, utc)},
		"huge":          {map[string]string{"total": "99999999999999999999"}, "total: not a number of bytes, as 4096, 64k, 16M or 2G, taking 0", lines(0, 400, utc)},
		"empty":         {map[string]string{"stamp": "\n"}, "stamp: empty, taking utc", lines(0, 400, utc)},
		"binary":        {map[string]string{"stamp": "utc\x00"}, "stamp: not text, taking utc", lines(0, 400, utc)},
		"long":          {map[string]string{"size": strings.Repeat("1", 5000)}, "size: too long: one line of at most 4096 bytes, taking 1048576", lines(0, 400, utc)},
		"bad script":    {map[string]string{"script": "t\nmain\n"}, "script: unknown action: main, doing without", lines(0, 400, utc)},
		"empty script":  {map[string]string{"script": ""}, "script: empty, doing without", lines(0, 400, utc)},
		"binary script": {map[string]string{"script": "\x00"}, "script: not text, doing without", lines(0, 400, utc)},
		"long script":   {map[string]string{"script": strings.Repeat("+a\n", 10000)}, "script: longer than 16 kB, doing without", lines(0, 400, utc)},
		"rate":          {map[string]string{"rate": "10/1h", "full": "drop"}, "", lines(0, 11, utc)},
		"bad rate":      {map[string]string{"rate": "1/s"}, "rate: not a number of lines in a time, as 1000/30s, taking none", lines(0, 400, utc)},
		"bad full":      {map[string]string{"full": "no"}, "full: not block or drop, taking block", lines(0, 400, utc)},
	} {
		dir := t.TempDir()
		for file, text := range c.set {
			write(t, filepath.Join(dir, "set", file), text)
		}
		got := run(t, dir, input, svlog(t))
		said := c.said
		if said != "" {
			said = "svlog: warning: unable to use set/" + said + "\n"
		}
		if got.code != 0 || got.err != said {
			t.Errorf("%s: got exit code %d, said %q; want %q", name, got.code, got.err, said)
		}
		if i, err := os.Stat(filepath.Join(dir, "main")); err != nil || i.Mode().Perm() != 0o755 {
			t.Errorf("%s: main has %v, %v; want mode 0755", name, i.Mode(), err)
		}
		t.Run(name, func(t *testing.T) { c.want(t, dir) })
	}
}

// TestStrangeSettings: what stands where a file is expected changes nothing,
// and is not waited for.
func TestStrangeSettings(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	set := filepath.Join(dir, "set")
	must(t, os.MkdirAll(filepath.Join(set, "size"), 0o755))
	must(t, unix.Mkfifo(filepath.Join(set, "count"), 0o644))
	must(t, os.Symlink("nowhere", filepath.Join(set, "stamp")))
	must(t, unix.Mkfifo(filepath.Join(set, "script"), 0o644))
	got := run(t, dir, "a\n", svlog(t))
	want := "svlog: warning: unable to use set/size: not a regular file, taking 1048576\n" +
		"svlog: warning: unable to use set/count: not a regular file, taking 10\n" +
		"svlog: warning: unable to use set/script: not a regular file, doing without\n"
	if got.code != 0 || got.err != want {
		t.Errorf("got exit code %d, said %q; want %q", got.code, got.err, want)
	}
}

// TestEdited: settings that are edited hold from the next rotation on; one that
// cannot be used leaves what was, and is told once.
func TestEdited(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	main := filepath.Join(dir, "main")
	write(t, filepath.Join(dir, "set/stamp"), "none")
	write(t, filepath.Join(dir, "set/count"), "5")
	l := start(t, dir, svlog(t))
	rotate := func(line string) {
		t.Helper()
		before := strings.Join(files(t, main), "")
		l.say(t, line)
		must(t, l.Process.Signal(syscall.SIGALRM))
		eventually(t, "a rotation", func() bool {
			text, err := os.ReadFile(filepath.Join(main, logdir.Current))
			return err == nil && len(text) == 0 && strings.Join(files(t, main), "") != before
		})
	}
	eventually(t, "main", func() bool {
		_, err := os.Stat(filepath.Join(main, logdir.Current))
		return err == nil
	})
	for range 6 {
		rotate("a\n")
	}
	eventually(t, "five files", func() bool { return len(files(t, main)) == 5 })
	write(t, filepath.Join(dir, "set/count"), "")
	rotate("a\n")
	rotate("a\n")
	write(t, filepath.Join(dir, "set/stamp"), "tai64n")
	write(t, filepath.Join(dir, "set/count"), "3")
	rotate("a\n")
	rotate("b\n")
	must(t, l.in.Close())
	l.ends(t, 0)
	all := contents(t, main)
	if len(all) != 3 || all[0] != "a\n" || all[1][0] != '@' {
		t.Errorf("got %q; want three files, the last lines stamped", all)
	}
	if got := l.said(t); got != "svlog: warning: unable to use set/count: empty, taking 5\n" {
		t.Errorf("said %q", got)
	}
}

func FuzzSettings(f *testing.F) {
	for _, seed := range []string{"1M", "4096", "", "-1", "99999999999999999999", "10", "utc", "tai64n", "1G\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, name := range settingNames {
			s := usualSettings()
			if s.set(name, text) != nil {
				if s != usualSettings() {
					t.Errorf("%s %q: refused, and yet %+v", name, text, s)
				}
				continue
			}
			if s.bounds.size < minSize || s.bounds.count < minCount || s.bounds.total < 0 || s.stamp > setting.Unstamped {
				t.Errorf("%s %q: got %+v", name, text, s)
			}
			again := usualSettings()
			if err := again.set(name, s.text(name)); err != nil || again != s {
				t.Errorf("%s %q: written as %q it is %+v, %v", name, text, s.text(name), again, err)
			}
		}
	})
}
