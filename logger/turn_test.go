package logger

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/logger/tai64n"
)

// TestBesideProcessor: lines go on to be written while a processor runs, until
// the next file is full too; then the pipe holds them, and all is there in the
// end.
func TestBesideProcessor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	gate := filepath.Join(dir, "gate")
	must(t, unix.Mkfifo(gate, 0o600))
	l := start(t, dir, svlog(t), "s4096", "n10", "!read go < ../gate; cat", "./log")
	text := numbered(0, 1000)
	l.say(t, text[:2500])
	eventually(t, "the processor runs", func() bool {
		_, err := os.Stat(filepath.Join(dir, "log", logdir.Processed))
		return err == nil
	})
	l.say(t, text[2500:3500])
	_, err := l.in.WriteString(text[3500:])
	must(t, err)
	current := filepath.Join(dir, "log", logdir.Current)
	eventually(t, "current is full", func() bool {
		return len(read(t, current)) > 2000
	})
	if got := files(t, filepath.Join(dir, "log")); !slices.Equal(got, []string{logdir.Previous, logdir.Current}) {
		t.Errorf("got %v; want previous and current", got)
	}
	open, err := os.OpenFile(gate, os.O_RDWR, 0)
	must(t, err)
	_, err = open.WriteString(strings.Repeat("go\n", 20)) // for all that follow
	must(t, err)
	must(t, l.in.Close())
	for ended := false; !ended; {
		select {
		case <-l.gone:
			ended = true
		case <-time.After(10 * time.Millisecond):
			_, err = open.WriteString("go\n") // a shell may read more than its line
			must(t, err)
		}
	}
	must(t, open.Close())
	if got := strings.Join(contents(t, filepath.Join(dir, "log")), ""); !strings.HasSuffix(text, got) || len(got) < 9*2000 || l.said(t) != "" {
		t.Errorf("got %d bytes, said %q", len(got), l.said(t))
	}
}

// TestLateProcessor: what a processor has started ends with it when its time is
// over, and it is run again.
func TestLateProcessor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	gate := filepath.Join(dir, "gate")
	must(t, unix.Mkfifo(gate, 0o600))
	l := run(t, dir, numbered(0, 100), svlog(t), "s4096", "n10", "P5s",
		`!if mkdir ../once 2>&-; then cat ../gate; fi; cat`, "./log")
	want := `svlog: warning: unable to process ./log/previous with if mkdir ../once 2>&-; then cat ../gate; fi; cat: killed after 5s, trying again in 5 seconds` + "\n"
	if got := l.err; got != want || l.code != 0 {
		t.Errorf("got %q, exit code %d; want %q", got, l.code, want)
	}
	if fd, err := unix.Open(gate, unix.O_WRONLY|unix.O_NONBLOCK, 0); err != unix.ENXIO {
		t.Errorf("what the processor started still reads: got descriptor %d, %v", fd, err)
	}
	if got := strings.Join(contents(t, filepath.Join(dir, "log")), ""); got != numbered(0, 100) {
		t.Errorf("got %q; want each line once", got)
	}
}

// TestDeleted: what is deleted is made again, current or the directory, with
// what comes after that, also while a processor runs and where the record is.
func TestDeleted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	l := start(t, dir, svlog(t), "n10", "./log")
	// svlog looks once a second: the line before may go with the file.
	until := func(line string, there func() bool) {
		t.Helper()
		eventually(t, line+" is there", func() bool {
			l.say(t, line+"\n")
			return there()
		})
	}
	has := func(line string) func() bool {
		return func() bool {
			text, _ := os.ReadFile(filepath.Join(log, logdir.Current)) // it may not be there
			return strings.Contains(string(text), line)
		}
	}
	until("one", has("one"))
	must(t, os.Remove(filepath.Join(log, logdir.Current)))
	until("two", has("two"))
	remove := func() { must(t, os.RemoveAll(log)) }
	l.whileStopped(t, remove)
	until("three", has("three"))
	l.whileStopped(t, remove)
	must(t, l.Process.Signal(syscall.SIGALRM)) // it looks at once
	eventually(t, "the directory is there", func() bool {
		_, err := os.Stat(filepath.Join(log, logdir.Current))
		return err == nil
	})
	l.say(t, "four\n")
	// The record is in the new directory.
	must(t, l.Process.Signal(syscall.SIGKILL))
	<-l.gone
	if page := read(t, filepath.Join(log, logdir.Lock)); len(page) != pageSize {
		t.Errorf("the record has %d bytes; want %d", len(page), pageSize)
	}
	if got := read(t, filepath.Join(log, logdir.Current)); got != "four\n" {
		t.Errorf("got %q", got)
	}
	want := "svlog: warning: ./log/current was deleted, beginning another\n" + strings.Repeat("svlog: warning: directory ./log was deleted, beginning another\n", 2)
	if got := l.said(t); got != want {
		t.Errorf("said %q; want %q", got, want)
	}
}

