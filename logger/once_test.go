package logger

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/tests/need"
)

// halves is a script for two directories that rotate apart: one gets all lines,
// the other some.
var halves = []string{"s4096", "n1000", "./log", "-*", "+line 00001*", "+line 00012*", "s5000", "./some"}

// checkHalves checks that both have each of their lines once.
func checkHalves(t *testing.T, dir string, count int) {
	t.Helper()
	var some strings.Builder
	for line := range strings.Lines(numbered(0, count)) {
		if strings.HasPrefix(line, "line 00001") || strings.HasPrefix(line, "line 00012") {
			some.WriteString(line)
		}
	}
	for name, want := range map[string]string{"log": numbered(0, count), "some": some.String()} {
		if got := strings.Join(contents(t, filepath.Join(dir, name)), ""); got != want {
			t.Errorf("%s: got %d lines; want %d, each once", name, strings.Count(got, "\n"), strings.Count(want, "\n"))
		}
	}
}

// TestKilledTwice kills svlog when lines are in files and still in the pipe, and
// the next one as it goes on from there. Of two directories only one may have
// them.
func TestKilledTwice(t *testing.T) {
	t.Parallel()
	need.Peer(t, "strace")
	const count = 1500
	for _, first := range []string{"readv", "write"} {
		for _, second := range []string{"pread64", "tee", "read", "ftruncate", "pwrite64", "linkat", "unlinkat", "write", "readv"} {
			t.Run(first+" "+second, func(t *testing.T) {
				t.Parallel()
				hit := false
				for try := 0; try < 4 || !hit && try < 500; try++ {
					dir := t.TempDir()
					r := filled(t, numbered(0, count))
					before := dies(t, dir, r, first, "", 1+rand.N(12), halves...) // strace counts for each thread
					after := dies(t, dir, r, second, "", 1+try%4, halves...)
					hit = hit || before != "" && after != ""
					if !finishes(t, dir, r, svlog(t), halves...) {
						t.Fatal("svlog was killed")
					}
					checkHalves(t, dir, count)
					if t.Failed() {
						t.Fatalf("killed at %q, then at %q", before, after)
					}
				}
				if !hit {
					t.Error("never died there")
				}
			})
		}
	}
}

var flood = flag.Int("flood", 100, "megabytes that TestKilledInFlood writes")

// TestKilledInFlood kills svlog at any instant, again and again, while lines
// come as fast as they are taken, and now and then has multilog go on. In the
// end each line is there once, in order, in both directories that want it.
func TestKilledInFlood(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	const size = 100 // of a line
	count := *flood * 1_000_000 / size
	written := make(chan error, 1)
	go func() { written <- writeLines(w, count, size) }()

	script := []string{"t", "s500000", "n100000", "./log", "-*", "+* line * mod 3 *", "s200000", "./some"}
	begin := func(program string) *exec.Cmd {
		cmd := exec.Command(program, script...)
		cmd.Dir, cmd.Stdin, cmd.Stderr = dir, r, os.Stderr
		must(t, cmd.Start())
		return cmd
	}
	kills := 0
	for more := true; more; {
		cmd, sig := begin(svlog(t)), syscall.SIGKILL
		orderly := rand.N(20) == 0
		if orderly {
			sig = syscall.SIGTERM
		}
		select {
		case err := <-written:
			must(t, err)
			more = false
		case <-time.After(rand.N(40 * time.Millisecond)):
		}
		finish(t, cmd, sig)
		kills++
		// One that TERM ended at its start has not looked at what the last one
		// left, and multilog does not.
		if orderly && cmd.ProcessState.ExitCode() == 0 {
			other := begin(need.Peer(t, "multilog"))
			<-time.After(rand.N(10 * time.Millisecond)) // nothing is waited for: this is how long it runs
			finish(t, other, syscall.SIGTERM)
		}
	}
	last := begin(svlog(t))
	must(t, last.Wait())
	t.Logf("%d lines, %d ends", count, kills)
	all := func(n int) bool { return true }
	checkLines(t, filepath.Join(dir, "log"), count, all)
	checkLines(t, filepath.Join(dir, "some"), count, func(n int) bool { return n%7 == 3 })
}

