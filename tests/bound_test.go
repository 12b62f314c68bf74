package tests

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/status"
)

// TestBound: the end of the program is the end of the tree, in order.
func TestBound(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\ntrap 'echo end >said; exit' TERM\necho $$ >pid\nwhile :; do sleep 1000 & wait; done\n")
	w.put("web/log/run", "#!/bin/sh\nexec cat\n")
	w.put("deaf/run", "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1000; done\n")
	w.put("deaf/timeout-kill", "100\n")
	h := w.bound("svscan", w.scan)
	w.reaches("web", status.Up)
	w.reaches("deaf", status.Up)
	eventually(t, w.dir, "it can end", func() bool { return hasText(filepath.Join(w.scan, "web/pid")) })
	pid := strings.TrimSpace(w.text("web/pid"))
	if links, err := filepath.Glob("/proc/" + pid + "/fd/3"); err != nil || links != nil {
		t.Errorf("the service has the descriptor: %v, %v", links, err)
	}
	since := time.Now()
	h.kill()
	w.gone(since, 100*time.Millisecond)
	if got := w.text("web/said"); got != "end\n" {
		t.Errorf("got %q; want an orderly end", got)
	}
	if code := w.svscan.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("got %v; want exit code 0", w.svscan.cmd.ProcessState)
	}
}

// TestBoundShell is the example of svscan(8): a shell that holds a FIFO.
func TestBoundShell(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	var err error
	w.svscan, err = start(w.dir, filepath.Join(w.dir, "said"), w.env, "/bin/sh", "-c",
		"mkfifo life\nsvscan -e 3 service 3<life &\nexec 4>life\nrm life\nwait\n")
	w.must(err)
	w.reaches("web", status.Up)
	since := time.Now()
	w.must(w.svscan.cmd.Process.Kill())
	w.gone(since, 0)
}

// TestBoundWritten: what is written to it is read, and means nothing.
func TestBoundWritten(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"pipe", "socket"} {
		w := plant(t)
		w.put("web/run", sleeper)
		r, end, err := os.Pipe()
		if kind == "socket" {
			var pair [2]int
			pair, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
			r, end = os.NewFile(uintptr(pair[0]), "ours"), os.NewFile(uintptr(pair[1]), "theirs")
		}
		w.must(err)
		w.svscan, err = startWith(r, w.dir, filepath.Join(w.dir, "said"), w.env, "svscan", "-e", "3", w.scan)
		w.must(err)
		w.must(r.Close())
		web := w.reaches("web", status.Up)
		w.must(end.SetWriteDeadline(time.Now().Add(patience)))
		if n, err := end.Write(make([]byte, 1<<20)); err != nil {
			t.Fatalf("%s: wrote %d, %v; want all that there was", kind, n, err)
		}
		w.unaffected("web", web.PID)
		since := time.Now()
		w.must(end.Close())
		w.gone(since, 0)
	}
}

// TestBoundInOrder: an orderly end for another reason ends the guardian too, and
// one that was killed has a successor.
func TestBoundInOrder(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.bound("svscan", w.scan)
	web := w.reaches("web", status.Up)
	old := w.guardian(0)
	w.must(syscall.Kill(old, syscall.SIGKILL))
	w.guardian(old)
	w.unaffected("web", web.PID)
	w.ends()
}

// TestBoundDead: svscan, its supervises and services were killed. The guardian
// finds nothing to end, and starts nothing.
func TestBoundDead(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", counted)
	w.bound("svscan", w.scan)
	w.counts("web")
	keep := w.guardian(0)
	since := time.Now()
	w.killAllBut(keep)
	w.gone(since, guardianWaits)
	if n := w.starts("web"); n != 1 {
		t.Errorf("got %d starts; want 1", n)
	}
}

// TestBoundKilled: only svscan was killed. Its guardian ends what it left.
func TestBoundKilled(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", counted)
	w.put("web/log/run", "#!/bin/sh\nexec cat\n")
	w.put("deaf/run", "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1000; done\n")
	w.put("deaf/timeout-kill", "100\n")
	w.put("downed/run", counted)
	w.put("downed/down", "")
	w.bound("svscan", w.scan)
	for _, name := range []string{"web", "web/log", "deaf"} {
		w.reaches(name, status.Up)
	}
	w.counts("web")
	w.guardian(0)
	since := time.Now()
	w.must(w.svscan.cmd.Process.Kill())
	w.goneLate(since, 100*time.Millisecond)
	if n := w.starts("web"); n != 1 {
		t.Errorf("got %d starts; want 1", n)
	}
}

// TestBoundBothKilled: so were svscan and the program, and then nobody else is
// waited for. The machine may be busy, so the fastest of a few counts.
func TestBoundBothKilled(t *testing.T) {
	t.Parallel()
	const tries = 20
	for range tries {
		w := plant(t)
		w.put("web/run", counted)
		h := w.bound("svscan", w.scan)
		w.counts("web")
		w.guardian(0)
		since := time.Now()
		w.must(w.svscan.cmd.Process.Signal(syscall.SIGSTOP)) // so that it does not see the end
		h.kill()
		w.must(w.svscan.cmd.Process.Kill())
		if w.gone(since, 0) < guardianWaits {
			return
		}
	}
	t.Errorf("each of %d trees took %v and more to end; want less of one", tries, guardianWaits)
}

