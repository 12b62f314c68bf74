package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// These are the default loggers of svscan -dense, which one svlog serves.

// logged makes a service that writes what script says, with a default logger that
// has these settings, NAME=VALUE, beside no stamps.
func (w *tree) logged(name, script string, settings ...string) {
	w.t.Helper()
	w.put(name+"/run", "#!/bin/sh\n"+script+"\nexec sleep 1000\n")
	w.must(os.MkdirAll(filepath.Join(w.scan, name, "log"), 0o755))
	for _, setting := range append(settings, "stamp=none") {
		setting, value, _ := strings.Cut(setting, "=")
		w.put(name+"/log/set/"+setting, value+"\n")
	}
}

// counting writes numbered lines, n of them, a few at a time.
func counting(n int) string { return "i=0; " + countingTo(strconv.Itoa(n)) }

// countingTo goes on with that.
func countingTo(n string) string {
	return "while [ $i -lt " + n + " ]; do i=$((i+1)); echo line $i; [ $((i % 25)) -ne 0 ] || sleep 0.02; done"
}

// lines is what a service has logged, of all its files.
func (w *tree) lines(service string) []string {
	var all []byte
	names, _ := filepath.Glob(filepath.Join(w.scan, service, "log/main/@*")) // the pattern is good
	for _, name := range append(names, filepath.Join(w.scan, service, "log/main/current")) {
		text, _ := os.ReadFile(name) // it may just have got another name
		all = append(all, text...)
	}
	return strings.Split(strings.TrimSuffix(string(all), "\n"), "\n")
}

// logs waits until a service has logged so many numbered lines, and no others.
func (w *tree) logs(service string, n int) {
	w.t.Helper()
	var want, got []string
	for i := range n {
		want = append(want, "line "+strconv.Itoa(i+1))
	}
	if !await(w.scan, patience, func() bool { got = w.lines(service); return slices.Equal(got, want) }) {
		slices.Sort(got)
		slices.Sort(want)
		w.t.Fatalf("%s: got %d lines; want %d, in order; missing %q; not expected %q",
			service, len(got), n, without(want, got), without(got, want))
	}
}

// serveShared starts svscan -dense, and waits until all these loggers are one
// process, which it returns.
func (w *tree) serveShared(services ...string) int {
	w.t.Helper()
	forkedOnly(w.t, "the test asks for it itself")
	w.flags = []string{"-dense"}
	w.serve()
	return w.shares(services...)
}

// shares waits until these loggers are one process, which it returns.
func (w *tree) shares(services ...string) (pid int) {
	w.t.Helper()
	eventually(w.t, w.dir, "one svlog for "+strings.Join(services, ", "), func() bool {
		pid = w.record(services[0] + "/log").PID
		return pid != 0 && !processGone(pid) && !slices.ContainsFunc(services, func(name string) bool {
			r := w.record(name + "/log")
			return r.State != status.Up || r.PID != pid
		})
	})
	return pid
}

