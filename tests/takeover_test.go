package tests

import (
	"bytes"
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

// killSvscan ends svscan as nothing can survive; what it served goes on.
func (w *tree) killSvscan() {
	w.t.Helper()
	w.must(w.svscan.cmd.Process.Kill())
	<-w.svscan.gone
}

// family are the pids of a service: supervise, run, and its logger's run.
func (w *tree) family(name string) [3]int {
	r := w.record(name)
	if isDense {
		r.Supervisor = 0 // svscan
	}
	return [3]int{r.Supervisor, r.PID, w.record(name + "/log").PID}
}

// stays says that nothing of these services was replaced.
func (w *tree) stays(before map[string][3]int) {
	w.t.Helper()
	for name, pids := range before {
		if now := w.family(name); now != pids {
			w.t.Errorf("%s: got pids %v; want %v", name, now, pids)
		}
		for _, pid := range pids {
			if pid != 0 && processGone(pid) {
				w.t.Errorf("%s: %d has gone", name, pid)
			}
		}
	}
}

// stand starts five services, two with a logger, and waits until all are up.
func (w *tree) stand() map[string][3]int {
	w.t.Helper()
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w.put("../sv/"+name+"/run", sleeper)
	}
	w.put("../sv/d/log/run", "#!/bin/sh\nexec cat\n")
	w.put("../sv/e/log/run", "#!/bin/sh\nexec cat\n")
	pids := map[string][3]int{}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w.must(os.Symlink("../sv/"+name, filepath.Join(w.scan, name)))
	}
	w.serve()
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w.reaches(name, status.Up)
	}
	w.reaches("d/log", status.Up)
	w.reaches("e/log", status.Up)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		pids[name] = w.family(name)
	}
	return pids
}

// settled waits until svscan says that all has begun.
func (w *tree) settled() {
	w.t.Helper()
	eventually(w.t, w.scan, "svscan.env", w.hasSettled)
}

func (w *tree) hasSettled() bool {
	text, _ := os.ReadFile(filepath.Join(w.scan, ".svscan/svscan.env")) // not there yet
	return strings.HasPrefix(string(text), fmt.Sprintf("PID=%d\n", w.svscan.cmd.Process.Pid))
}

// TestTakeOver: svscan is killed, services go on, and the next one takes over.
func TestTakeOver(t *testing.T) {
	t.Parallel()
	w := plant(t)
	pids := w.stand()
	w.settled()
	for range 3 {
		w.killSvscan()
		w.stays(pids)
		w.serve()
		w.settled()
		w.stays(pids)
	}
	w.run(answers("svctl down c", `^c: down`)) // which needs no adoption below
	if !isDense {
		w.must(syscall.Kill(pids["c"][0], syscall.SIGKILL))
		w.says("supervise for c ended, starting it again")
		eventually(t, w.dir, "another supervise of c", func() bool { s := w.record("c").Supervisor; return s != pids["c"][0] && s != 0 })
	}
	delete(pids, "c")
	w.killSvscan()
	w.must(os.Remove(filepath.Join(w.scan, "b")))
	w.must(os.Remove(filepath.Join(w.scan, "e")))
	w.serve()
	for _, name := range []string{"b", "e"} {
		for _, pid := range pids[name] {
			eventually(t, w.dir, name+" has ended", func() bool { return pid == 0 || processGone(pid) })
		}
		delete(pids, name)
	}
	w.stays(pids)
	w.run(answers("svctl is-up a", ``), answers("svctl is-up d", ``))
	w.ends()
	for name := range pids {
		if got := w.record(name).PID; got != 0 {
			t.Errorf("%s: got pid %d; want none", name, got)
		}
	}
	for _, dir := range []string{"running", "removed"} {
		left, err := os.ReadDir(filepath.Join(w.scan, ".svscan", dir))
		if len(left) > 0 {
			t.Errorf(".svscan/%s has %v, %v; want nothing", dir, left, err)
		}
	}
}

