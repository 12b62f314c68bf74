package logger

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/tests/need"
)

// held is a FIFO that we may read and write, as a logger gets that of another
// service: it has no end.
func held(t *testing.T, name string) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, unix.Mkfifo(path, 0o600))
	return reopened(t, path, unix.O_RDWR)
}

// reopened is another description of a FIFO, of which os knows nothing.
func reopened(t *testing.T, path string, mode int) *os.File {
	t.Helper()
	fd, err := unix.Open(path, mode|unix.O_CLOEXEC, 0)
	must(t, err)
	f := os.NewFile(uintptr(fd), path)
	t.Cleanup(func() { _ = f.Close() }) // the test may have
	return f
}

// of prepares a logger that reads standard input, if there is one, and pipes of
// these names.
func of(dir string, input *os.File, names string, pipes []*os.File, words ...string) *started {
	l := prepare(dir, input, words...)
	if input == nil {
		l.Stdin = nil // which is /dev/null
	}
	l.ExtraFiles = pipes
	l.Env = append(os.Environ(), "SV_NAME=web/log", "SV_INSTANCE=7", "SV_PIPE_NAMES="+names)
	return l
}

// TestPipes: lines of all inputs are written with the label of theirs; TERM has
// what is in pipes that have no end be read, and leaves the rest in others.
func TestPipes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	defer w.Close()
	db, errs, quiet := held(t, "db"), held(t, "errs"), held(t, "quiet")
	l := of(dir, r, "db web:stderr quiet", []*os.File{db, errs, quiet}, svlog(t), "./text", "j", "./json", "!cat; echo $SV_PIPE_NAMES; ls /proc/self/fd", "./ran")
	l.begin(t)
	for _, c := range []struct {
		in   *os.File
		text string
	}{{w, "one\n"}, {db, "tw"}, {errs, "three\n"}, {db, "o\n"}, {db, "four\nfi"}, {w, "be"}} {
		l.in = c.in
		l.say(t, c.text)
	}
	must(t, l.Process.Signal(syscall.SIGALRM))
	eventually(t, "a processor has run", func() bool { return len(files(t, filepath.Join(dir, "ran"))) == 2 })
	must(t, l.Process.Signal(syscall.SIGSTOP))
	must(t, l.Process.Signal(syscall.SIGTERM))
	long := strings.Repeat("x", 3000)
	for in, text := range map[*os.File]string{db: "ve\n" + long, errs: "six\nseven"} {
		_, err := io.WriteString(in, text)
		must(t, err)
	}
	must(t, l.Process.Signal(syscall.SIGCONT))
	l.hears(t)
	for _, l.in = range []*os.File{db, errs} {
		l.say(t, "") // it is read
	}
	_, err = io.WriteString(w, "gun\nleft\n")
	must(t, err)
	l.ends(t, 0)
	must(t, w.Close())
	if rest, err := io.ReadAll(r); err != nil || string(rest) != "left\n" {
		t.Errorf("left %q, %v", rest, err)
	}
	text := strings.Join(contents(t, filepath.Join(dir, "text")), "")
	first, rest := "one\nstderr: three\ndb: two\ndb: four\n", []string{"", "begun", "db: " + long, "db: five", "stderr: six", "stderr: seven"}
	got := strings.Split(strings.TrimPrefix(text, first), "\n")
	slices.Sort(got)
	slices.Sort(rest)
	if !strings.HasPrefix(text, first) || !slices.Equal(got, rest) {
		t.Errorf("got %.300q", text)
	}
	json := read(t, filepath.Join(dir, "json", files(t, filepath.Join(dir, "json"))[0]))
	for i, want := range []string{
		`"service":"web","instance":"7","stream":"stdout","line":"one"}`,
		`"service":"web","instance":"7","stream":"stderr","line":"three"}`,
		`"service":"db","stream":"stdout","line":"two"}`,
	} {
		if _, got, _ := strings.Cut(strings.Split(json, "\n")[i], `Z",`); got != want {
			t.Errorf("got %q; want %q", got, want)
		}
	}
	// The shell has 0, 1, 2 and 4, 5; ls has one for what it reads.
	ran := contents(t, filepath.Join(dir, "ran"))[0]
	if !strings.HasSuffix(ran, `"line":"four"}`+"\n\n0\n1\n2\n3\n4\n5\n") {
		t.Errorf("a processor got our pipes: %q", ran)
	}
}

// TestPipesEnd: a logger ends when all its inputs have, and each line that has
// begun gets its newline then.
func TestPipesEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var in, out []*os.File
	for range 3 {
		r, w, err := os.Pipe()
		must(t, err)
		defer r.Close()
		in, out = append(in, r), append(out, w)
	}
	l := of(dir, nil, "a b c", in, svlog(t), "./log")
	l.begin(t)
	current := filepath.Join(dir, "log/current")
	want := ""
	for i, name := range []string{"a", "b", "c"} {
		_, err := out[i].WriteString("begun")
		must(t, err)
		must(t, out[i].Close())
		want += name + ": begun\n"
		eventually(t, "the line has ended", func() bool {
			text, _ := os.ReadFile(current) // it may not be there yet
			return string(text) == want
		})
	}
	l.ends(t, 0)
}

