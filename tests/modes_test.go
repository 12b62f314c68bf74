package tests

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

// serveAs starts svscan in a mode, and waits until it supervises these services,
// itself or not.
func (w *tree) serveAs(dense bool, services ...string) {
	w.t.Helper()
	forkedOnly(w.t, "the test changes the mode itself")
	w.flags = nil
	if dense {
		w.flags = []string{"-dense"}
	}
	w.serve()
	self := w.svscan.cmd.Process.Pid
	for _, name := range services {
		eventually(w.t, w.dir, fmt.Sprintf("%s is supervised, densely %v", name, dense), func() bool {
			by := w.record(name).Supervisor
			return by != 0 && !processGone(by) && (by == self) == dense
		})
	}
}

// TestModes: a live tree changes from a supervise for each service to none and
// back, whether svscan is told to leave or killed, and keeps every process.
func TestModes(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\necho >&3\nexec sleep 1000\n")
	w.put("web/notification-fd", "3\n")
	w.put("web/log/run", "#!/bin/sh\nexec cat >lines\n")
	w.put("db/run", sleeper)
	w.put("slow/run", sleeper)
	w.put("slow/finish", "#!/bin/sh\nuntil test -e go; do sleep 0.02; done\n")
	all := []string{"web", "web/log", "db", "slow"}
	w.serveAs(false, all...)
	pids := map[string]int{}
	for _, name := range all {
		pids[name] = w.reaches(name, status.Up).PID
	}
	w.must(syscall.Kill(pids["slow"], syscall.SIGTERM))
	pids["slow"] = w.reaches("slow", status.Finishing).PID
	for i, end := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL, syscall.SIGQUIT, syscall.SIGKILL, syscall.SIGKILL} {
		w.must(w.svscan.stop(end))
		w.serveAs(i%2 == 0, all...)
		for _, name := range all {
			if now := w.record(name); now.PID != pids[name] || processGone(now.PID) {
				t.Errorf("round %d: %s: got %v, pid %d; want pid %d", i, name, now.State, now.PID, pids[name])
			}
		}
		if said := w.svscan.output(); said != "" {
			t.Errorf("round %d: svscan said %q; want nothing", i, said)
		}
	}
	w.put("slow/go", "")
	w.happens("slow", "start", 2)
	if r := w.record("web"); !r.Ready || r.Starts != 1 {
		t.Errorf("got %+v; want it ready, and started once", r)
	}
	w.ends()
}

// TestModesRemoved: who vanishes while the mode changes is stopped all the same.
func TestModesRemoved(t *testing.T) {
	t.Parallel()
	for _, dense := range []bool{true, false} {
		w := plant(t)
		w.put("../sv/web/run", sleeper)
		w.put("../sv/web/log/run", "#!/bin/sh\nexec cat\n")
		w.put("other/run", sleeper)
		w.must(os.Symlink("../sv/web", w.scan+"/web"))
		w.serveAs(!dense, "web", "web/log", "other")
		web, log, other := w.reaches("web", status.Up).PID, w.reaches("web/log", status.Up).PID, w.reaches("other", status.Up).PID
		w.must(w.svscan.stop(syscall.SIGKILL))
		w.must(os.Remove(w.scan + "/web"))
		w.serveAs(dense, "other")
		eventually(t, w.dir, "web and its logger have ended", func() bool { return processGone(web) && processGone(log) })
		w.unaffected("other", other)
		w.ends()
	}
}

// TestDenseLetters: those that are for supervise itself. G and x are as if a
// supervise had left, R is for svscan.
func TestDenseLetters(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/log/run", "#!/bin/sh\nexec cat\n")
	w.put("other/run", sleeper)
	w.serveAs(true, "web", "web/log", "other")
	web, log := w.reaches("web", status.Up).PID, w.reaches("web/log", status.Up).PID
	other := w.reaches("other", status.Up)

	leaves := w.closing("web/supervise/ok") // for an instant, or up to a second
	w.send("web", "Gd")                     // the letter behind it is for the next one
	eventually(t, w.dir, "nobody listens", leaves)
	w.reaches("web", status.Down)
	if end := w.history("web", "end"); len(end) != 1 || end[0].PID != web || end[0].Cause != "stop" {
		t.Errorf("got ends %+v; want that of %d by d", end, web)
	}
	w.unaffected("web/log", log)

	w.send("web", "u")
	web = w.reaches("web", status.Up).PID
	w.send("web", "dx")
	eventually(t, w.dir, "web and its logger have ended", func() bool { return processGone(web) && processGone(log) })
	w.reaches("web", status.Up)

	w.run(answers("svctl reexec other", `^other: up`))
	if now := w.record("other"); now.Reexecs != 1 || now.PID != other.PID || now.Supervisor != other.Supervisor {
		t.Errorf("got %+v; want the run of %+v, after one reexec", now, other)
	}
	w.ends()
}

// closing is asked whether somebody has closed a file below the scan directory
// since.
func (w *tree) closing(name string) (asked func() bool) {
	w.t.Helper()
	notes, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	w.must(err)
	w.t.Cleanup(func() { _ = unix.Close(notes) }) // it was only read
	_, err = unix.InotifyAddWatch(notes, filepath.Join(w.scan, name), unix.IN_CLOSE)
	w.must(err)
	return func() bool {
		var buf [4096]byte
		n, err := unix.Read(notes, buf[:])
		return n > 0 && err == nil
	}
}

