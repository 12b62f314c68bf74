package tests

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/forkexec"
	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/status"
)

// strangerName is the name by which this test's own program is a process with which
// no service has anything to do. It adds each signal that it gets to the file
// signals. STOP it cannot: that shows in its state, and once it is over by CONT.
const strangerName = "stranger"

func strangerMain() {
	got := make(chan os.Signal, 64)
	signal.Notify(got)
	appendText("signals", "ready\n")
	for sig := range got {
		if sig != syscall.SIGURG { // by which the runtime of Go talks to itself
			appendText("signals", sig.String()+"\n")
		}
	}
}

// lastSignal comes after all others that were sent before it, since it has the
// highest number.
const lastSignal = syscall.Signal(63)

// stranger starts one, later than all that was noted so far: the kernel gives a pid
// away again, and counts starts by ticks. It leads a session, so that its group and
// its session have the pid too.
func (w *tree) stranger() *process {
	w.t.Helper()
	self, err := os.Executable()
	w.must(err)
	dir := filepath.Join(w.dir, strangerName)
	w.must(os.Mkdir(dir, 0o755))
	var noted unix.Timespec
	w.must(unix.ClockGettime(unix.CLOCK_BOOTTIME, &noted))
	const tick = 10 * time.Millisecond
	for {
		cmd := &exec.Cmd{Path: self, Args: []string{strangerName}, Dir: dir, SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
		w.must(cmd.Start())
		p := &process{cmd: cmd, gone: make(chan struct{})}
		go func() {
			_ = cmd.Wait() // the status is in cmd.ProcessState
			close(p.gone)
		}()
		if proc.StartTicks(cmd.Process.Pid) > uint64(time.Duration(noted.Nano())/tick) {
			eventually(w.t, dir, "the stranger hears signals", func() bool { return hasText(filepath.Join(dir, "signals")) })
			return p
		}
		w.must(p.stop(syscall.SIGKILL))
		_ = os.Remove(filepath.Join(dir, "signals")) // it may not have come so far
	}
}

// unharmed says that a stranger has got no signal, and ends it.
func (w *tree) unharmed(p *process) {
	w.t.Helper()
	pid := p.cmd.Process.Pid
	heard := func() string {
		text, err := os.ReadFile(filepath.Join(w.dir, strangerName, "signals"))
		w.must(err)
		return string(text)
	}
	if state := processState(pid); state == "" || state == "Z" || state == "T" {
		w.t.Errorf("the stranger is in state %q, after %q", state, heard())
	} else {
		w.must(syscall.Kill(pid, lastSignal))
		eventually(w.t, w.dir, "the stranger has got all signals", func() bool { return strings.Contains(heard(), lastSignal.String()) })
		if got, want := heard(), "ready\n"+lastSignal.String()+"\n"; got != want {
			w.t.Errorf("the stranger got %q; want %q", got, want)
		}
	}
	w.must(p.stop(syscall.SIGKILL))
}

// imposture is a record of a process whose pid a stranger has by now.
type imposture struct {
	name    string
	files   map[string]string
	service string       // whose record it is; empty: web
	state   status.State // in which it is of interest
	asks    string       // letters that bring it there
	run     bool         // of run, not of what has noted itself in asked
	unseen  bool         // only supervise/child knows of it
	lost    bool         // status.env
	bare    bool         // nobody knows when it was started
	taken   string       // letters that the last supervise has taken, and not obeyed
	want    status.State // what then comes of the service
}

// asked is a script that says who it is, and waits.
const asked = "#!/bin/sh\necho $$ >asked.new; mv asked.new asked\nuntil test -e go; do sleep 0.02; done\nexit "

// signalLetters are all that send a signal, and nothing else.
const signalLetters = "pchaitkq12byrlPCK"

// impostures are all records that name a process to be adopted.
func impostures() []imposture {
	all := []imposture{
		{name: "run", run: true, state: status.Up, taken: signalLetters, want: status.Up},
		{name: "a run of which nothing else is known", run: true, state: status.Up, unseen: true, want: status.Up},
		{name: "a run without status.env", run: true, state: status.Up, lost: true, taken: signalLetters, want: status.Up},
		{name: "logger", service: "web/log", run: true, files: map[string]string{"log/run": "#!/bin/sh\nexec cat\n"},
			state: status.Up, taken: signalLetters, want: status.Up},
		{name: "default logger", service: "web/log", run: true, files: map[string]string{"log/set/size": "9999\n"},
			state: status.Up, taken: signalLetters, want: status.Up},
		{name: "finish", files: map[string]string{"finish": asked + "0\n"}, asks: "t", state: status.Finishing, taken: signalLetters, want: status.Up},
		{name: "check", files: map[string]string{"check": asked + "0\n", "set/check/timeout": "1m\n"}, state: status.Starting, want: status.Up},
		{name: "alive", files: map[string]string{"set/alive/run": asked + "0\n", "set/alive/timeout": "1m\n"}, state: status.Up, want: status.Up},
		{name: "diagnose", files: map[string]string{"set/diagnose": asked + "0\n", "set/alive/failure": "1\n",
			"set/alive/run": "#!/bin/sh\ntest -e go\n"}, state: status.Up, want: status.Up},
		{name: "drain", files: map[string]string{"set/drain": asked + "0\n"}, asks: "d", state: status.Stopping, taken: signalLetters, want: status.Down},
		{name: "stop", files: map[string]string{"set/stop": asked + "0\n", "timeout-kill": "3000\n"}, asks: "d", state: status.Stopping, want: status.Down},
	}
	for _, letter := range "th" {
		name := "control/" + string(letter)
		all = append(all, imposture{name: name, files: map[string]string{name: asked + "1\n"}, asks: string(letter),
			state: status.Up, taken: signalLetters, want: status.Up})
	}
	for _, scope := range []string{"process", "group", "session", "tree"} {
		files := map[string]string{"set/kill-scope": scope + "\n", "timeout-kill": "100\n"}
		all = append(all,
			imposture{name: "a run that was to end with its " + scope, files: files, run: true, state: status.Up, taken: "d", want: status.Down},
			imposture{name: "a bare run that was to end with its " + scope, files: files, run: true, state: status.Up, bare: true, taken: "d", want: status.Down})
	}
	return all
}

// TestPidReused: supervise is killed, and what it has written down of a process
// names a stranger by now, who is of the same user. The next one neither adopts nor
// signals him, whatever is asked of it.
func TestPidReused(t *testing.T) {
	t.Parallel()
	for _, c := range impostures() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := plant(t)
			w.put("web/run", sleeper)
			for name, text := range c.files {
				w.put("web/"+name, text)
			}
			w.serve()
			service := "web"
			if c.service != "" {
				service = c.service
			}
			if c.asks != "" {
				w.reaches(service, status.Up)
				w.send(service, c.asks)
			}
			old := w.reaches(service, c.state)
			named := old.PID
			if !c.run {
				named = w.whoAsks()
			}
			stranger := w.stranger()
			pid := stranger.cmd.Process.Pid
			next := w.unsupervised(old)
			w.must(syscall.Kill(named, syscall.SIGKILL))
			w.forge(service, named, pid, c)
			w.put("web/go", "")
			next()

			r := w.reachesAnew(service, c.want, old.Supervisor)
			if r.PID == pid || r.RunPID == pid && r.PID != 0 {
				t.Errorf("got %+v; want nothing of the stranger %d", r, pid)
			}
			w.everyLetter(service)
			w.unharmed(stranger)
			w.ends()
		})
	}
}