// TestDeletedBesideProcessor: what a processor that has a time limit has started
// ends with it, also where its files are deleted.
func TestDeletedBesideProcessor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log, gate := filepath.Join(dir, "log"), filepath.Join(dir, "gate")
	must(t, unix.Mkfifo(gate, 0o600))
	l := start(t, dir, svlog(t), "P10m", "!cat ../gate; cat", "./log")
	l.say(t, "one\n")
	must(t, l.Process.Signal(syscall.SIGALRM))
	open, err := os.OpenFile(gate, os.O_WRONLY, 0) // when it is read
	must(t, err)
	defer open.Close()
	l.say(t, "two\n")
	l.whileStopped(t, func() { must(t, os.RemoveAll(log)) })
	must(t, l.Process.Signal(syscall.SIGALRM)) // it looks at once
	eventually(t, "nobody reads", func() bool {
		_, err := open.Write([]byte("more\n"))
		return errors.Is(err, unix.EPIPE)
	})
	must(t, l.in.Close())
	l.ends(t, 0)
}

// TestMoved: a directory that is renamed is written to where it is.
func TestMoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := start(t, dir, svlog(t), "./log")
	l.say(t, "one\n")
	must(t, os.Rename(filepath.Join(dir, "log"), filepath.Join(dir, "old")))
	must(t, os.Mkdir(filepath.Join(dir, "log"), 0o755))
	l.say(t, "two\n")
	must(t, l.Process.Signal(syscall.SIGALRM))
	eventually(t, "an archive", func() bool { return len(files(t, filepath.Join(dir, "old"))) == 2 })
	must(t, l.in.Close())
	l.ends(t, 0)
	if got := strings.Join(contents(t, filepath.Join(dir, "old")), ""); got != "one\ntwo\n" || l.said(t) != "" {
		t.Errorf("got %q, said %q", got, l.said(t))
	}
}

// TestClockBack: where archives have names of the future, since the clock was
// set back, new ones sort after them, and none is written over.
func TestClockBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "log")
	future := tai64n.Pack(time.Now().Add(time.Hour))
	future[8], future[9], future[10], future[11] = 0x3b, 0x9a, 0xc9, 0xff // the last nanosecond
	write(t, filepath.Join(log, string(future.AppendText(nil))+".s"), "line of the future\n")
	text := numbered(0, 400)
	runs(t, dir, text, svlog(t), "s4096", "n100", "./log")
	if got := strings.Join(contents(t, log), ""); got != "line of the future\n"+text {
		t.Errorf("got %.100q; want the line of the future first, and all others", got)
	}
	for _, name := range files(t, log) {
		if _, err := tai64n.Parse([]byte(name)); err != nil && isArchive(name) {
			t.Errorf("%s is no label", name)
		}
	}
}

// TestTakeOverTrims: limits hold from the start on, whoever was there before,
// and whether its logger has ended in order or not.
func TestTakeOverTrims(t *testing.T) {
	t.Parallel()
	for _, mode := range []os.FileMode{unsettledMode, settledMode} {
		dir := t.TempDir()
		log := filepath.Join(dir, "log")
		for i := range 9 {
			write(t, filepath.Join(log, fmt.Sprintf("@400000006b0173c8%08x.s", i)), strings.Repeat("x", 999)+"\n")
		}
		write(t, filepath.Join(log, logdir.Current), strings.Repeat("y", 2000))
		must(t, os.Chmod(filepath.Join(log, logdir.Current), mode))
		runs(t, dir, "", svlog(t), "s4096", "n5", "./log")
		if got := len(files(t, log)); got != 5 {
			t.Errorf("mode %o: got %d files; want 5", mode, got)
		}
		runs(t, dir, "", svlog(t), "s4096", "n5", "S6500", "./log")
		size := 0
		for _, text := range contents(t, log) {
			size += len(text)
		}
		if size > 6500 || size < 2000 {
			t.Errorf("mode %o: got %d bytes; want at most 6500, and current", mode, size)
		}
	}
}

// TestLongLine: a line without an end passes through in little memory, with NUL
// bytes and whatever else it has.
func TestLongLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := start(t, dir, svlog(t), "s10000000", "n100", "./log")
	piece := strings.Repeat("a\x00\xff\x1b\r", 20_000)
	const pieces = 1000
	for range pieces - 1 {
		_, err := l.in.WriteString(piece)
		must(t, err)
	}
	l.say(t, piece)
	status := read(t, fmt.Sprintf("/proc/%d/status", l.Process.Pid))
	_, peak, _ := strings.Cut(status, "VmHWM:")
	var kB int
	_, err := fmt.Sscanf(peak, "%d", &kB)
	must(t, err)
	if kB > 16<<10 {
		t.Errorf("got %d kB; want at most 16 MB", kB)
	}
	must(t, l.in.Close())
	l.ends(t, 0)
	if got := strings.Join(contents(t, filepath.Join(dir, "log")), ""); got != strings.Repeat(piece, pieces)+"\n" {
		t.Errorf("got %d bytes; want %d", len(got), pieces*len(piece)+1)
	}
}
