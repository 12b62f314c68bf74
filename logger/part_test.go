package logger

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

// TestPart: a line that has not come whole is in the pipe until it has: so the next
// logger has all of it. Its time is that of its beginning.
func TestPart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	l := begin(t, dir, r, svlog(t), "T", "./log")
	l.in = w
	l.say(t, "one\nha")
	must(t, l.Process.Kill())
	<-l.gone
	next := begin(t, dir, r, svlog(t), "T", "./log")
	_, err = io.WriteString(w, "l")
	must(t, err)
	next.hasBegun(t)
	next.hears(t)
	was := switches(t, next)
	<-time.After(100 * time.Millisecond) // nothing is waited for: this is how long it is looked at
	if got := switches(t, next); got != was {
		t.Errorf("it went on %d times while it waited for the rest of a line", got-was)
	}
	seen := time.Now().UTC().Format("2006-01-02T15:04:05.000000000Z")
	_, err = io.WriteString(w, "f\nlast")
	must(t, err)
	must(t, w.Close())
	next.ends(t, 0)
	var lines []string
	for line := range strings.Lines(strings.Join(contents(t, filepath.Join(dir, "log")), "")) {
		stamp, line, _ := strings.Cut(line, " ")
		lines = append(lines, line)
		if early := stamp < seen; early != (len(lines) < 3) {
			t.Errorf("%q has %s; its part was seen at %s", line, stamp, seen)
		}
	}
	if got := strings.Join(lines, ""); got != "one\nhalf\nlast\n" {
		t.Errorf("got %q", got)
	}
}

// switches is how often the threads of a logger have gone to sleep.
func switches(t *testing.T, s *started) int {
	t.Helper()
	all, err := filepath.Glob("/proc/" + strconv.Itoa(s.Process.Pid) + "/task/*/status")
	must(t, err)
	sum := 0
	for _, file := range all {
		_, text, _ := strings.Cut(read(t, file), "\nvoluntary_ctxt_switches:\t")
		count, _, _ := strings.Cut(text, "\n")
		n, err := strconv.Atoi(count)
		must(t, err)
		sum += n
	}
	return sum
}

// TestPartNoRoom: where the pipe has no room for the rest of a line, its part is
// taken: else nobody would go on.
func TestPartNoRoom(t *testing.T) {
	t.Parallel()
	page := strings.Repeat("x", 4090)
	for name, c := range map[string]struct {
		size  int // of the pipe
		parts []string
		write func(w *os.File, text string) error
	}{
		"a page": {4096, []string{"a part", page, "\n"}, writePart},
		"pieces": {1 << 16, strings.Split(strings.Repeat("y", 40)+"\n", ""), splicePart},
		"long":   {1 << 16, []string{page, strings.Repeat(page, 40), "\n"}, writePart},
		"halves": {1 << 16, append(strings.SplitAfter(strings.Repeat(page[:3000]+" ", 30), " "), "\n"), writePart},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r, w, err := os.Pipe()
			must(t, err)
			defer r.Close()
			_, err = unix.FcntlInt(w.Fd(), unix.F_SETPIPE_SZ, c.size)
			must(t, err)
			l := begin(t, dir, r, svlog(t), "./log")
			written := make(chan error, 1)
			go func() {
				for _, part := range c.parts {
					if err := c.write(w, part); err != nil {
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
			l.ends(t, 0)
			if got := strings.Join(contents(t, filepath.Join(dir, "log")), ""); got != strings.Join(c.parts, "") {
				t.Errorf("got %d bytes: %.100q", len(got), got)
			}
		})
	}
}

func writePart(w *os.File, text string) error {
	_, err := w.WriteString(text)
	return err
}

// splicePart writes text as a piece of the pipe that nothing is added to.
func splicePart(w *os.File, text string) error {
	var p [2]int
	if err := unix.Pipe2(p[:], unix.O_CLOEXEC); err != nil {
		return err
	}
	defer unix.Close(p[0])
	defer unix.Close(p[1])
	if _, err := unix.Write(p[1], []byte(text)); err != nil {
		return err
	}
	_, err := unix.Splice(p[0], nil, int(w.Fd()), nil, len(text), 0)
	return err
}