// unsupervised kills the supervise that a service had, and next has another come.
func (w *tree) unsupervised(r status.Record) (next func()) {
	w.t.Helper()
	if isDense {
		w.settled()
		w.killSvscan()
		return func() { w.serve() }
	}
	w.freeze(w.svscan.cmd.Process.Pid) // else it might start another at once
	w.must(syscall.Kill(r.Supervisor, syscall.SIGKILL))
	return func() { w.must(w.svscan.cmd.Process.Signal(syscall.SIGCONT)) }
}

// whoAsks waits for the process of a script asked, and returns its pid.
func (w *tree) whoAsks() (pid int) {
	w.t.Helper()
	eventually(w.t, w.scan, "the script runs", func() bool {
		text, _ := os.ReadFile(filepath.Join(w.scan, "web/asked")) // not there yet
		pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		return pid != 0
	})
	return pid
}

// reachesAnew is reaches under another supervise than before.
func (w *tree) reachesAnew(service string, want status.State, before int) (r status.Record) {
	w.t.Helper()
	eventually(w.t, filepath.Join(w.scan, service), service+" is "+want.String()+" again", func() bool {
		r = w.record(service)
		return r.Supervisor != 0 && r.Supervisor != before && r.State == want
	})
	return r
}

// forge has all that is written down of the process old name pid.
func (w *tree) forge(service string, old, pid int, c imposture) {
	w.t.Helper()
	dir := filepath.Join(w.scan, service, "supervise")
	path := filepath.Join(dir, "status.env")
	text, err := os.ReadFile(path)
	w.must(err)
	name := func(pid int) string { return fmt.Sprintf("PID=%d\n", pid) }
	forged := strings.NewReplacer("\n"+name(old), "\n"+name(pid), "\nRUN_"+name(old), "\nRUN_"+name(pid)).Replace(string(text))
	switch {
	case c.lost:
		w.must(os.Remove(path))
	case c.bare:
		forged = regexp.MustCompile("\nSTART_TICKS=[0-9]+").ReplaceAllString(forged, "\nSTART_TICKS=0")
		fallthrough
	case !c.unseen:
		w.must(os.WriteFile(path, []byte(forged), 0o644))
	}
	path = filepath.Join(dir, "child")
	notes, err := os.ReadFile(path)
	w.must(err)
	w.must(os.WriteFile(path, c.notes(w.t, notes, old, pid), 0o600))
}