// TestReexec: a hundred times, while lines flow through a FIFO that svscan has
// open, then TERM in the middle.
func TestReexec(t *testing.T) {
	t.Parallel()
	rounds := 100
	if testing.Short() {
		rounds = 10
	}
	w := plant(t)
	pids := w.stand()
	w.put("../sv/talk/run", "#!/bin/sh\ni=0\nwhile [ ! -e stop ]; do i=$((i+1)); echo line $i; [ $((i % 200)) != 0 ] || sleep 0.01; done\necho $i >said\nexec sleep 1000\n")
	w.put("../sv/talk/log/run", "#!/bin/sh\nexec cat >>lines\n")
	w.must(os.Symlink("../sv/talk", filepath.Join(w.scan, "talk")))
	w.reaches("talk", status.Up)
	w.reaches("talk/log", status.Up)
	pids["talk"] = w.family("talk")
	w.settled()
	for range rounds {
		w.run(answers("svctl reexec", "svscan of "+w.scan+": executed again"))
	}
	w.stays(pids)
	w.put("../sv/talk/stop", "")
	said := filepath.Join(w.dir, "sv/talk/said")
	eventually(t, filepath.Dir(said), "the last line", func() bool { text, err := os.ReadFile(said); return err == nil && bytes.HasSuffix(text, []byte("\n")) })
	w.run(order("printf R >.svscan/control")) // and TERM at once
	w.ends()
	count, err := strconv.Atoi(strings.TrimSpace(w.text("../sv/talk/said")))
	w.must(err)
	next := 1
	for line := range strings.Lines(w.text("../sv/talk/log/lines")) {
		if line != fmt.Sprintf("line %d\n", next) {
			t.Fatalf("got %q; want line %d", line, next)
		}
		next++
	}
	if next != count+1 {
		t.Errorf("got %d lines; want %d", next-1, count)
	}
}

// TestReexecStorm: the letter t comes at any instant of a reexec. Each is an
// orderly stop.
func TestReexecStorm(t *testing.T) {
	t.Parallel()
	rounds := 100
	if testing.Short() {
		rounds = 10
	}
	w := plant(t)
	w.put("web/run", sleeper)
	for i := range rounds {
		w.serve()
		w.reaches("web", status.Up)
		w.settled()
		w.run(order("printf R >.svscan/control"))
		<-time.After(time.Duration(i%50) * time.Millisecond) // nothing is waited for: this is the instant
		w.run(order("printf t >.svscan/control"))
		select {
		case <-w.svscan.gone:
		case <-time.After(patience):
			t.Fatalf("round %d: svscan goes on", i)
		}
		if ended := w.svscan.cmd.ProcessState; ended.ExitCode() != 0 {
			t.Fatalf("round %d: got %v; want exit code 0", i, ended)
		}
		nothingBelow(t, w.dir)
	}
}

// TestReexecBroken: what is no svscan leaves the old one running.
func TestReexecBroken(t *testing.T) {
	t.Parallel()
	w := plant(t)
	copied := filepath.Join(w.dir, "bin")
	w.run(order("cp -R " + bin(t) + " " + copied))
	w.env[0] = "PATH=" + copied + ":" + peerPath
	w.put("web/run", sleeper)
	w.serve()
	pids := map[string][3]int{}
	w.reaches("web", status.Up)
	pids["web"] = w.family("web")
	w.settled()
	program := filepath.Join(copied, "svscan")
	for _, c := range []struct{ what, make, reason string }{
		{"garbage", "echo garbage >" + program + ".new; chmod 755 " + program + ".new; mv " + program + ".new " + program, "exec format error"},
		{"missing", "rm " + program, "no such file or directory"},
		{"fails", "printf '#!/bin/sh\\nexit 1\\n' >" + program + ".new; chmod 755 " + program + ".new; mv " + program + ".new " + program, "exited 1"},
	} {
		w.run(order(c.make))
		w.run(refuses("svctl reexec", 1, "unable to reexec "+w.scan+": "+program+": "+c.reason))
		w.says("unable to reexec: " + program + ": " + c.reason + ", going on with the running program")
		w.stays(pids)
	}
	w.run(order("cp "+bin(t)+"/svscan "+program+".new; mv "+program+".new "+program), answers("svctl reexec", "executed again"))
	w.stays(pids)
	w.ends()
}