// writeLines writes numbered lines of one size, in pieces that end anywhere.
func writeLines(w *os.File, count, size int) error {
	var text []byte
	for n := range count {
		text = append(text, fmt.Sprintf("line %09d mod %d %s\n", n, n%7, strings.Repeat("x", size-22))...)
		for piece := 1 + rand.N(8192); len(text) > piece || n == count-1 && len(text) > 0; {
			wrote, err := w.Write(text[:min(piece, len(text))])
			if err != nil {
				return err
			}
			text = text[:copy(text, text[wrote:])]
		}
	}
	return w.Close()
}

// finish ends a logger, again until it ends: multilog loses a TERM that comes
// right before it reads.
func finish(t *testing.T, cmd *exec.Cmd, sig syscall.Signal) {
	t.Helper()
	gone := make(chan error, 1)
	go func() { gone <- cmd.Wait() }()
	again, late := time.NewTicker(100*time.Millisecond), time.After(patience)
	defer again.Stop()
	for {
		_ = cmd.Process.Signal(sig) // it may have ended
		select {
		case <-gone:
			return
		case <-again.C:
		case <-late:
			t.Fatalf("%v has not ended %s within %v", sig, cmd.Path, patience)
		}
	}
}

// checkLines checks that of the lines 0 to count-1 those that are wanted are
// there once, in order.
func checkLines(t *testing.T, dir string, count int, wanted func(n int) bool) {
	t.Helper()
	next := func(n int) int {
		for n < count && !wanted(n) {
			n++
		}
		return n
	}
	want := next(0)
	for _, name := range files(t, dir) {
		for line := range strings.Lines(read(t, filepath.Join(dir, name))) {
			_, number, _ := strings.Cut(line, " line ")
			number, _, _ = strings.Cut(number, " ")
			got, err := strconv.Atoi(number)
			if err != nil || got != want || !strings.HasSuffix(line, "x\n") {
				t.Fatalf("%s/%s: got %.60q; want line %d", dir, name, line, want)
			}
			want = next(want + 1)
		}
	}
	if want != count {
		t.Errorf("%s: got lines up to %d; want %d", dir, want, count)
	}
}

// TestNoRecord: whatever the file lock holds, and whoever truncates it, lines are
// written; that they may come twice is said once.
func TestNoRecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	lock, current := filepath.Join(dir, "log/lock"), filepath.Join(dir, "log/current")
	i := planned("line\n")
	write(t, lock, string(i.pack(nil))+strings.Repeat("\xff", 2*pageSize))
	r, w, err := os.Pipe()
	must(t, err)
	defer r.Close()
	var said strings.Builder
	cmd := exec.Command(svlog(t), "./log")
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, r, &said
	must(t, cmd.Start())
	stuck := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
	defer stuck.Stop()
	for n := range 4 {
		_, err := w.WriteString(numbered(n, 1))
		must(t, err)
		eventually(t, "the line is written", func() bool {
			text, _ := os.ReadFile(current) // it may not be there yet
			return string(text) == numbered(0, n+1)
		})
		if n == 1 {
			must(t, os.Truncate(lock, 0))
		}
	}
	must(t, w.Close())
	_ = cmd.Wait() // how it ended is in the state
	const warning = "svlog: warning: unable to keep a record in ./log/lock: bad address, lines may be there twice after a kill\n"
	if got := said.String(); got != warning && (got != "" || os.Getenv("SVLOG_SERVED") == "") || // who serves many makes it anew
		cmd.ProcessState.ExitCode() != 0 {
		t.Errorf("got %q, %v; want %q", got, cmd.ProcessState, warning)
	}
}

// TestDoubtfulRecord: what another logger wrote after a kill stays, also where
// the record of svlog is still open.
func TestDoubtfulRecord(t *testing.T) {
	t.Parallel()
	need.Peer(t, "strace")
	for _, program := range []string{"multilog", "svlogd"} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			text := numbered(0, 40)
			r := filled(t, text)
			for dies(t, dir, r, "readv", "", 1, "./log") == "" {
				must(t, os.RemoveAll(filepath.Join(dir, "log"))) // strace missed it
				r = filled(t, text)
			}
			if !finishes(t, dir, r, need.Peer(t, program), "./log") {
				t.Fatalf("%s was killed", program)
			}
			before := contents(t, filepath.Join(dir, "log"))
			runs(t, dir, text, svlog(t), "./log")
			got := strings.Join(contents(t, filepath.Join(dir, "log")), "")
			if want := strings.Join(before, "") + text; got != want {
				t.Errorf("got %d lines; want %d", strings.Count(got, "\n"), strings.Count(want, "\n"))
			}
		})
	}
}
