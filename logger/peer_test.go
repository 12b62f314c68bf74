package logger

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// started is a logger that reads from a pipe.
type started struct {
	*exec.Cmd
	in      *os.File         // its writing end
	part    map[*os.File]int // how much of a line it was told may stay in the pipe
	message string           // the file with what it said
	gone    chan struct{}
}

// start starts a logger in dir.
func start(t *testing.T, dir string, words ...string) *started {
	t.Helper()
	return startWith(t, dir, nil, words...)
}

// startWith starts a logger that has the standard output out.
func startWith(t *testing.T, dir string, out *os.File, words ...string) *started {
	t.Helper()
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	s := prepare(dir, r, words...)
	if out != nil {
		s.Stdout = out
	}
	s.in = w
	s.begin(t)
	t.Cleanup(func() { _ = w.Close() }) // the test may have
	return s
}

// begin starts a logger that reads input.
func begin(t *testing.T, dir string, input *os.File, words ...string) *started {
	t.Helper()
	s := prepare(dir, input, words...)
	s.begin(t)
	return s
}

func prepare(dir string, input *os.File, words ...string) *started {
	s := &started{Cmd: exec.Command(words[0], words[1:]...), part: map[*os.File]int{}, gone: make(chan struct{})}
	s.Dir, s.Stdin = dir, input
	return s
}

func (s *started) begin(t *testing.T) {
	t.Helper()
	s.message = filepath.Join(t.TempDir(), "said")
	said, err := os.Create(s.message)
	must(t, err)
	defer said.Close()
	s.Stderr = said
	must(t, s.Start())
	go func() {
		_ = s.Wait() // how it ended is in the state
		close(s.gone)
	}()
	t.Cleanup(func() {
		_ = s.Process.Kill() // it has ended, unless the test failed
		<-s.gone
	})
}

// say writes text, and waits until the logger has taken it.
func (s *started) say(t *testing.T, text string) {
	t.Helper()
	_, err := io.WriteString(s.in, text)
	must(t, err)
	if end := strings.LastIndexByte(text, '\n') + 1; end > 0 {
		s.part[s.in], text = 0, text[end:]
	}
	s.part[s.in] += len(text)
	eventually(t, "the lines are taken", func() bool {
		n, err := unix.IoctlGetInt(int(s.in.Fd()), unix.TIOCINQ)
		return err == nil && n <= s.part[s.in]
	})
	if s.part[s.in] > 0 {
		s.hears(t) // it has been seen
	}
}

// said is what it has said until now.
func (s *started) said(t *testing.T) string {
	t.Helper()
	return read(t, s.message)
}

// ends waits for the end of the logger, and checks its exit code.
func (s *started) ends(t *testing.T, code int) {
	t.Helper()
	select {
	case <-s.gone:
	case <-time.After(patience):
		t.Fatalf("%q has not ended", s.Args)
	}
	if got := s.ProcessState.ExitCode(); got != code {
		t.Errorf("%q: got %v, said %q; want exit code %d", s.Args, s.ProcessState, s.said(t), code)
	}
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, patience)
		}
		<-time.After(time.Millisecond)
	}
}