// TestPipesFair: an input that always has something does not keep others
// waiting.
func TestPipesFair(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	loud, soft := held(t, "loud"), held(t, "soft")
	l := of(dir, nil, "loud soft", []*os.File{loud, soft}, svlog(t), "s1M", "n2", "-loud: *", "./log")
	l.begin(t)
	over := make(chan struct{})
	flooded := make(chan error, 1)
	go func() {
		text := []byte(strings.Repeat("x\n", 2000))
		for {
			select {
			case <-over:
				flooded <- nil
				return
			default:
			}
			if _, err := loud.Write(text); err != nil {
				flooded <- err
				return
			}
		}
	}()
	current := filepath.Join(dir, "log/current")
	for n := range 50 {
		_, err := fmt.Fprintln(soft, n)
		must(t, err)
		eventually(t, "the line is there", func() bool {
			text, _ := os.ReadFile(current) // it may not be there yet
			return strings.HasSuffix(string(text), fmt.Sprintf("soft: %d\n", n))
		})
	}
	close(over)
	must(t, <-flooded)
	must(t, l.Process.Signal(syscall.SIGTERM))
	l.ends(t, 0)
}

// TestPipesKilledInLine: where a kill has ended a long line, that of another does
// not go on there.
func TestPipesKilledInLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := held(t, "a"), held(t, "b")
	long := strings.Repeat("x", maxBuffer)
	l := of(dir, nil, "a b", []*os.File{a, b}, svlog(t), "./log")
	l.begin(t)
	_, err := a.WriteString(long) // there is no room for more
	must(t, err)
	eventually(t, "the beginning of the line is there", func() bool {
		i, err := os.Stat(filepath.Join(dir, "log/current"))
		return err == nil && i.Size() == int64(len("a: "+long))
	})
	must(t, l.Process.Kill())
	<-l.gone
	next := of(dir, nil, "b a", []*os.File{b, a}, svlog(t), "./log")
	next.begin(t)
	for _, c := range []struct {
		in   *os.File
		text string
	}{{b, "one\n"}, {a, "rest\n"}} {
		next.in = c.in
		next.say(t, c.text)
	}
	must(t, next.Process.Signal(syscall.SIGTERM))
	next.ends(t, 0)
	if got, want := strings.Join(contents(t, filepath.Join(dir, "log")), ""), "a: "+long+"\nb: one\na: rest\n"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

// TestPipesMissing: what was promised and is not there is told at once.
func TestPipesMissing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, err := os.Create(filepath.Join(dir, "file"))
	must(t, err)
	defer file.Close()
	pipe := held(t, "pipe")
	for reason, files := range map[string][]*os.File{
		"descriptor 3 of SV_PIPE_NAMES: bad file descriptor": nil,
		"descriptor 4 of SV_PIPE_NAMES: bad file descriptor": {pipe},
		"descriptor 4 of SV_PIPE_NAMES: not a pipe":          {pipe, file},
	} {
		l := of(dir, nil, "a b", files, svlog(t), "./log")
		l.begin(t)
		l.ends(t, 111)
		if want := "svlog: fatal: unable to read " + reason + "\n"; l.said(t) != want {
			t.Errorf("got %q; want %q", l.said(t), want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "log")); err == nil {
		t.Error("a directory was made")
	}
}

// TestPipesOfMultilog: other names read standard input alone.
func TestPipesOfMultilog(t *testing.T) {
	t.Parallel()
	if os.Getenv("SVLOG_SERVED") != "" {
		t.Skip("multilog serves nobody")
	}
	dir := t.TempDir()
	link := filepath.Join(dir, "multilog")
	must(t, os.Symlink(svlog(t), link))
	l := of(dir, filled(t, "one\n"), "db", nil, link, "./log")
	l.begin(t)
	l.ends(t, 0)
	if got := read(t, filepath.Join(dir, "log/current")); got != "one\n" {
		t.Errorf("got %q", got)
	}
}

