package logs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Numbered lines through real loggers that rotate all the time: every line
// once, in order, also where nobody reads for a while.
func TestFollowRotation(t *testing.T) {
	t.Parallel()
	for name, argv := range map[string][]string{
		"multilog":                  {"multilog", "t", "s4096", "n2000"},
		"multilog with a processor": {"multilog", "t", "s4096", "n2000", "!cat"},
		"svlogd":                    {"svlogd", "-tt"},
		"svlogd with a processor":   {"svlogd", "-ttt", "!cat"},
		"s6-log":                    {"s6-log", "-b", "s4096", "n2000", "t"},
		"s6-log with a processor":   {"s6-log", "-b", "s4096", "n2000", "T", "?cat"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, r := followed(t, false, argv...)
			for range 8 {
				r.say(1000)
			}
			f.whole(r)
		})
		t.Run(name+", slow", func(t *testing.T) {
			t.Parallel()
			f, r := followed(t, true, argv...)
			for range 8 {
				r.say(1000)
			}
			f.listen()
			f.whole(r)
		})
	}
}

// Where archives do not say what was logged, all is there that is read before
// they are made.
func TestFollowProcessed(t *testing.T) {
	t.Parallel()
	for name, argv := range map[string][]string{
		"compressed by multilog":  {"multilog", "t", "s4096", "n2000", "!gzip"},
		"compressed by svlogd":    {"svlogd", "-ttt", "!gzip"},
		"compressed by s6-log":    {"s6-log", "-b", "s4096", "n2000", "t", "?gzip"},
		"shouted":                 {"multilog", "t", "s4096", "n2000", "!tr a-z A-Z"},
		"unstamped and turned":    {"multilog", "s4096", "n2000", "!sort -r"},
		"only the last is kept":   {"multilog", "t", "s4096", "n2", "!tr a-z A-Z"},
		"nothing is kept":         {"s6-log", "-b", "s4096", "n0", "T"},
		"nothing of it is kept":   {"multilog", "t", "s4096", "n2000", "!true"},
		"little of it is kept":    {"multilog", "t", "s4096", "n3", "!grep 7"},
		"little of svlogd's, too": {"svlogd", "-tt", "!grep 7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, r := followed(t, false, argv...)
			for range 100 {
				r.say(50) // at most one rotation
				f.said(r)
			}
			f.whole(r)
		})
	}
}

// followed is a real logger and who follows its log.
func followed(t *testing.T, slow bool, argv ...string) (*follower, *recorder) {
	t.Helper()
	dir := place(t)
	if argv[0] == "svlogd" {
		config := "s4096\nn2000\n"
		if last := argv[len(argv)-1]; last[0] == '!' {
			argv, config = argv[:len(argv)-1], config+last+"\n"
		}
		write(t, dir, "config", config)
	}
	r := record(t, dir, append(argv[:len(argv):len(argv)], dir)...)
	return follow(t, All, slow, dir), r
}

// whole waits for the last line, and fails unless all are there.
func (f *follower) whole(r *recorder) {
	f.t.Helper()
	f.said(r)
	inOrder(f.t, f.text(), r.lines())
	f.Lock()
	defer f.Unlock()
	if f.warnings != "" {
		f.t.Error(f.warnings)
	}
}

// All at once: rotations are faster than the directory can be listed.
func TestFollowStorm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := record(t, dir, "multilog", "t", "s4096", "n5000", dir)
	f := follow(t, 0, false, dir)
	go r.say(100_000)
	for mb := 1; mb <= 3; mb++ { // of some 3.6: each has its own patience
		eventually(t, "another megabyte", func() bool { return f.size() >= mb<<20 })
	}
	f.until("line 100000")
	r.end() // it may rotate just now
	inOrder(t, f.text(), 100_000)
	if got, want := f.text(), text(t, dir); got != want {
		t.Errorf("got %d bytes; want the %d of the log", len(got), len(want))
	}
}

// A logger that is killed, one that ends, and the one that comes after.
func TestFollowRestart(t *testing.T) {
	t.Parallel()
	for _, argv := range [][]string{{"multilog", "t", "s4096", "n2000"}, {"svlogd", "-tt"}, {"s6-log", "-b", "s4096", "n2000", "t"}} {
		t.Run(argv[0], func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, dir, "config", "s4096\nn2000\n") // for svlogd
			r := record(t, dir, append(argv, dir)...)
			f := follow(t, 0, false, dir)
			for i := range 30 {
				r.say(70)
				f.said(r)
				sig := syscall.SIGKILL
				if i%3 == 0 {
					sig = syscall.SIGTERM
				}
				r.stop(sig)
				r.start()
			}
			r.say(1)
			f.said(r)
			f.whole(r)
		})
	}
}

// Killed in the middle of a flood, a logger loses what it has read and not
// written. What is in the log is shown, byte by byte.
func TestFollowKilledInFlood(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := record(t, dir, "multilog", "t", "s4096", "n5000", dir)
	f := follow(t, 0, false, dir)
	for range 20 {
		before := strings.Count(f.text(), "\n")
		flood := make(chan bool)
		go func() {
			r.say(2000)
			close(flood)
		}()
		eventually(t, "lines", func() bool { return strings.Count(f.text(), "\n") > before })
		r.stop(syscall.SIGKILL)
		r.start()
		<-flood
	}
	r.say(1)
	f.said(r)
	r.end() // likewise
	if got, want := f.text(), text(t, dir); got != want {
		t.Errorf("got %d bytes; want the %d of the log", len(got), len(want))
	}
}