// TestServed: one svlog serves all default loggers but those of which something
// is asked that concerns their process; each has its own limits, and is stopped,
// restarted and rotated alone.
func TestServed(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.logged("small", "i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo line $i of a service; done", "size=4096", "count=3")
	w.logged("web", "echo I am web")
	w.logged("db", "echo I am db", "rate=1/10s")
	w.logged("own", "echo I am own")
	w.put("own/log/run", "#!/bin/sh\nexec svlog ./main\n")
	w.logged("poor", "echo I am poor", "nice=5")
	pid := w.serveShared("small", "web", "db")
	for _, name := range []string{"own", "poor"} {
		if now := w.reaches(name+"/log", status.Up).PID; now == pid {
			t.Errorf("the logger of %s is that of all", name)
		}
	}
	w.run(ask("svctl logs web own poor", `^web: I am web\nown: I am own\npoor: I am poor$`))
	eventually(t, w.scan, "the last line of a small log", func() bool {
		got := w.lines("small")
		return got[len(got)-1] == "line 2000 of a service"
	})
	w.notes("web/log", filepath.Join(w.scan, "web/log/main"))
	var files []string
	eventually(t, w.scan, "two old files", func() bool {
		files, _ = filepath.Glob(w.scan + "/small/log/main/@*")
		return len(files) == 2
	})
	for _, file := range append(files, w.scan+"/small/log/main/current") {
		info, err := os.Stat(file)
		if w.must(err); info.Size() > 4096 {
			t.Errorf("%s has %d bytes; want at most 4096", file, info.Size())
		}
	}

	w.run(answers("svctl alarm web/log", ``))
	eventually(t, w.scan, "the log of web is rotated", func() bool {
		names, _ := filepath.Glob(w.scan + "/web/log/main/@*.s")
		return len(names) == 1
	})
	if names, _ := filepath.Glob(w.scan + "/db/log/main/@*"); len(names) > 0 {
		t.Errorf("the log of db was rotated: %q", names)
	}
	w.run(answers("svctl down web/log", `^web/log: down `), answers("svctl restart db/log", `^db/log: (up|starting) `))
	w.shares("small", "db")
	if holds(pid, w.scan+"/web/log/main/current") {
		t.Error("the log of web is open though its logger is down")
	}
	for name, starts := range map[string]int{"small": 1, "db": 2} {
		if r := w.record(name + "/log"); r.PID != pid || r.Starts != starts {
			t.Errorf("%s/log: got pid %d, %d starts; want %d, %d", name, r.PID, r.Starts, pid, starts)
		}
	}
	w.run(answers("svctl kill small/log", ``))
	w.happens("small/log", "end", 1)
	if died := w.history("small/log", "end")[0]; died.Signal != 9 || died.PID != pid || processGone(pid) {
		t.Errorf("got %+v; want an end by KILL of this log alone", died)
	}
	w.run(answers("svctl up web/log", `^web/log: (up|starting) `))
	w.shares("small", "web", "db")
	w.ends()
}

// TestServedKilled: the svlog that serves all logs is killed, and svscan, while
// lines come: each is there once, in order, and no service notices.
func TestServedKilled(t *testing.T) {
	t.Parallel()
	w := plant(t)
	names := []string{"a", "b", "c"}
	const n = 3000
	for _, name := range names { // a burst for each kill of svlog, and one for svscan's
		w.logged(name, "i=0; for n in 750 1500 2250 3000; do until test -e go$n; do sleep 0.02; done; "+countingTo("$n")+"; done", "size=16384", "count=100")
	}
	burst := func(i int) {
		for _, name := range names {
			w.put(fmt.Sprint(name, "/go", 750*(i+1)), "")
		}
	}
	pid := w.serveShared(names...)
	services := map[string]int{}
	for _, name := range names {
		services[name] = w.reaches(name, status.Up).PID
	}
	for i := range 3 {
		had := len(w.lines("a"))
		burst(i)
		eventually(t, w.scan, "more lines", func() bool { return len(w.lines("a")) > had })
		w.must(syscall.Kill(pid, syscall.SIGKILL))
		eventually(t, w.dir, "its end is known", func() bool {
			return !slices.ContainsFunc(names, func(name string) bool { return w.record(name+"/log").PID == pid })
		})
		pid = w.shares(names...)
	}
	for i, name := range names {
		if ends := w.history(name+"/log", "end"); len(ends) != 3 || ends[i].Signal != 9 {
			t.Errorf("%s/log: got ends %+v; want three by KILL", name, ends)
		}
	}
	burst(3)
	w.must(w.svscan.cmd.Process.Kill())
	<-w.svscan.gone
	if now := w.serveShared(names...); now != pid {
		t.Errorf("the next svscan has svlog %d; want %d as before", now, pid)
	}
	w.settled()
	w.run(answers("svctl reexec", ``))
	w.must(w.svscan.cmd.Process.Kill())
	<-w.svscan.gone
	w.must(syscall.Kill(pid, syscall.SIGKILL))
	w.serveShared(names...)
	for _, name := range names {
		w.unaffected(name, services[name])
		w.logs(name, n)
	}
	w.ends()
}

