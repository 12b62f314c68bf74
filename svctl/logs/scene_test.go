package logs

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/tests/need"
	"golang.org/x/sys/unix"
)

// patience is how long a test waits for what should come at once.
const patience = 120 * time.Second

// recorder is a real logger on a pipe that outlives it.
type recorder struct {
	t      *testing.T
	argv   []string
	cmd    *exec.Cmd
	gone   chan bool    // closed when it has ended
	in     *os.File     // the logger's end of the pipe
	out    *os.File     // ours
	number atomic.Int64 // of lines
}

// record starts a logger. It gets its log directory as dir, and has made
// current when this returns.
func record(t *testing.T, dir string, argv ...string) *recorder {
	t.Helper()
	argv[0] = need.Peer(t, argv[0])
	in, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{t: t, argv: argv, in: in, out: out}
	r.start()
	t.Cleanup(func() { r.stop(syscall.SIGKILL) })
	eventually(t, filepath.Join(dir, logdir.Current)+" is there", func() bool {
		_, err := os.Stat(filepath.Join(dir, logdir.Current))
		return err == nil
	})
	return r
}

func (r *recorder) start() {
	r.t.Helper()
	cmd := exec.Command(r.argv[0], r.argv[1:]...)
	cmd.Stdin = r.in
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	gone := make(chan bool)
	go func() {
		_ = cmd.Wait() // how it ends is its own affair
		close(gone)
	}()
	r.cmd, r.gone = cmd, gone
}

// keep starts the logger again if it has ended, as supervise would: s6-log may
// fail once, when both previous and current are left.
func (r *recorder) keep() {
	r.t.Helper()
	select {
	case <-r.gone:
		r.start()
	default:
	}
}

func (r *recorder) lines() int { return int(r.number.Load()) }

// stop ends the logger. One signal is not enough: loggers lose it where it comes
// right before they read.
func (r *recorder) stop(sig syscall.Signal) {
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for {
		_ = r.cmd.Process.Signal(sig) // it may have ended
		select {
		case <-r.gone:
			return
		case <-again.C:
		}
	}
}

// say writes so many numbered lines.
func (r *recorder) say(lines int) {
	r.t.Helper()
	var text []byte
	for range lines {
		text = append(strconv.AppendInt(append(text, "line "...), r.number.Add(1), 10), '\n')
	}
	if _, err := r.out.Write(text); err != nil {
		r.t.Error(err) // not Fatal: others may write beside the test
	}
}

// end ends the input, and waits until the logger has written all of it.
func (r *recorder) end() {
	_ = r.out.Close() // nothing is buffered
	<-r.gone
}

// eventually asks again and again, since what it waits for has no one event.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(patience); !done(); {
		select {
		case <-deadline:
			t.Fatalf("%s: not within %v", what, patience)
		case <-tick.C:
		}
	}
}

// text is all that a log directory has, as it was logged.
func text(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	var all strings.Builder
	for _, name := range append(logdir.Archives(names), logdir.Previous, logdir.Current) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && name != logdir.Previous {
			t.Fatal(err)
		}
		all.Write(text)
		if len(text) > 0 && text[len(text)-1] != '\n' && name != logdir.Current {
			all.WriteByte('\n')
		}
	}
	return all.String()
}