// TestAsMultilog: the same input, at once, and the same script give the same
// text, and what else a script writes is the same too.
func TestAsMultilog(t *testing.T) {
	t.Parallel()
	multilog := need.Peer(t, "multilog")
	long := strings.Repeat("0123456789", 1000)
	input := "one\n\ntwo words\n" + long[:972] + "\n" + long[:973] + "\n" + long[:974] + "\n" + long[:999] + "\n" + long[:1000] + "\n" +
		long[:1001] + "\n" + long + "\n*\x00\xff\r\n" + numbered(0, 3000) + "status\nno newline"
	for _, script := range [][]string{
		{"t", "./log"},
		{"./log"},
		{"t", "s4096", "n1000", "./log"},
		{"s20000", "n1000", "./log", "s4096", "./other"},
		{"-*", "+line *1 *", "./log", "+*", "./other"},
		{"-" + long[:1000], "./log"},
		{"t", "-@* line*", "./log"},
		{"-*", "+01234*", "e", "./log"},
		{"t", "-*", "+* two*", "=status", "./log"},
		{"=status", "./log"},
		{"s0", "n0", "./log"},
		{"-*", "+*no*", "=status", "./log"},
		{"s4096", "n5000", "!cat; cat <&4 >&5; echo x >&5", "./log"},
	} {
		var got, want [4]string
		for i, program := range []string{svlog(t), multilog} {
			dir := t.TempDir()
			l := run(t, dir, input, program, script...)
			if l.code != 0 {
				t.Fatalf("%s %q: exit code %d, said %q", program, script, l.code, l.err)
			}
			did := [4]string{2: l.err}
			for j, name := range []string{"log", "other"} {
				if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
					did[j] = strings.Join(contents(t, filepath.Join(dir, name)), "")
				}
			}
			if text, err := os.ReadFile(filepath.Join(dir, "status")); err == nil {
				did[3] = string(text)
			}
			if script[0] == "t" {
				did[0] = unstamped(t, did[0])
				if did[3] != "" {
					did[3] = did[3][25:]
				}
			}
			if i == 0 {
				got = did
			} else {
				want = did
			}
		}
		// multilog keeps other files where only the last few are kept.
		if script[0] == "s0" {
			if !strings.HasSuffix(input+"\n", got[0]) || !strings.HasSuffix(input+"\n", want[0]) {
				t.Errorf("%.40q: not the end of the input", script)
			}
			continue
		}
		for i, what := range []string{"log", "other", "standard error", "status"} {
			if got[i] != want[i] {
				t.Errorf("%.40q: %s differs: got %d bytes %.200q; want %d bytes %.200q", script, what, len(got[i]), got[i], len(want[i]), want[i])
			}
		}
	}
}

// TestFilesAsMultilog: line by line, multilog and svlog make the same files,
// with the same modes.
func TestFilesAsMultilog(t *testing.T) {
	t.Parallel()
	var files [2][]string
	for i, program := range []string{svlog(t), need.Peer(t, "multilog")} {
		dir := t.TempDir()
		l := start(t, dir, program, "s6000", "n4", "./log")
		for j := range 700 {
			l.say(t, numbered(j, 1))
		}
		must(t, l.in.Close())
		l.ends(t, 0)
		files[i] = append(contents(t, filepath.Join(dir, "log")), modes(t, filepath.Join(dir, "log")))
	}
	if !slices.Equal(files[0], files[1]) {
		t.Errorf("got %q; want %q", files[0], files[1])
	}
}

// modes are the modes and names of what is in a directory, and its own.
func modes(t *testing.T, dir string) string {
	t.Helper()
	i, err := os.Stat(dir)
	must(t, err)
	text := i.Mode().String()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		i, err := e.Info()
		must(t, err)
		name := e.Name()
		if isArchive(name) {
			name = "@" + name[25:]
		}
		text += fmt.Sprintf(", %v %s", i.Mode(), name)
	}
	return text
}