// TestServedModes: a change of the mode and back keeps all: who had a svlog of its
// own has it until that ends, and a supervise goes on with a log that is served.
func TestServedModes(t *testing.T) {
	t.Parallel()
	w := plant(t)
	const n = 2000
	w.logged("a", counting(n))
	w.logged("b", counting(n))
	all := []string{"a", "a/log", "b", "b/log"}
	w.serveAs(false, all...)
	own := w.reaches("a/log", status.Up).PID
	w.must(w.svscan.stop(syscall.SIGQUIT))
	w.serveAs(true, all...)
	w.unaffected("a/log", own)
	w.run(answers("svctl restart a/log", `^a/log: (up|starting) `), answers("svctl restart b/log", `^b/log: (up|starting) `))
	shared := w.shares("a", "b")
	if shared == own {
		t.Errorf("the logger of a is its own still")
	}
	for i, end := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL, syscall.SIGKILL} {
		w.must(w.svscan.stop(end))
		w.serveAs(i == 1, all...)
		w.unaffected("a/log", shared)
		w.unaffected("b/log", shared)
	}
	// No svscan -dense is there: from now on each start is a process of its own.
	w.run(answers("svctl restart a/log", `^a/log: (up|starting) `))
	if now := w.record("a/log").PID; now == shared {
		t.Errorf("the logger of a is that of all still")
	}
	w.unaffected("b/log", shared)
	w.must(syscall.Kill(shared, syscall.SIGKILL))
	w.restarted("b/log", status.Record{PID: shared, Supervisor: w.record("b/log").Supervisor})
	w.logs("a", n)
	w.logs("b", n)
	w.ends()
}

// TestServedStalled: a disk on which nothing can be written for a while, and one
// that is full, hold up their own logs alone, however much comes.
func TestServedStalled(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	const n = 1000
	for _, name := range []string{"frozen", "full", "free"} {
		w.logged(name, "until test -e go; do sleep 0.02; done\n"+counting(n), "size=4096", "count=1000")
	}
	frozen, thaw := w.freezer("frozen/log/main")
	full := w.mount("full/log/main", "none", "tmpfs", 0, "size=128k")
	pid := w.serveShared("frozen", "full", "free")
	free := w.fill(full)
	w.must(unix.IoctlSetInt(frozen, freeze, 0))
	for _, name := range []string{"frozen", "full", "free"} {
		w.put(name+"/go", "")
	}
	w.logs("free", n)
	if got := w.lines("frozen"); len(got) > 1 {
		t.Errorf("a frozen disk has %d lines", len(got))
	}
	w.run(answers("svctl restart free/log", `^free/log: (up|starting) `))
	thaw()
	free()
	w.logs("frozen", n)
	w.logs("full", n)
	w.shares("frozen", "full", "free")
	if now := w.record("free/log").PID; now != pid {
		t.Errorf("got svlog %d; want %d as before", now, pid)
	}
	w.ends()
}

// The requests of fsfreeze(8).
const (
	freeze    = 0xc0045877
	thawAgain = 0xc0045878
)

// freezer mounts a file system that can be frozen, and returns an open directory
// of it and what thaws it.
func (w *tree) freezer(name string) (fd int, thaw func()) {
	w.t.Helper()
	image, dir := filepath.Join(w.dir, "image"), filepath.Join(w.scan, name)
	w.must(os.MkdirAll(dir, 0o755))
	w.must(os.WriteFile(image, nil, 0o644))
	w.must(os.Truncate(image, 8<<20))
	if out, err := exec.Command(need.Tool(w.t, "mkfs.ext4"), "-qF", image).CombinedOutput(); err != nil {
		w.t.Fatalf("mkfs.ext4: %v: %s", err, out)
	}
	if out, err := exec.Command("mount", "-o", "loop", image, dir).CombinedOutput(); err != nil {
		w.t.Skipf("no loop device may be mounted here: %v: %s", err, out)
	}
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	w.must(err)
	thaw = func() { _ = unix.IoctlSetInt(fd, thawAgain, 0) } // it may be done already
	late := time.AfterFunc(manyPatience, thaw)               // a process that waits for it cannot be killed
	w.t.Cleanup(func() {
		late.Stop()
		thaw()
		sweep(w.dir)
		_ = unix.Close(fd)                     // it was only opened
		_ = unix.Unmount(dir, unix.MNT_DETACH) // best effort: nothing lives there
	})
	return fd, thaw
}