// lastLines are the last n lines of a text.
func lastLines(text string, n int) string {
	lines := strings.SplitAfter(text, "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return strings.Join(lines[max(0, len(lines)-n):], "")
}

// show is what a Reader writes of one directory, and its warnings.
func show(t *testing.T, dir string, last int) (out, warnings string) {
	t.Helper()
	var b bytes.Buffer
	warnings = read1(t, NewPrinter(&b), last, dir)
	return b.String(), warnings
}

// read1 reads directories into a printer; each is the service of its name.
func read1(t *testing.T, p *Printer, last int, dirs ...string) (warnings string) {
	t.Helper()
	r := &Reader{Last: last, Warn: func(err error) { warnings += err.Error() + "\n" }}
	defer r.Close()
	for _, dir := range dirs {
		if err := r.Add(filepath.Base(dir), Log{Dir: dir}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Copy(p); err != nil {
		t.Fatal(err)
	}
	return warnings
}

// follower follows logs, and what it writes can be waited for.
type follower struct {
	t    *testing.T
	pipe *os.File // its output
	done chan error

	sync.Mutex
	warnings string
	got      []byte
}

// follow begins to follow directories. With slow set, nobody reads what it
// writes until listen is called.
func follow(t *testing.T, last int, slow bool, dirs ...string) *follower {
	t.Helper()
	return followWith(t, &Reader{Last: last}, slow, dirs...)
}

func followWith(t *testing.T, r *Reader, slow bool, dirs ...string) *follower {
	t.Helper()
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	f := &follower{t: t, pipe: out, done: make(chan error, 1)}
	r.Follow, r.Warn = true, f.warn
	for _, dir := range dirs {
		if err := r.Add(filepath.Base(dir), Log{Dir: dir}); err != nil {
			t.Fatal(err)
		}
	}
	p := NewPrinter(in)
	p.Names = len(dirs) > 1
	go func() {
		err := r.Copy(p)
		r.Close()
		_ = in.Close() // the reader sees it
		f.done <- err
	}()
	t.Cleanup(func() {
		_ = out.Close() // so it ends
		<-f.done
	})
	if !slow {
		f.listen()
	}
	return f
}

func (f *follower) warn(err error) {
	f.Lock()
	defer f.Unlock()
	f.warnings += err.Error() + "\n"
}

// listen reads what is written from now on.
func (f *follower) listen() {
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := f.pipe.Read(buf)
			f.Lock()
			f.got = append(f.got, buf[:n]...)
			f.Unlock()
			if err != nil {
				return
			}
		}
	}()
}

func (f *follower) text() string {
	f.Lock()
	defer f.Unlock()
	return string(f.got)
}

func (f *follower) size() int {
	f.Lock()
	defer f.Unlock()
	return len(f.got)
}

// until waits until the last line that was written ends in this.
func (f *follower) until(end string) {
	f.t.Helper()
	eventually(f.t, "the line "+end, func() bool { return f.endsIn(end + "\n") })
}

// endsIn copies nothing: it is asked often, of what may be long.
func (f *follower) endsIn(end string) bool {
	f.Lock()
	defer f.Unlock()
	return bytes.HasSuffix(f.got, []byte(end))
}

// said waits for the last line of a recorder.
func (f *follower) said(r *recorder) {
	f.t.Helper()
	end := "line " + strconv.Itoa(r.lines()) + "\n"
	eventually(f.t, end, func() bool {
		r.keep()
		return f.endsIn(end)
	})
}

// inOrder fails unless every line up to last was written once, in order.
func inOrder(t *testing.T, text string, last int) {
	t.Helper()
	n := 0
	for line := range strings.Lines(text) {
		n++
		stamp, number, _ := strings.Cut(line, "line ")
		if want := strconv.Itoa(n) + "\n"; number != want || len(stamp) > 0 && !stamped(stamp) {
			t.Fatalf("got %q; want line %q", line, want)
		}
	}
	if n != last {
		t.Fatalf("got %d lines; want %d", n, last)
	}
}

// stamped says that a text is a stamp with its blanks.
func stamped(text string) bool {
	return logdir.ParseStamp([]byte(text), zone).Size == len(text)
}

// fixed makes the zone of the tests one that is not that of the machine.
func fixed(t *testing.T, name string) *time.Location {
	t.Helper()
	was := zone
	t.Cleanup(func() { zone = was })
	return time.FixedZone(name, 9*60*60)
}

// place is a directory of this test, into which a processor may still write when its
// logger has ended.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "logs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for deadline := time.Now().Add(time.Minute); ; {
			err := os.RemoveAll(dir)
			if err == nil {
				return
			}
			if !errors.Is(err, unix.ENOTEMPTY) || time.Now().After(deadline) {
				t.Error(err)
				return
			}
		}
	})
	return dir
}
