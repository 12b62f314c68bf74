package logger

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// TestTerm: TERM ends a logger at the end of a line, and leaves the rest in the
// pipe for the next, as with multilog.
func TestTerm(t *testing.T) {
	t.Parallel()
	for _, words := range [][]string{{svlog(t), "./log"}, {need.Peer(t, "multilog"), "./log"}} {
		dir := t.TempDir()
		r, w, err := os.Pipe()
		must(t, err)
		l := begin(t, dir, r, words...)
		l.in = w
		l.say(t, "one\ntwo, which")
		must(t, l.Process.Signal(syscall.SIGTERM))
		l.hears(t)
		_, err = io.WriteString(w, " ends here\nthree\n")
		must(t, err)
		l.ends(t, 0)
		must(t, w.Close())
		rest, err := io.ReadAll(r)
		must(t, err)
		must(t, r.Close())
		got := read(t, filepath.Join(dir, "log/current"))
		if got+string(rest) != "one\ntwo, which ends here\nthree\n" || !strings.HasSuffix(got, "\n") {
			t.Errorf("%s: got %q, left %q", words[0], got, rest)
		}
		if i, err := os.Stat(filepath.Join(dir, "log/current")); err != nil || i.Mode() != 0o744 {
			t.Errorf("%s: got %v, %v; want mode 0744", words[0], i.Mode(), err)
		}
	}
}

// hears waits until a signal was heard: it is not pending, and the logger waits
// again; until then it reads all. Who hands it on wakes the next thread before
// it sleeps, so one look is not enough.
func (s *started) hears(t *testing.T) {
	t.Helper()
	seen := 0
	eventually(t, "the signal is heard", func() bool {
		text := read(t, "/proc/"+strconv.Itoa(s.Process.Pid)+"/status")
		if seen++; !strings.Contains(text, "\nSigPnd:\t0000000000000000") || !strings.Contains(text, "\nShdPnd:\t0000000000000000") || !s.threads(t, 'S') {
			seen = 0
		}
		return seen == 5
	})
}

// threads says whether all threads are in this state, as /proc has it.
func (s *started) threads(t *testing.T, state byte) bool {
	t.Helper()
	all, err := filepath.Glob("/proc/" + strconv.Itoa(s.Process.Pid) + "/task/*/stat")
	must(t, err)
	for _, file := range all {
		text, err := os.ReadFile(file)
		if _, now, ok := strings.Cut(string(text), ") "); err == nil && ok && now[0] != state {
			return false
		}
	}
	return len(all) > 0
}

// whileStopped does something that no thread of a logger sees half of.
func (s *started) whileStopped(t *testing.T, do func()) {
	t.Helper()
	eventually(t, "the logger has stopped", func() bool {
		must(t, s.Process.Signal(syscall.SIGSTOP)) // again: one that comes in the middle of exec is lost
		return s.threads(t, 'T')
	})
	do()
	must(t, s.Process.Signal(syscall.SIGCONT))
}

// TestAlarm: ALRM rotates what is not empty, at once.
func TestAlarm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := start(t, dir, svlog(t), "./log", "-*", "./empty")
	l.say(t, "one\n")
	must(t, l.Process.Signal(syscall.SIGALRM))
	eventually(t, "an archive", func() bool { return len(files(t, filepath.Join(dir, "log"))) == 2 })
	l.say(t, "two\n")
	must(t, l.in.Close())
	l.ends(t, 0)
	if got := contents(t, filepath.Join(dir, "log")); len(got) != 2 || got[0] != "one\n" || got[1] != "two\n" {
		t.Errorf("got %q", got)
	}
	if got := contents(t, filepath.Join(dir, "empty")); len(got) != 1 {
		t.Errorf("an empty file was rotated: %q", got)
	}
}

// TestInputs: standard input may be anything that can be read, also one that
// others have made non-blocking, whose flags are theirs.
func TestInputs(t *testing.T) {
	t.Parallel()
	text := numbered(0, 20000)
	file := filepath.Join(t.TempDir(), "input")
	write(t, file, text)
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	must(t, err)
	fifo := filepath.Join(t.TempDir(), "fifo")
	must(t, unix.Mkfifo(fifo, 0o600))
	feed := func(f *os.File) {
		_, _ = io.WriteString(f, text) // what is lost shows
		_ = f.Close()                  // likewise
	}
	go feed(os.NewFile(uintptr(pair[1]), "socket"))
	go func() {
		f, err := os.OpenFile(fifo, os.O_WRONLY, 0)
		if err == nil {
			feed(f)
		}
	}()
	open := func(path string) *os.File {
		f, err := os.Open(path)
		must(t, err)
		return f
	}
	for name, f := range map[string]*os.File{
		"file": open(file), "FIFO": open(fifo), "socket": os.NewFile(uintptr(pair[0]), "socket"), "/dev/null": open("/dev/null"),
	} {
		// Another descriptor of the same, which os leaves alone.
		fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
		must(t, err)
		dir := t.TempDir()
		l := begin(t, dir, f, svlog(t), "./log")
		nonblock := name == "FIFO" || name == "socket"
		must(t, unix.SetNonblock(fd, nonblock))
		l.ends(t, 0)
		flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		if err != nil || flags&unix.O_NONBLOCK != 0 != nonblock {
			t.Errorf("%s: its flags were changed", name)
		}
		must(t, unix.Close(fd))
		must(t, f.Close())
		want := text
		if name == "/dev/null" {
			want = ""
		}
		if got := strings.Join(contents(t, filepath.Join(dir, "log")), ""); got != want {
			t.Errorf("%s: got %d bytes; want %d", name, len(got), len(want))
		}
	}
}

// TestOutput: 1 is standard output, and one that nobody reads is told once.
func TestOutput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if got := runs(t, dir, "a\nb\n", svlog(t), "pX: ", "1", "p", "1"); got != "X: a\nX: b\na\nb\n" {
		t.Errorf("got %q", got)
	}
	if got := runs(t, dir, "a", svlog(t), "j", "1"); !strings.HasSuffix(got, `","service":"web","line":"a"}`+"\n") {
		t.Errorf("got %q", got)
	}
	r, w, err := os.Pipe()
	must(t, err)
	must(t, r.Close())
	l := startWith(t, dir, w, svlog(t), "1", "./log")
	must(t, w.Close())
	l.say(t, "a\n")
	l.say(t, "b\n")
	must(t, l.in.Close())
	l.ends(t, 0)
	if got := l.said(t); got != "svlog: warning: unable to write standard output: broken pipe\n" {
		t.Errorf("got %q", got)
	}
	if got := read(t, filepath.Join(dir, "log/current")); got != "a\nb\n" {
		t.Errorf("got %q", got)
	}
}