// TestBoundReplaced: whoever starts another svscan in time has the tree, and
// nothing ends. The machine may be busy, so it is done until one was in time.
func TestBoundReplaced(t *testing.T) {
	t.Parallel()
	const tries = 20
	for range tries {
		w := plant(t)
		w.put("web/run", counted)
		w.bound("svscan", w.scan)
		web := w.reaches("web", status.Up)
		guardian := w.guardian(0)
		killed := time.Now()
		w.must(w.svscan.cmd.Process.Kill())
		<-w.svscan.gone
		w.serve()
		if !await(w.scan, guardianWaits-time.Since(killed), w.hasSettled) {
			continue
		}
		if !await(w.dir, guardianWaits+slack, func() bool { return processGone(guardian) }) {
			t.Errorf("the guardian has not left within %v", guardianWaits)
		}
		w.unaffected("web", web.PID)
		w.ends()
		return
	}
	t.Errorf("none of %d was started within %v", tries, guardianWaits)
}

// TestBoundAllKilled: svscan, the program and every supervise were killed. The
// services and loggers go all the same: somebody adopts them, to end them.
func TestBoundAllKilled(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\ntrap 'echo last; echo end >said; exit' TERM\necho start >>starts\nwhile :; do sleep 1000 & wait; done\n")
	w.put("web/finish", "#!/bin/sh\necho finish >>said\n")
	w.put("web/log/run", "#!/bin/sh\nexec cat >>said\n")
	w.put("deaf/run", "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1000; done\n")
	w.put("deaf/timeout-kill", "100\n")
	h := w.bound("svscan", w.scan)
	var kill []int
	for _, name := range []string{"web", "deaf"} {
		kill = append(kill, w.reaches(name, status.Up).Supervisor)
	}
	w.reaches("web/log", status.Up)
	eventually(t, w.dir, "it can end", func() bool { return w.starts("web") == 1 })
	w.guardian(0)
	since := time.Now()
	w.must(w.svscan.cmd.Process.Kill())
	for _, pid := range kill {
		if pid != w.svscan.cmd.Process.Pid { // of svscan -dense it is that
			w.must(syscall.Kill(pid, syscall.SIGKILL))
		}
	}
	h.kill()
	w.gone(since, 100*time.Millisecond)
	if n := w.starts("web"); n != 1 {
		t.Errorf("got %d starts; want 1", n)
	}
	if got := w.text("web/said"); got != "end\nfinish\n" {
		t.Errorf("got %q; want an orderly end", got)
	}
	if got := w.text("web/log/said"); got != "last\n" {
		t.Errorf("got %q; want the last line", got)
	}
}

// TestBoundScanReexec: so is an svscan.
func TestBoundScanReexec(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", counted)
	h := w.bound("svscan", w.scan)
	web := w.reaches("web", status.Up)
	for range 3 {
		old := w.guardian(0)
		w.must(os.WriteFile(filepath.Join(w.scan, ".svscan/control"), []byte("R"), 0))
		w.guardian(old)
	}
	eventually(t, w.dir, "there is no zombie", func() bool { return children(w.svscan.cmd.Process.Pid, "Z") == 0 })
	w.unaffected("web", web.PID)
	since := time.Now()
	h.kill()
	w.gone(since, 0)
}

// TestBoundRefused: what has no other end cannot be watched.
func TestBoundRefused(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	for _, program := range []string{"svscan", "supervise"} {
		w.run(
			refuses(program+" -e 3 web 3</dev/null", 100, `^`+program+`: fatal: unable to watch descriptor 3: not a pipe or a socket$`),
			refuses(program+" -e 3 web 3<web/run", 100, `not a pipe or a socket$`),
			refuses(program+" -e 77 web", 100, `unable to watch descriptor 77: bad file descriptor$`),
			refuses("mkfifo life; "+program+" -e 3 web 3<>life", 100, `open for writing too, so it has no end$`),
			refuses(program+" -e 1 web", 100, `usage: `+program+` `),
		)
		w.must(os.Remove(filepath.Join(w.scan, "life")))
	}
	nothingBelow(t, w.dir)
}

// TestBoundHasNothing: an svscan that has no tree leaves no guardian, which would
// end the tree that it finds later.
func TestBoundHasNothing(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", counted)
	w.serve()
	first := w.svscan
	for dir, want := range map[string]string{"missing": "unable to open missing: ", "service": "another svscan runs here"} {
		w.bound("svscan", dir)
		<-w.svscan.gone
		if pid := w.named("svguardian"); pid != 0 {
			t.Errorf("%s: guardian %d is left", dir, pid)
		}
		said, err := os.ReadFile(filepath.Join(w.dir, "said"))
		w.must(err)
		if code := w.svscan.cmd.ProcessState.ExitCode(); code != 111 || !strings.Contains(string(said), want) {
			t.Errorf("%s: got exit code %d, %s; want 111, %s", dir, code, said, want)
		}
	}
	w.svscan = first
	w.ends()
}

// TestBoundLockLate: the kernel may end the pipe to the guardian of an svscan that
// was killed before it gives its lock back.
func TestBoundLockLate(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", counted)
	w.serve()
	w.counts("web")
	w.killSvscan()
	dir, err := unix.Open(w.scan, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	w.must(err)
	lock, err := fifo.Lock(dir, ".svscan/lock")
	w.must(err)
	w.must(unix.Close(dir))
	r, end, err := os.Pipe()
	w.must(err)
	w.must(end.Close())
	w.svscan, err = startWith(r, w.dir, filepath.Join(w.dir, "said"), w.env, "svscan", "-guardian", "0", "-e", "3", w.scan)
	w.must(err)
	w.must(r.Close())
	since := time.Now()
	time.AfterFunc(100*time.Millisecond, func() { _ = unix.Close(lock) }) // it was taken by nobody else
	w.gone(since, 100*time.Millisecond)
	if n := w.starts("web"); n != 1 {
		t.Errorf("got %d starts; want 1", n)
	}
}
