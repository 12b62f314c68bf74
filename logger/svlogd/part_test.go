package svlogd

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestPart: a line that has not come whole is in the pipe until it has, and waited for
// asleep: so the next logger has all of it. The end of the input ends it.
func TestPart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tree{"log/": ""}.plant(t, dir)
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	l := startOn(t, r, w, dir, ours(t), "log")
	l.say(t, "one\nha")
	l.rests(t)
	must(t, l.Process.Kill())
	<-l.gone
	l = startOn(t, r, w, dir, ours(t), "-v", "log")
	l.hears(t, "new: log/current")
	l.rests(t)
	was := l.switches(t)
	<-time.After(100 * time.Millisecond) // nothing is waited for: this is how long it is looked at
	if got := l.switches(t); got != was {
		t.Errorf("it went on %d times while it waited for the rest of a line", got-was)
	}
	_, err = io.WriteString(w, "lf\nlast")
	must(t, err)
	must(t, w.Close())
	l.ends(t)
	if got := content(t, filepath.Join(dir, "log")); got != "one\nhalf\nlast\n" {
		t.Errorf("got %q", got)
	}
}

// TestPartNoRoom: where the pipe has no room for the rest of a line, its part is taken:
// else nobody would go on.
func TestPartNoRoom(t *testing.T) {
	t.Parallel()
	page := strings.Repeat("x", 4090)
	for name, c := range map[string]struct {
		size  int // of the pipe
		parts []string
	}{
		"a page": {4096, []string{"a part", page, "\n"}},
		"short":  {4096, []string{"a part", page[:900], "\n", page, "\n"}},
		"long":   {1 << 16, []string{page, strings.Repeat(page, 40), "\n"}},
		"halves": {1 << 16, append(strings.SplitAfter(strings.Repeat(page[:3000]+" ", 30), " "), "\n")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			tree{"log/": ""}.plant(t, dir)
			r, w, err := os.Pipe()
			must(t, err)
			defer r.Close()
			_, err = unix.FcntlInt(w.Fd(), unix.F_SETPIPE_SZ, c.size)
			must(t, err)
			l := startOn(t, r, w, dir, ours(t), "log")
			written := make(chan error, 1)
			go func() {
				for _, part := range c.parts {
					if _, err := w.WriteString(part); err != nil {
						written <- err
						return
					}
				}
				written <- w.Close()
			}()
			select {
			case err := <-written:
				must(t, err)
			case <-time.After(patience):
				t.Fatal("the writer stands still")
			}
			l.ends(t)
			if got := content(t, filepath.Join(dir, "log")); got != strings.Join(c.parts, "") {
				t.Errorf("got %d bytes: %.100q", len(got), got)
			}
		})
	}
}

// rests waits until it has seen what came: all threads sleep. Who is woken wakes the
// next before it sleeps, so one look is not enough.
func (l *living) rests(t *testing.T) {
	t.Helper()
	seen := 0
	l.eventually(t, "it rests", func() bool {
		seen++
		for _, stat := range l.threads(t, "stat") {
			if _, state, _ := strings.Cut(stat, ") "); !strings.HasPrefix(state, "S") {
				seen = 0
			}
		}
		return seen == 5
	})
}

// switches is how often its threads have gone to sleep.
func (l *living) switches(t *testing.T) (sum int) {
	t.Helper()
	for _, status := range l.threads(t, "status") {
		_, text, _ := strings.Cut(status, "\nvoluntary_ctxt_switches:\t")
		count, _, _ := strings.Cut(text, "\n")
		n, err := strconv.Atoi(count)
		must(t, err)
		sum += n
	}
	return sum
}

// threads is what a file of /proc says of each of its threads.
func (l *living) threads(t *testing.T, name string) (texts []string) {
	t.Helper()
	all, err := filepath.Glob("/proc/" + strconv.Itoa(l.Process.Pid) + "/task/*/" + name)
	must(t, err)
	for _, file := range all {
		if text, err := os.ReadFile(file); err == nil { // the thread may have ended
			texts = append(texts, string(text))
		}
	}
	return texts
}
