package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// killSupervise kills the supervise of a service, and waits until the next one
// says how things are.
func (w *tree) killSupervise(service string) status.Record {
	w.t.Helper()
	if isDense {
		w.settled()
		return w.replaced(service, func(int) { w.reserve() })
	}
	return w.replaced(service, func(old int) { w.must(syscall.Kill(old, syscall.SIGKILL)) })
}

// replaced waits until another supervise has the service than before.
func (w *tree) replaced(service string, end func(old int)) status.Record {
	w.t.Helper()
	old := w.record(service).Supervisor
	end(old)
	var r status.Record
	eventually(w.t, filepath.Join(w.scan, service), "the next supervise of "+service, func() bool {
		r = w.record(service)
		return r.Supervisor != 0 && r.Supervisor != old
	})
	return r
}

// send writes letters to a service, as any script does.
func (w *tree) send(service, letters string) {
	w.t.Helper()
	f, err := os.OpenFile(filepath.Join(w.scan, service, "supervise/control"), os.O_WRONLY, 0)
	w.must(err)
	_, err = f.WriteString(letters)
	w.must(err)
	w.must(f.Close())
}

// TestAdopt: supervise is killed, and neither the service nor its logger
// notices; the next one knows all that the first knew.
func TestAdopt(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\nsleep 0.1\necho >&3\nexec sleep 1000\n")
	w.put("web/notification-fd", "3\n")
	w.put("web/finish", "#!/bin/sh\necho \"$@\" >>finished\n")
	w.put("web/log/run", "#!/bin/sh\nexec cat\n")
	w.serve()
	before := w.reaches("web", status.Up)
	logger := w.reaches("web/log", status.Up)

	after := w.killSupervise("web")
	after.Supervisor, after.SupervisorTicks = before.Supervisor, before.SupervisorTicks
	before.StartTicks, after.StartTicks = 0, 0 // shown a moment later
	before.Machine, after.Machine = nil, nil
	if got, want := fmt.Sprintf("%+v", after), fmt.Sprintf("%+v", before); got != want {
		t.Errorf("after the kill: got\n%s; want\n%s", got, want)
	}
	if !after.Ready {
		t.Error("readiness was lost")
	}
	w.unaffected("web/log", logger.PID)

	w.must(syscall.Kill(after.PID, syscall.SIGUSR1))
	end := w.happens("web", "end", 1)[0]
	if end.Signal != int(syscall.SIGUSR1) || end.PID != after.PID {
		t.Errorf("got the end %+v; want signal %d of %d", end, syscall.SIGUSR1, after.PID)
	}
	w.happens("web", "ready", 2)
	if got, _ := os.ReadFile(w.scan + "/web/finished"); string(got) != fmt.Sprintf("256 10 web %d\n", after.PID) {
		t.Errorf("finish got %q", got)
	}
	if r := w.record("web"); r.Deaths != 1 || r.Starts != 2 {
		t.Errorf("got %d deaths and %d starts; want 1 and 2", r.Deaths, r.Starts)
	}
	w.ends()
}

// TestAdoptReadiness: a run that becomes ready while there is no supervise is
// ready for the next one.
func TestAdoptReadiness(t *testing.T) {
	t.Parallel()
	forkedOnly(t, "svscan is stopped while there is no supervise")
	w := plant(t)
	w.put("web/run", "#!/bin/sh\nuntil test -e go; do sleep 0.02; done\necho >&3\nexec sleep 1000\n")
	w.put("web/notification-fd", "3\n")
	w.serve()
	before := w.reaches("web", status.Starting)
	eventually(t, w.scan, "run is there", func() bool { return w.record("web").PID != 0 })
	w.freeze(w.svscan.cmd.Process.Pid) // so that no supervise comes
	w.must(syscall.Kill(before.Supervisor, syscall.SIGKILL))
	w.put("web/go", "")
	eventually(t, w.scan, "run says that it is ready", func() bool {
		comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", w.record("web").PID))
		return string(comm) == "sleep\n" && !strings.Contains(commandLine(w.record("web").PID), "0.02")
	})
	w.must(w.svscan.cmd.Process.Signal(syscall.SIGCONT))
	if r := w.reaches("web", status.Up); !r.Ready || r.PID != w.record("web").RunPID {
		t.Errorf("got %+v; want it ready", r)
	}
	w.ends()
}

