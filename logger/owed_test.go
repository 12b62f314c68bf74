package logger

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/tests/need"
)

func TestWindow(t *testing.T) {
	t.Parallel()
	start := time.Unix(1e9, 0)
	r := setting.Rate{Lines: 3, Window: 10 * time.Second}
	var w window
	for _, c := range []struct {
		after time.Duration
		want  bool
	}{
		{0, true}, {1, true}, {9, true}, {9, false}, {9, false}, {10, true}, {11, true}, {19, true}, {19, false}, {20, true}, {100, true},
	} {
		now := start.Add(c.after * time.Second)
		if got := w.admits(r, now); got != c.want {
			t.Errorf("after %d s: got %t; want %t", c.after, got, c.want)
		}
		if c.want {
			w.pass(r, now)
		}
	}
	if !w.admits(setting.Rate{}, start) {
		t.Error("without a rate no line passes")
	}
}

// TestStreamRate: what is over the rate is told when the window has ended, as
// the directory wants lines, and before those that come then.
func TestStreamRate(t *testing.T) {
	t.Parallel()
	w := open(t, "pX: ", "r2/1s", "./a", "r", "p", "./b", "r1/1m", "j", "./c")
	say := func(text string) {
		w.tell(false)
		w.feed(t, text, 3)
	}
	say("a\nb\nc\nd\n")
	w.now = w.now.Add(999 * time.Millisecond)
	say("e\n")
	w.now = w.now.Add(time.Millisecond)
	say("f\n")
	w.now = w.now.Add(time.Hour)
	w.tell(false)
	w.flush(t)
	for i, want := range []string{
		"X: a\nX: b\nX: -- 3 lines dropped: over the rate --\nX: f\n",
		"a\nb\nc\nd\ne\nf\n",
		`{"time":"2001-09-09T01:46:40.000000Z","service":"web","line":"a"}` + "\n" +
			`{"time":"2001-09-09T02:46:41.000000Z","service":"web","line":"-- 5 lines dropped: over the rate --"}` + "\n",
	} {
		if got := strings.Join(w.files[i], ""); got != want {
			t.Errorf("directory %d: got %q; want %q", i, got, want)
		}
	}
}

// TestRate: lines over the rate are told of at the end of the window, with
// nothing else to do, and at the end of the input.
func TestRate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	current := filepath.Join(dir, "log/current")
	l := start(t, dir, svlog(t), "r1/200ms", "./log")
	l.say(t, "one\ntwo\nthree\n")
	eventually(t, "it is told", func() bool {
		text, _ := os.ReadFile(current) // it may not be there yet
		return string(text) == "one\n-- 2 lines dropped: over the rate --\n"
	})
	must(t, l.in.Close())
	l.ends(t, 0)
	got := runs(t, dir, numbered(0, 100), svlog(t), "r10/1h", "./other", "1")
	want := numbered(0, 10) + "-- 90 lines dropped: over the rate --\n"
	if text := read(t, filepath.Join(dir, "other/current")); text != want || got != numbered(0, 100) {
		t.Errorf("got %q; want %q", text, want)
	}
}

// TestRateKilled: the count outlives a kill.
func TestRateKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	for range 3 {
		l := begin(t, dir, r, svlog(t), "r1/1h", "./log")
		l.in = w
		l.say(t, "one\ntwo\nthree\n")
		must(t, l.Process.Signal(syscall.SIGKILL))
		<-l.gone
	}
	must(t, w.Close())
	l := begin(t, dir, r, svlog(t), "r1/1h", "./log")
	l.ends(t, 0)
	const told = "-- 2 lines dropped: over the rate --\n"
	if got, want := strings.Join(contents(t, filepath.Join(dir, "log")), ""), strings.Repeat("one\n"+told, 3); got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

// TestDrop: with Fdrop a full disk does not hold up who writes, and what was
// dropped is counted, also across a kill, and told when there is room.
func TestDrop(t *testing.T) {
	t.Parallel()
	dir := small(t, "size=80k")
	log := filepath.Join(dir, "log")
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	run := func() *started {
		l := begin(t, dir, r, svlog(t), "s20000", "n100", "Fdrop", "./log")
		l.in = w
		return l
	}
	l := run()
	l.say(t, numbered(0, 160))
	free := fill(t, log)
	for n := 160; n < 4000; n += 160 {
		l.say(t, numbered(n, 160))
	}
	const warning = "svlog: warning: unable to write ./log/current: no space left on device, dropping lines\n"
	if got := l.said(t); got != warning {
		t.Errorf("said %q; want %q", got, warning)
	}
	must(t, l.Process.Kill())
	<-l.gone
	l = run()
	free()
	l.say(t, numbered(4000, 1))
	must(t, w.Close())
	l.ends(t, 0)
	text := strings.Join(contents(t, log), "")
	checkGaps(t, text, 4001)
	if !strings.Contains(text, " lines dropped: no space --\nline 004000 ") {
		t.Errorf("got %.300q at the end", text[max(0, len(text)-300):])
	}
}

// checkGaps checks that the lines of text are numbered in order up to count, and
// that what is missing between two is what is told there.
func checkGaps(t *testing.T, text string, count int) {
	t.Helper()
	next, told := 0, 0
	for line := range strings.Lines(text) {
		var n int
		if _, err := fmt.Sscanf(line, "-- %d line", &n); err == nil {
			told += n
			continue
		}
		n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(line, "line "), " of a service\n"))
		if err != nil || n != next+told {
			t.Fatalf("got %.60q after line %d and %d that are told; want the next", line, next-1, told)
		}
		next, told = n+1, 0
	}
	if next+told != count {
		t.Errorf("got %d lines, and %d told at the end; want %d", next, told, count)
	}
}

