package tests

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/supervise/tally"
)

// look looks at what must be so while the service rests.
func (k *killScan) look() {
	r := k.record()
	ready := func(file string) bool {
		return file == "notification-fd" || file == "check" || file == "set/notify-socket"
	}
	if slices.ContainsFunc(k.files, ready) && k.want == status.Up {
		k.until("ready", func() bool { return k.record().Ready })
	}
	if r.Want == status.WantUp != (k.want == status.Up || k.want == status.Waiting || k.want == status.Skipped) && k.want != status.Exited {
		k.fail("WANT: got %v in %v", r.Want, r.State)
	}
	if ticks := statOf(r.PID).Number(22); r.PID != 0 && (processGone(r.PID) || ticks != r.StartTicks) {
		k.fail("PID: got %d, ticks %d, whose ticks are %d", r.PID, r.StartTicks, ticks)
	}
	if k.once {
		k.lookOnce(r)
	}
	k.until("zombies", func() bool {
		for _, word := range []string{"start", "end"} {
			for _, note := range k.notes(word) {
				pid, _ := strconv.Atoi(strings.Fields(note)[0]) // run wrote it
				if processState(pid) == "Z" {
					return false
				}
			}
		}
		return true
	})
}

// check checks what must have been so, when all is over.
func (k *killScan) check() {
	for _, complaint := range []string{"twice", "twice-check", "early", "refused"} {
		if n := k.notes(complaint); len(n) > 0 {
			k.fail("%s: %v", complaint, n)
		}
	}
	starts, ends := k.notes("start"), k.notes("end")
	if n := len(starts); k.starts > 0 && n != k.starts && !(k.away && n == k.starts+1) {
		k.fail("starts: got %d; want %d", n, k.starts)
	}
	if len(ends) != len(starts) {
		k.fail("ends: got %v; want one each of %v", ends, starts)
	}
	k.checkFinish(ends)
	if k.once {
		k.checkOnce(starts)
		ends = nil // one that has worked is no death
	}
	k.checkHistory(starts, ends)
	k.checkFiles()
	if k.logged {
		k.checkLog(starts)
	}
}

func (k *killScan) checkFinish(ends []string) {
	if !slices.Contains(k.files, "finish") {
		return
	}
	var want []string
	for _, end := range ends {
		pid, code, _ := strings.Cut(end, " ")
		want = append(want, code+" 0 web "+pid)
	}
	if got := k.notes("finish"); !slices.Equal(got, want) {
		k.fail("finish: got %q; want %q", got, want)
	}
}

func (k *killScan) checkHistory(starts, ends []string) {
	text, _ := os.ReadFile(filepath.Join(k.dir, "web/supervise/history")) // then it is empty
	var gotStarts, gotEnds []string
	for line := range strings.Lines(string(text)) {
		l, ok := tally.ParseLine(line)
		pid := strconv.Itoa(l.PID)
		switch {
		case !ok:
			k.fail("history: got %q", line)
		case l.Kind == "start":
			gotStarts = append(gotStarts, pid)
		case l.Kind == "end" && (l.Unknown || l.Signal != 0):
			gotEnds = append(gotEnds, line)
		case l.Kind == "end":
			gotEnds = append(gotEnds, pid+" "+strconv.Itoa(l.Code))
		}
	}
	if !slices.Equal(gotStarts, starts) {
		k.fail("history: got starts %v; want %v", gotStarts, starts)
	}
	if !slices.Equal(gotEnds, ends) {
		k.fail("history: got ends %q; want %q", gotEnds, ends)
	}
	if r := k.record(); r.Starts != len(starts) || r.Deaths != len(ends) {
		k.fail("status.env: got STARTS %d, DEATHS %d; want %d, %d", r.Starts, r.Deaths, len(starts), len(ends))
	}
	deaths, _ := os.ReadFile(filepath.Join(k.dir, "web/supervise/death_tally")) // there were none
	if n := len(tally.Unpack(deaths)); n != len(ends) {
		k.fail("death_tally: got %d; want %d", n, len(ends))
	}
}

// checkFiles finds what should have been removed.
func (k *killScan) checkFiles() {
	entries, err := os.ReadDir(filepath.Join(k.dir, "web/supervise"))
	if err != nil {
		k.fail("%v", err)
	}
	for _, e := range entries {
		switch e.Name() {
		case "export", "export.env", "inputs":
			if !k.once {
				k.fail("supervise/%s is left", e.Name())
			}
		case "child", "control", "death_tally", "history", "lock", "log", "log-stderr", "ok", "pid", "ports", "ready", "stat", "status", "status.env":
		default:
			k.fail("supervise/%s is left", e.Name())
		}
	}
}

func (k *killScan) checkLog(starts []string) {
	text, _ := os.ReadFile(filepath.Join(k.dir, "out")) // then it is empty
	var want strings.Builder
	for _, pid := range starts {
		want.WriteString("hello " + pid + "\nbye " + pid + "\n")
	}
	if string(text) != want.String() {
		k.fail("log: got %q; want %q", text, want.String())
	}
}

// notes are what the programs of the service have noted after word.
func (k *killScan) notes(word string) []string {
	text, _ := os.ReadFile(filepath.Join(k.dir, "notes")) // nothing yet
	var found []string
	for line := range strings.Lines(string(text)) {
		if rest, is := strings.CutPrefix(strings.TrimSuffix(line, "\n"), word); is {
			found = append(found, strings.TrimPrefix(rest, " "))
		}
	}
	return found
}

func (k *killScan) record() status.Record { return k.recordOf("web") }

func (k *killScan) recordOf(service string) status.Record {
	text, _ := os.ReadFile(filepath.Join(k.dir, service, "supervise/status.env")) // not there yet
	r, _ := status.ParseEnv(text)                                                 // likewise
	return r
}

// rests says that a service is in a state, and all letters are taken.
func (k *killScan) rests(want status.State) bool {
	r := k.record()
	letters, err := fifo.Pending(k.control)
	if err != nil || letters > 0 || r.State != want || r.Supervisor != k.supervise {
		return false
	}
	if k.logged && k.recordOf("web/log").State != status.Up {
		return false
	}
	if k.once {
		return k.onceRests(r)
	}
	if want != status.Up {
		return true
	}
	starts := k.notes("start")
	return len(starts) > 0 && starts[len(starts)-1] == strconv.Itoa(r.PID) && len(k.notes("end")) == len(starts)-1
}

// controlled says that a control/t has run, and is over: a stop that comes while it
// runs shares its answer.
func (k *killScan) controlled() bool {
	noted := k.notes("control")
	for _, note := range noted {
		if pid, _ := strconv.Atoi(note); processState(pid) != "" { // it wrote its pid
			return false
		}
	}
	return len(noted) > 0
}