func commandLine(pid int) string {
	text, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline") // gone: nothing
	return strings.ReplaceAll(string(text), "\x00", " ")
}

// TestAdoptWanted: what was wanted stays wanted, in whatever state.
func TestAdoptWanted(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("down/run", sleeper)
	w.put("parked/run", sleeper)
	w.put("parked/down", "")
	w.put("once/run", "#!/bin/sh\nexit 3\n")
	w.put("once/down", "")
	w.put("gave-up/run", "#!/bin/sh\nexit 1\n")
	w.put("gave-up/finish", "#!/bin/sh\nexit 125\n")
	w.put("paused/run", sleeper)
	w.put("crashing/run", "#!/bin/sh\nexit 1\n")
	w.serve()
	for name, state := range map[string]status.State{"down": status.Up, "parked": status.Down, "once": status.Down, "paused": status.Up} {
		w.reaches(name, state)
	}
	w.send("down", "d")
	w.send("parked", "u")
	w.send("once", "o")
	w.send("paused", "p")
	want := map[string]status.State{"down": status.Down, "parked": status.Up, "once": status.Exited, "paused": status.Paused, "gave-up": status.Failed}
	for name, state := range want {
		w.reaches(name, state)
	}
	w.happens("crashing", "start", 2)
	for name, state := range want {
		before := w.record(name)
		after := w.killSupervise(name)
		if after.State != state || after.Want != before.Want || after.PID != before.PID || after.ExitCode() != before.ExitCode() {
			t.Errorf("%s: got %+v; want as before %+v", name, after, before)
		}
	}
	// It is not started sooner than it would have been.
	w.killSupervise("crashing")
	starts := w.happens("crashing", "start", 5)
	for i := range starts[1:] {
		if pause := starts[i+1].At.Sub(starts[i].At); pause < 990*time.Millisecond {
			t.Errorf("crashing: started again after %v; want a second", pause)
		}
	}
	w.ends()
}

// TestAdoptFinish: a finish that runs is taken over, and is the only one.
func TestAdoptFinish(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/finish", "#!/bin/sh\necho \"$@\" >>finished\nuntil test -e go; do sleep 0.02; done\nexit 4\n")
	w.serve()
	run := w.reaches("web", status.Up).PID
	w.must(syscall.Kill(run, syscall.SIGKILL))
	before := w.reaches("web", status.Finishing)
	if after := w.killSupervise("web"); after.PID != before.PID || after.State != status.Finishing {
		t.Errorf("got %v, pid %d; want finishing, pid %d", after.State, after.PID, before.PID)
	}
	w.put("web/go", "")
	w.happens("web", "start", 2)
	if got, _ := os.ReadFile(w.scan + "/web/finished"); string(got) != fmt.Sprintf("256 9 web %d\n", run) {
		t.Errorf("finish got %q; want once 256 9", got)
	}
	if finish := w.history("web", "finish"); len(finish) != 1 || finish[0].Code != 4 || finish[0].PID != before.PID {
		t.Errorf("got %+v; want exit code 4 of %d", finish, before.PID)
	}
	w.ends()
}

// TestAdoptScript: the answer of a control/t that runs while supervise is killed
// counts.
func TestAdoptScript(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code string
		want int // deaths
	}{{"0", 0}, {"1", 1}} {
		t.Run(c.code, func(t *testing.T) {
			w := plant(t)
			w.put("web/run", sleeper)
			w.put("web/timeout-kill", "100\n") // control/t has its own mind
			w.put("web/control/t", "#!/bin/sh\necho $$ >>asked\nuntil test -e go; do sleep 0.02; done\nexit "+c.code+"\n")
			w.serve()
			w.reaches("web", status.Up)
			w.send("web", "t")
			eventually(t, w.scan, "control/t runs", func() bool { return hasText(w.scan + "/web/asked") })
			w.killSupervise("web")
			w.put("web/go", "")
			if c.want > 0 {
				w.happens("web", "end", c.want)
			} else {
				eventually(t, w.scan, "the answer is taken", func() bool { return len(below(w.scan+"/web")) == 1 })
				w.send("web", "1") // USR1: the next thing that is heard
				w.happens("web", "end", 1)
			}
			if asked, _ := os.ReadFile(w.scan + "/web/asked"); strings.Count(string(asked), "\n") != 1 {
				t.Errorf("control/t ran for %q; want once", asked)
			}
			if end := w.history("web", "end")[0]; (end.Signal == int(syscall.SIGTERM)) != (c.want > 0) {
				t.Errorf("got %+v; want TERM to be sent where control/t says %s", end, c.code)
			}
			w.ends()
		})
	}
}