// TestPipesKilled kills svlog at any instant, again and again, while eight
// programs write to three pipes, which the next gets in another order. In the
// end each line is there once, in its order, with the label of its pipe.
func TestPipesKilled(t *testing.T) {
	t.Parallel()
	const producers = 8
	lines := *flood * 400
	dir := t.TempDir()
	pipes := []*os.File{held(t, "a"), held(t, "b"), held(t, "c")}
	written := make(chan error, producers)
	for p := range producers {
		out := reopened(t, pipes[p%len(pipes)].Name(), unix.O_WRONLY)
		go func() { written <- produce(out, p, lines) }()
	}
	begin := func() *started {
		names, in := shuffled(append(slices.Clone(pipes), held(t, "silent"))[:len(pipes)+rand.N(2)])
		l := of(dir, nil, names, in, svlog(t), "T", "s300000", "n100000", "./log", "j", "s500000", "./json")
		l.begin(t)
		return l
	}
	kills := 0
	for left := producers; left > 0; kills++ {
		l := begin()
		select {
		case err := <-written:
			must(t, err)
			left--
		case <-time.After(rand.N(100 * time.Millisecond)):
		}
		must(t, l.Process.Kill())
		<-l.gone
	}
	l := begin()
	for _, l.in = range pipes {
		l.say(t, "") // so that all is read
	}
	l.hasBegun(t)
	must(t, l.Process.Signal(syscall.SIGTERM))
	l.ends(t, 0)
	t.Logf("%d kills", kills)
	checkProduced(t, filepath.Join(dir, "log"), producers, lines, labelled)
	checkProduced(t, filepath.Join(dir, "json"), producers, lines, func(line string) (pipe, text string) {
		_, line, _ = strings.Cut(line, `"service":"`)
		pipe, line, _ = strings.Cut(line, `","stream":"stdout","line":"`)
		return pipe, strings.TrimSuffix(line, `"}`)
	})
}

// shuffled are pipes in any order, and their names.
func shuffled(pipes []*os.File) (names string, in []*os.File) {
	for _, i := range rand.Perm(len(pipes)) {
		names += " " + filepath.Base(pipes[i].Name())
		in = append(in, pipes[i])
	}
	return names, in
}

// TestPipesKilledTwice kills svlog when lines of one of three pipes are in files
// and still in the pipe, and the next one, which has the pipes in another order,
// as it goes on from there.
func TestPipesKilledTwice(t *testing.T) {
	t.Parallel()
	need.Peer(t, "strace")
	const lines = 700
	for _, second := range []string{"pread64", "tee", "ftruncate", "pwrite64", "unlinkat", "write", "readv"} {
		t.Run(second, func(t *testing.T) {
			t.Parallel()
			hit := false
			for try := 0; try < 6 || !hit && try < 100; try++ {
				dir := t.TempDir()
				var pipes []*os.File
				for p, name := range []string{"a", "b", "c"} {
					path := filepath.Join(dir, name)
					must(t, unix.Mkfifo(path, 0o600))
					pipes = append(pipes, reopened(t, path, unix.O_RDONLY|unix.O_NONBLOCK))
					must(t, produce(reopened(t, path, unix.O_WRONLY), p, lines))
				}
				run := func(words ...string) bool {
					names, in := shuffled(pipes)
					return lives(t, of(dir, nil, names, in, append(words, svlog(t), "T", "s4096", "n1000", "./log")...).Cmd)
				}
				first := []string{"write", "readv"}[try%2]
				hit = !run(killing(dir, first, 1+rand.N(12))...) && !run(killing(dir, second, 1+rand.N(4))...) || hit
				if !run() {
					t.Fatal("svlog was killed")
				}
				checkProduced(t, filepath.Join(dir, "log"), len(pipes), lines, labelled)
			}
			if !hit {
				t.Error("never died there")
			}
		})
	}
}

// labelled takes a stamped line apart.
func labelled(line string) (pipe, text string) {
	_, line, _ = strings.Cut(line, " ")
	pipe, text, _ = strings.Cut(line, ": ")
	return pipe, text
}

// produce writes the numbered lines of a producer, some at a time.
func produce(out *os.File, p, lines int) error {
	var text []byte
	for n := range lines {
		text = append(text, fmt.Sprintf("%d %d %s\n", p, n, strings.Repeat("x", n%97))...)
		if len(text) > 4096-120 || rand.N(30) == 0 || n == lines-1 {
			if _, err := out.Write(text); err != nil {
				return err
			}
			text = text[:0]
		}
	}
	return out.Close()
}

// checkProduced checks that the lines of each producer are there once, in order,
// under the name of its pipe.
func checkProduced(t *testing.T, dir string, producers, lines int, parse func(line string) (pipe, text string)) {
	t.Helper()
	next := make([]int, producers)
	for _, name := range files(t, dir) {
		for line := range strings.Lines(read(t, filepath.Join(dir, name))) {
			pipe, text := parse(strings.TrimSuffix(line, "\n"))
			words := strings.Split(text, " ")
			p, err := strconv.Atoi(words[0])
			if err != nil || p >= producers || len(words) != 3 || pipe != string(rune('a'+p%3)) ||
				words[1] != strconv.Itoa(next[p]) || words[2] != strings.Repeat("x", next[p]%97) {
				t.Fatalf("%s/%s: got %.200q; want the next of %v", dir, name, line, next)
			}
			next[p]++
		}
	}
	for p, n := range next {
		if n != lines {
			t.Errorf("%s: got %d lines of producer %d; want %d", dir, n, p, lines)
		}
	}
}