// After a kill, current gets the name of an archive before it loses its own. It
// is not read again, and the next archive is not taken for what was made of it.
func TestFollowLinkedCurrent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, one+".u", "a\n")
	if err := os.Link(filepath.Join(dir, one+".u"), filepath.Join(dir, "current")); err != nil {
		t.Fatal(err)
	}
	f := follow(t, All, false, dir)
	f.until("a")
	write(t, dir, "current.new", "b\n")
	rename(t, dir, "current.new", "current")
	f.until("b")
	rename(t, dir, "current", two+".s")
	write(t, dir, "current.new", "c\n")
	rename(t, dir, "current.new", "@400000006b0173c82e85118c.s")
	write(t, dir, "current", "d\n")
	f.until("d")
	if got, want := f.text(), "a\nb\nc\nd\n"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func TestFollowTruncation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := record(t, dir, "multilog", "t", "s100000", dir)
	f := follow(t, 0, false, dir)
	for i := range 20 {
		r.say(1 + i*20%97)
		f.said(r)
		if err := os.Truncate(filepath.Join(dir, "current"), 0); err != nil {
			t.Fatal(err)
		}
	}
	r.say(5000)
	f.whole(r)
}

// A logger that takes lines back, since it was killed and they are still in its
// pipe, writes them again: those before them are not shown again.
func TestFollowTakenBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "current", "a\nb\nc\n")
	f := follow(t, All, false, dir)
	f.until("c")
	if err := os.Truncate(filepath.Join(dir, "current"), int64(len("a\nb\n"))); err != nil {
		t.Fatal(err)
	}
	rename(t, dir, "current", one+".u")
	write(t, dir, "current.new", "c\nd\n")
	rename(t, dir, "current.new", "current")
	f.until("d")
	if got, want := f.text(), "a\nb\nc\nc\nd\n"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

// A line is shown when it is whole; what was cut off ends with its file.
func TestFollowWholeLines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "current", "old\nbegun, ")
	f := follow(t, 1, false, dir)
	appendTo(t, dir, "and ended\ncut ")
	f.until("begun, and ended")
	write(t, dir, "current.new", "next\n")
	rename(t, dir, "current", one+".u")
	rename(t, dir, "current.new", "current")
	f.until("next")
	appendTo(t, dir, "off again")
	if err := os.WriteFile(filepath.Join(dir, "current"), []byte("short\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	f.until("short")
	// Whether the second was read before it was gone is a matter of luck.
	got := strings.Replace(f.text(), "off again\n", "", 1)
	if want := "old\nbegun, and ended\ncut \nnext\nshort\n"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

func appendTo(t *testing.T, dir, text string) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, "current"), os.O_WRONLY|os.O_APPEND, 0)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close() // nothing is buffered
}

func rename(t *testing.T, dir, from, to string) {
	t.Helper()
	if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
		t.Fatal(err)
	}
}

// A logger that removes what nobody has read yet: it is said, nothing is shown
// twice, and what is shown is in order.
func TestFollowTooLate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := record(t, dir, "multilog", "t", "s4096", "n2", dir)
	f := follow(t, 0, true, dir)
	r.say(50_000)
	f.listen()
	f.said(r)
	before := 0
	for line := range strings.Lines(f.text()) {
		var stamp string
		n := 0
		if _, err := fmt.Sscanf(line, "%s line %d\n", &stamp, &n); err != nil || n <= before {
			t.Fatalf("got %q after line %d: %v", line, before, err)
		}
		before = n
	}
	f.Lock()
	defer f.Unlock()
	if f.warnings == "" {
		t.Error("lines are missing without a warning")
	}
}

func TestFollowSeveral(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	var all []*recorder
	dirs := []string{top + "/a", top + "/b", top + "/c"}
	for _, dir := range dirs {
		write(t, dir, "lock", "")
		all = append(all, record(t, dir, "multilog", "s4096", "n2000", dir))
	}
	f := follow(t, 0, false, dirs...)
	for round := 1; round <= 10; round++ {
		last := 300 * round
		for _, r := range all {
			go r.say(300)
		}
		eventually(t, "all lines", func() bool {
			n := 0
			for i := range all {
				if strings.Contains(f.text(), fmt.Sprintf("%c: line %d\n", 'a'+i, last)) {
					n++
				}
			}
			return n == len(all)
		})
	}
	for i := range all {
		var own strings.Builder
		for line := range strings.Lines(f.text()) {
			if text, ok := strings.CutPrefix(line, string(rune('a'+i))+": "); ok {
				own.WriteString(text)
			}
		}
		inOrder(t, own.String(), 3000)
	}
}

// The directory of one is removed: the others go on, and with the last it ends.
func TestFollowGone(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	write(t, top+"/a", "current", "")
	write(t, top+"/b", "current", "")
	f := follow(t, 0, false, top+"/a", top+"/b")
	if err := os.RemoveAll(top + "/a"); err != nil {
		t.Fatal(err)
	}
	appendTo(t, top+"/b", "still\n")
	f.until("b: still")
	if err := os.Rename(top+"/b", top+"/c"); err != nil {
		t.Fatal(err)
	}
	err := <-f.done
	f.done <- nil
	want := "unable to follow the log of a: " + top + "/a is gone\nunable to follow the log of b: " + top + "/b is gone\n"
	if err == nil || err.Error() != "unable to follow the logs: no directory is left" || f.warnings != want {
		t.Errorf("got %v and\n%swant\n%s", err, f.warnings, want)
	}
}

// When nobody reads any more, it ends at once, not with the next line.
func TestFollowUnread(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "current", "a\n")
	f := follow(t, 1, true, dir)
	buf := make([]byte, 2)
	if _, err := f.pipe.Read(buf); err != nil || string(buf) != "a\n" {
		t.Fatal(string(buf), err)
	}
	_ = f.pipe.Close() // only read
	err := <-f.done
	f.done <- nil
	if err != nil {
		t.Error(err)
	}
}