// TestDropKilled kills svlog at any instant while a disk is now full, now not.
// In the end each line is there once, in order, or is in the count that stands
// where it is missing.
func TestDropKilled(t *testing.T) {
	t.Parallel()
	for _, processor := range []string{"!", "!cat 2>&-"} {
		t.Run(processor, func(t *testing.T) {
			t.Parallel()
			dropKilled(t, "s20000", "n1000", "Fdrop", processor, "./log")
		})
	}
}

func dropKilled(t *testing.T, script ...string) {
	t.Helper()
	dir := small(t, "size=16M")
	log := filepath.Join(dir, "log")
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	runs(t, dir, "", svlog(t), script...) // so that there is room for the record
	const batch, count = 160, 160 * 800
	written := make(chan error, 1)
	go func() {
		for n := 0; n < count; n += batch {
			if _, err := w.WriteString(numbered(n, batch)); err != nil {
				written <- err
				return
			}
			<-time.After(rand.N(4 * time.Millisecond)) // nothing is waited for: so that it lasts
		}
		written <- w.Close()
	}()
	free := func() {}
	kills := 0
	for more := true; more; kills++ {
		l := begin(t, dir, r, append([]string{svlog(t)}, script...)...)
		select {
		case err := <-written:
			must(t, err)
			more = false
		case <-time.After(rand.N(15 * time.Millisecond)):
		}
		if kills%3 == 0 {
			free()
			free = fill(t, log)
		} else if kills%3 == 1 {
			free()
			free = func() {}
		}
		_ = l.Process.Kill() // it may have come to the end
		<-l.gone
	}
	free()
	l := begin(t, dir, r, append([]string{svlog(t)}, script...)...)
	l.ends(t, 0)
	text := strings.Join(contents(t, log), "")
	checkGaps(t, text, count)
	t.Logf("%d kills, told %d times", kills, strings.Count(text, " dropped: "))
}

// TestDropProcessor: a processor for which there is no room does not hold up who
// writes either.
func TestDropProcessor(t *testing.T) {
	t.Parallel()
	dir := small(t, "size=80k")
	log := filepath.Join(dir, "log")
	l := start(t, dir, svlog(t), "s4096", "n100", "!cat 2>&-", "Fdrop", "./log")
	l.say(t, numbered(0, 160))
	free := fill(t, log)
	n := 160
	for ; n < 4000; n += 160 {
		l.say(t, numbered(n, 160))
	}
	free()
	eventually(t, "it is told", func() bool {
		l.say(t, numbered(n, 1))
		n++
		return strings.Contains(strings.Join(contents(t, log), ""), " dropped: no space --\nline ")
	})
	must(t, l.in.Close())
	l.ends(t, 0)
	checkGaps(t, strings.Join(contents(t, log), ""), n)
}

// TestDropAtStart: where there is no room to begin, lines are dropped.
func TestDropAtStart(t *testing.T) {
	t.Parallel()
	dir := small(t, "nr_inodes=3")
	log := filepath.Join(dir, "log")
	l := start(t, dir, svlog(t), "Fdrop", "./log")
	l.say(t, "one\ntwo\n")
	must(t, unix.Mount("none", log, "tmpfs", unix.MS_REMOUNT, "nr_inodes=100"))
	eventually(t, "it is told", func() bool {
		text, _ := os.ReadFile(filepath.Join(log, "current")) // it may not be there yet
		return string(text) == "-- 2 lines dropped: no space --\n"
	})
	l.say(t, "three\n")
	must(t, l.in.Close())
	l.ends(t, 0)
	if got := l.said(t); !strings.HasSuffix(got, ": no space left on device, dropping lines, trying again in 5 seconds\n") || strings.Count(got, "\n") != 1 {
		t.Errorf("said %q", got)
	}
	if got := read(t, filepath.Join(log, "current")); got != "-- 2 lines dropped: no space --\nthree\n" {
		t.Errorf("got %q", got)
	}
}

// TestKilledInDrop kills svlog as it enters a system call while a disk is full:
// the next one tells of exactly what was taken and not written.
func TestKilledInDrop(t *testing.T) {
	t.Parallel()
	need.Peer(t, "strace")
	for _, call := range []string{"write", "ftruncate", "read", "readv", "tee", "fsync"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			hit := false
			for try := 0; try < 8 || !hit && try < 100; try++ {
				dir := small(t, "size=80k")
				log := filepath.Join(dir, "log")
				script := []string{"s20000", "n100", "Fdrop", "./log"}
				runs(t, dir, numbered(0, 200), svlog(t), script...)
				free := fill(t, log)
				r := filled(t, numbered(200, 2000))
				where := dies(t, dir, r, call, "", 1+try%4, script...)
				free()
				if !finishes(t, dir, r, svlog(t), script...) {
					t.Fatal("svlog was killed")
				}
				checkGaps(t, strings.Join(contents(t, log), ""), 2200)
				if hit = hit || where != ""; t.Failed() {
					t.Fatalf("killed at %q", where)
				}
			}
			if !hit {
				t.Error("never died there")
			}
		})
	}
}