// TestDenseReexecFails: svscan says to whoever asked why it goes on as it is.
func TestDenseReexecFails(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\ntrap '' TERM\necho >ready\nwhile :; do sleep 0.1; done\n")
	w.put("other/run", sleeper)
	w.serveAs(true, "web", "other")
	web := w.reaches("web", status.Up).PID
	eventually(t, w.scan, "it is deaf", func() bool { return hasText(w.scan + "/web/ready") })
	w.must(w.svscan.cmd.Process.Signal(syscall.SIGTERM))
	w.reaches("web", status.Stopping)
	w.run(refuses("svctl reexec web", 1, `it is about to end`))
	w.must(syscall.Kill(web, syscall.SIGKILL))
	<-w.svscan.gone
	nothingBelow(t, w.dir)
}

// TestDenseReaps: svscan reaps and records what others left behind, also beside
// a heap of its own that ended at once.
func TestDenseReaps(t *testing.T) {
	t.Parallel()
	const many = 40
	w := plant(t)
	var names []string
	for i := range many {
		names = append(names, fmt.Sprintf("web%d", i))
		w.put(names[i]+"/run", "#!/bin/sh\n(sleep 0.01; exit 3) &\nexec sleep 1000\n")
	}
	w.serveAs(true, names...)
	for range 3 {
		before := map[string]status.Record{}
		for _, name := range names {
			before[name] = w.reaches(name, status.Up)
			w.must(syscall.Kill(before[name].PID, syscall.SIGKILL))
		}
		for _, name := range names {
			w.restarted(name, before[name])
		}
	}
	eventually(t, w.dir, "no zombie is left", func() bool {
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", w.svscan.cmd.Process.Pid)) // it lives
		for _, pid := range strings.Fields(string(children)) {
			var n int
			if _, err := fmt.Sscan(pid, &n); err == nil && processState(n) == "Z" {
				return false
			}
		}
		return true
	})
	w.ends()
}

// TestDenseFair: whose FIFO is flooded, who crashes at once and whose finish hangs
// have their turn, and no more: a few letters later another service that was
// killed runs again.
func TestDenseFair(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("flooded/run", sleeper)
	w.put("crashing/run", "#!/bin/sh\nexit 0\n")
	w.put("hanging/run", "#!/bin/sh\nexit 1\n")
	w.put("hanging/finish", sleeper)
	w.put("other/run", sleeper)
	w.serveAs(true, "flooded", "crashing", "hanging", "other")
	w.reaches("hanging", status.Finishing)
	w.reaches("flooded", status.Up)
	control, err := os.OpenFile(filepath.Join(w.scan, "flooded/supervise/control"), os.O_WRONLY, 0)
	w.must(err)
	var sent flood
	done := make(chan error)
	go func() { done <- sent.pour(control) }()
	for range 5 {
		r := w.reaches("other", status.Up)
		<-time.After(time.Until(r.Since.Add(1100 * time.Millisecond))) // then it is started again at once
		killed := time.Now()
		w.must(syscall.Kill(r.PID, syscall.SIGKILL))
		again := w.restarted("other", r)
		const most = 100_000 // some hundred turns
		if letters := sent.by(again.Since) - sent.by(killed); letters > most {
			t.Errorf("%d letters were read before other was started again; want at most %d", letters, most)
		}
	}
	eventually(t, w.scan+"/other", "a flood", func() bool { return sent.by(time.Now()) >= 10_000 })
	w.must(control.Close())
	<-done
	w.send("hanging", "d")
	eventually(t, w.dir, "hanging is wanted down", func() bool { return w.record("hanging").Want == status.WantDown })
	w.must(syscall.Kill(w.record("hanging").PID, syscall.SIGKILL))
	w.ends()
}

// flood is how many letters were sent, and when.
type flood struct {
	mu   sync.Mutex
	at   []time.Time
	sent []int // by then
}

// pour sends letters until that fails.
func (f *flood) pour(control *os.File) error {
	letters := bytes.Repeat([]byte("12h"), 100)
	for total := 0; ; {
		n, err := control.Write(letters[:1+rand.IntN(len(letters))])
		if err != nil {
			return err
		}
		total += n
		f.mu.Lock()
		f.at, f.sent = append(f.at, time.Now()), append(f.sent, total)
		f.mu.Unlock()
	}
}

// by is how many were sent by then.
func (f *flood) by(then time.Time) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := sort.Search(len(f.at), func(i int) bool { return f.at[i].After(then) })
	if i == 0 {
		return 0
	}
	return f.sent[i-1]
}

// TestDenseFull: where the limit of descriptors is too low that is told in one
// line, those who fit run, and who comes later takes the place of who has gone.
func TestDenseFull(t *testing.T) {
	t.Parallel()
	const all = 30
	w := plant(t)
	for i := range all {
		w.put(fmt.Sprintf("web%02d/run", i), sleeper)
	}
	forkedOnly(t, "the test changes the mode itself")
	w.flags = []string{"-dense"}
	w.serve("prlimit", "--nofile=250:250", "env")
	up := func() (n int) {
		for i := range all {
			if r := w.record(fmt.Sprintf("web%02d", i)); r.State == status.Up {
				n++
			}
		}
		return n
	}
	w.says("svscan: warning: unable to start more services: the limit of descriptors (ulimit -n) is ")
	eventually(t, w.dir, "some run", func() bool { return up() > 10 })
	before := up()
	r := w.reaches("web00", status.Up)
	w.must(syscall.Kill(r.PID, syscall.SIGKILL))
	w.happens("web00", "start", 2)
	for i := range 5 {
		name := fmt.Sprintf("web%02d", i)
		w.must(os.Rename(filepath.Join(w.scan, name), filepath.Join(w.dir, name)))
	}
	eventually(t, w.dir, "others take their places", func() bool { return up() >= before })
	if said := w.svscan.output(); strings.Count(said, "\n") != 1 {
		t.Errorf("svscan said %q; want one line", said)
	}
	w.must(w.svscan.stop(syscall.SIGTERM))
	nothingBelow(t, w.dir)
}
