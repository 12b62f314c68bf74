package tests

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/supervise/tally"
	"github.com/svdir/svdir/tests/need"
)

// tree is a scan directory and the svscan that serves it.
type tree struct {
	t      *testing.T
	dir    string // of everything
	scan   string // the scan directory, below it
	env    []string
	flags  []string // of svscan
	svscan *process
}

// sleeper is a service that does nothing, and ends when it is told.
const sleeper = "#!/bin/sh\nexec sleep 1000\n"

// plant makes an empty scan directory. What lives there when the test is over
// is killed.
func plant(t *testing.T) *tree {
	t.Helper()
	w := &tree{t: t, dir: need.PublicDir(t)}
	w.scan = filepath.Join(w.dir, "service")
	w.must(os.Mkdir(w.scan, 0o755))
	w.env = append(environment(t, "compat", w.scan), "WORK="+w.dir)
	t.Cleanup(func() {
		sweep(w.dir)
		if t.Failed() && w.svscan != nil {
			t.Logf("svscan said:\n%s", w.svscan.output())
		}
	})
	return w
}

func (w *tree) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// put writes a file below the scan directory; what begins as a script may be
// executed.
func (w *tree) put(name, text string) {
	w.t.Helper()
	path := filepath.Join(w.scan, name)
	w.must(os.MkdirAll(filepath.Dir(path), 0o755))
	mode := os.FileMode(0o644)
	if strings.HasPrefix(text, "#!") {
		mode = 0o755
	}
	// No other test forks meanwhile: its child would have the file open for
	// writing, and then nobody can execute it.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	w.must(os.WriteFile(path, []byte(text), mode))
}

// serve starts svscan; before is what executes it, if anything.
func (w *tree) serve(before ...string) {
	w.t.Helper()
	var err error
	w.svscan, err = start(w.dir, filepath.Join(w.dir, "said"), w.env, slices.Concat(before, []string{lookPath("svscan", w.env)}, w.flags, []string{w.scan})...)
	w.must(err)
}

// ends stops svscan, which must leave in order and leave nothing behind.
func (w *tree) ends() {
	w.t.Helper()
	if err := w.svscan.stop(syscall.SIGTERM); err != nil {
		w.t.Error(err)
	}
	if code := w.svscan.cmd.ProcessState.ExitCode(); code != 0 {
		w.t.Errorf("svscan: got %v; want exit code 0", w.svscan.cmd.ProcessState)
	}
	nothingBelow(w.t, w.dir)
}

// run runs command lines in the scan directory.
func (w *tree) run(steps ...step) {
	w.t.Helper()
	for _, s := range steps {
		s.run(w.t, w.scan, w.env)
	}
}

// says waits until svscan or a supervise below it has said text.
func (w *tree) says(text string) {
	w.t.Helper()
	eventually(w.t, w.dir, "message "+strconv.Quote(text), func() bool {
		return strings.Contains(w.svscan.output(), text)
	})
}

// record is what a service shows of itself, the zero Record if nothing.
func (w *tree) record(service string) status.Record {
	text, _ := os.ReadFile(filepath.Join(w.scan, service, "supervise/status.env")) // not there yet
	r, _ := status.ParseEnv(text)                                                  // likewise
	return r
}

// reaches waits until the service is in the state, and returns its record.
func (w *tree) reaches(service string, want status.State) status.Record {
	w.t.Helper()
	var r status.Record
	eventually(w.t, filepath.Join(w.scan, service), service+" is "+want.String(), func() bool {
		r = w.record(service)
		return r.Supervisor != 0 && r.State == want
	})
	return r
}

// history is what a service remembers of its past, of one kind or all.
func (w *tree) history(service, kind string) []tally.Line {
	text, _ := os.ReadFile(filepath.Join(w.scan, service, "supervise/history")) // not there yet
	var lines []tally.Line
	for line := range strings.Lines(string(text)) {
		if l, ok := tally.ParseLine(line); ok && (kind == "" || l.Kind == kind) {
			lines = append(lines, l)
		}
	}
	return lines
}

// happens waits until the service remembers n lines of a kind, and shows it: the
// history is written before status.env.
func (w *tree) happens(service, kind string, n int) []tally.Line {
	w.t.Helper()
	eventually(w.t, filepath.Join(w.scan, service), strconv.Itoa(n)+" times "+kind, func() bool { return w.remembers(service, kind, n) })
	return w.history(service, kind)
}

func (w *tree) remembers(service, kind string, n int) bool {
	r := w.record(service)
	shown := map[string]int{"start": r.Starts, "end": r.Deaths}
	if times, counted := shown[kind]; counted && times < n {
		return false
	}
	return len(w.history(service, kind)) >= n
}

// unaffected says that a service has the process that it had.
func (w *tree) unaffected(service string, pid int) {
	w.t.Helper()
	if r := w.record(service); r.State != status.Up || r.PID != pid || syscall.Kill(pid, 0) != nil {
		w.t.Errorf("%s: got %v, pid %d; want up, pid %d", service, r.State, r.PID, pid)
	}
}