// TestLetGo: by the letter G and by QUIT supervise leaves and its services stay.
func TestLetGo(t *testing.T) {
	t.Parallel()
	forkedOnly(t, "TestDenseLetters")
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/log/run", "#!/bin/sh\nexec cat\n")
	w.serve()
	web, log := w.reaches("web", status.Up).PID, w.reaches("web/log", status.Up).PID
	w.replaced("web", func(int) { w.send("web", "G") })
	w.unaffected("web", web)
	w.unaffected("web/log", log)
	w.replaced("web", func(pid int) { w.must(syscall.Kill(pid, syscall.SIGQUIT)) })
	w.unaffected("web", web)
	// The letters behind it are for the next one.
	w.replaced("web", func(int) { w.send("web", "Gd") })
	w.reaches("web", status.Down)
	w.reaches("web/log", status.Up)
	w.ends()
}

// TestLettersWait: a letter that nobody has read yet waits for the next
// supervise, also while svscan executes itself again.
func TestLettersWait(t *testing.T) {
	t.Parallel()
	forkedOnly(t, "nobody has the FIFO when svscan is killed")
	for _, again := range []bool{false, true} {
		t.Run(fmt.Sprintf("svscan again %v", again), func(t *testing.T) {
			w := plant(t)
			w.put("web/run", sleeper)
			w.serve()
			w.reaches("web", status.Up)
			pid := w.killSupervise("web").Supervisor
			w.freeze(pid)
			w.send("web", "d")
			w.must(syscall.Kill(pid, syscall.SIGKILL)) // for the second time in a second: the next one comes after that
			if again {
				w.must(os.WriteFile(filepath.Join(w.scan, ".svscan/control"), []byte("R"), 0))
			}
			w.reaches("web", status.Down)
			w.ends()
		})
	}
}

// TestAdoptSubreaper: a supervise that has orphans for children, since a service
// asks for its tree or its daemon, is followed by one, and executes itself
// again, as any other.
func TestAdoptSubreaper(t *testing.T) {
	t.Parallel()
	for setting, text := range map[string]string{"kill-scope": "tree\n", "daemonizes": "pid\n"} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			w := plant(t)
			w.put("web/run", "#!/bin/sh\nsh -c 'sleep 1000 &'\nexec sleep 1000\n")
			if setting == "daemonizes" {
				w.put("web/run", "#!/bin/sh\n./fork\n")
				w.put("web/fork", double)
			}
			w.put("web/set/"+setting, text)
			w.serve()
			run := w.reaches("web", status.Up)
			if setting == "daemonizes" {
				w.happens("web", "ready", 1)
				run = w.record("web")
			}
			again := func(what string) {
				t.Helper()
				if got := w.record("web"); got.State != status.Up || got.PID != run.PID || got.Starts != 1 || got.Ready != run.Ready {
					t.Errorf("%s: got %+v; want the run of %+v", what, got, run)
				}
			}
			for range 3 {
				w.killSupervise("web")
				again("after a kill")
			}
			for i := range 3 {
				w.run(answers("svctl reexec web", ""))
				eventually(t, w.scan+"/web", "the reexec", func() bool { return w.record("web").Reexecs == i+1 })
				again("after a reexec")
			}
			w.must(syscall.Kill(run.PID, syscall.SIGUSR1))
			if end := w.happens("web", "end", 1)[0]; end.PID != run.PID || end.Signal != int(syscall.SIGUSR1) {
				t.Errorf("got end %+v; want that of %d by signal %d", end, run.PID, syscall.SIGUSR1)
			}
			w.ends()
		})
	}
}