// notes are those of supervise/child with pid in place of old, and with the letters
// that were taken where supervise has them.
func (c *imposture) notes(t *testing.T, notes []byte, old, pid int) []byte {
	t.Helper()
	found := 0
	for slot := range slices.Chunk(notes, forkexec.RecordSize) {
		r, ok := forkexec.Unpack(slot)
		if !ok || r.PID != old {
			continue
		}
		r.PID = pid
		switch {
		case c.unseen:
			r.Sequence++
		case c.bare:
			r = forkexec.Record{}
		}
		packed := r.Pack()
		copy(slot, packed[:])
		found++
	}
	if found != 1 {
		t.Fatalf("supervise/child names %d in %d slots; want 1", old, found)
	}
	const lettersAt = 2048
	copy(notes[lettersAt:], c.taken)
	return notes
}

// everyLetter sends all letters to a service, and those last that have supervise
// leave, each when what was sent before it was obeyed.
func (w *tree) everyLetter(service string) {
	w.t.Helper()
	leave := []command.Letter{command.Exit, command.LetGo, command.Reexec}
	again := w.record(service).Reexecs + 1
	for _, info := range command.Letters {
		if !slices.Contains(leave, info.Letter) {
			w.send(service, string(rune(info.Letter)))
		}
	}
	w.send(service, "uR")
	eventually(w.t, filepath.Join(w.scan, service), "the reexec", func() bool { return w.record(service).Reexecs == again })
	w.send(service, "d")
	w.reaches(service, status.Down)
	w.send(service, "u")
	w.reaches(service, status.Up)
	if isDense {
		return // svscan takes it again
	}
	w.replaced(service, func(int) { w.send(service, "G") })
	if service == "web" { // one half alone does not leave
		w.replaced(service, func(int) { w.send(service, "dx") })
	}
}