// TestTakeOver has svlog, multilog and svlogd follow each other in one
// directory, each ended at random by the end of its input, by TERM, or by KILL
// once it has written what it took. Every line is there, once.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	words := map[string][]string{
		"svlog":    {svlog(t), "s4096", "n1000", "./log"},
		"multilog": {need.Peer(t, "multilog"), "s4096", "n1000", "./log"},
		"svlogd":   {need.Peer(t, "svlogd"), "./log"},
	}
	for range 4 {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "log/config"), "s4096\nn1000\n")
		next, story := 0, ""
		for range 12 {
			name := []string{"svlog", "svlog", "multilog", "svlogd"}[rand.IntN(4)]
			if _, err := os.Stat(filepath.Join(dir, "log/previous")); err == nil && name == "svlogd" {
				name = "multilog" // svlogd knows nothing of it
			}
			how := rand.IntN(3)
			story += fmt.Sprintf(" %s/%d", name, how)
			l := start(t, dir, words[name]...)
			n := 1 + rand.IntN(200)
			l.say(t, numbered(next, n))
			next += n
			last := strings.TrimSpace(numbered(next-1, 1))
			eventually(t, "the last line is written", func() bool {
				return strings.Contains(strings.Join(contents(t, filepath.Join(dir, "log")), ""), last)
			})
			switch how {
			case 0:
				must(t, l.in.Close())
				l.ends(t, 0)
			case 1:
				must(t, l.Process.Signal(syscall.SIGTERM))
				// multilog and svlogd miss a signal that comes just before they
				// read.
				must(t, l.in.Close())
				l.ends(t, 0)
			case 2:
				must(t, l.Process.Kill())
				<-l.gone
			}
		}
		if got := strings.Join(contents(t, filepath.Join(dir, "log")), ""); got != numbered(0, next) {
			t.Errorf("%s: got %d lines; want %d, each once, in %q:\n%s", story, strings.Count(got, "\n"), next, files(t, filepath.Join(dir, "log")), got)
		}
	}
}

// TestLeftover: what a rotation has left that was interrupted is kept, whatever
// current is, and whatever has come between.
func TestLeftover(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		current, previous, processed os.FileMode // 0: not there
		want                         string
	}{
		{0o744, 0o744, 0, "previous|current more"},
		{0o744, 0o644, 0o644, "previous|current more"},
		{0o744, 0o744, 0o744, "processed|current more"},
		{0o744, 0, 0o744, "processed|current more"},
		{0o644, 0o744, 0, "previous|current|more"},
		{0o644, 0o744, 0o644, "previous|current|more"},
		{0o644, 0o744, 0o744, "processed|current|more"},
		{0, 0o644, 0, "previous|more"},
		{0, 0, 0, "more"},
	} {
		dir := t.TempDir()
		for name, mode := range map[string]os.FileMode{"current": c.current, "previous": c.previous, "processed": c.processed} {
			if mode != 0 {
				write(t, filepath.Join(dir, "log", name), name+"\n")
				must(t, os.Chmod(filepath.Join(dir, "log", name), mode))
			}
		}
		runs(t, dir, "more\n", svlog(t), "./log")
		got := strings.Join(contents(t, filepath.Join(dir, "log")), "|")
		if got = strings.NewReplacer("\n|", "|", "\n", " ").Replace(got); got != c.want+" " {
			t.Errorf("%+v: got %q", c, got)
		}
	}
}

// TestLocked: a directory has one logger, whoever it is.
func TestLocked(t *testing.T) {
	t.Parallel()
	ours := []string{svlog(t), "./log"}
	for _, first := range [][]string{ours, {need.Peer(t, "multilog"), "./log"}, {need.Peer(t, "svlogd"), "./log"}, {need.Peer(t, "s6-log"), "./log"}} {
		dir := t.TempDir()
		must(t, os.Mkdir(filepath.Join(dir, "log"), 0o755))
		l := start(t, dir, first...)
		l.say(t, "a\n")
		got := run(t, dir, "x\n", ours[0], ours[1:]...)
		want := logged{"", "svlog: fatal: unable to lock directory ./log: another logger has it\n", 111}
		if got != want {
			t.Errorf("while %s runs: got %+v; want %+v", first[0], got, want)
		}
	}
	dir := t.TempDir()
	l := start(t, dir, ours...)
	l.say(t, "a\n")
	for _, other := range [][]string{{"multilog", "./log"}, {"svlogd", "./log"}, {"s6-log", "./log"}} {
		if got := run(t, dir, "x\n", need.Peer(t, other[0]), other[1:]...); got.code != 111 {
			t.Errorf("%s while we run: got %+v", other[0], got)
		}
	}
}
