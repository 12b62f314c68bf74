package tests

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/status"
)

const earlierCopy = "waiting for the lock of an earlier copy (lock-fd)"

// TestLockFD: what a run left behind holds its lock, and so keeps the next one
// out, for as long as it lives; a stop meanwhile is a stop.
func TestLockFD(t *testing.T) {
	t.Parallel()
	for _, set := range []string{"", "umask"} {
		t.Run("set "+set, func(t *testing.T) {
			t.Parallel()
			w := plant(t)
			w.put("web/run", "#!/bin/sh\n[ ! -e left ] || exec sleep 1000\n: >left\n"+
				"setsid sh -c 'trap \"\" TERM; echo $$ >stray; read word <hold' &\n")
			w.put("web/lock-fd", "5\n")
			if set != "" {
				w.put("web/set/"+set, "027\n")
			}
			w.must(syscall.Mkfifo(filepath.Join(w.scan, "web/hold"), 0o600))
			w.serve()
			w.happens("web", "end", 1)
			for range 2 {
				waiting := w.reaches("web", status.Starting)
				if waiting.Reason != earlierCopy || waiting.Starts != 1 {
					t.Errorf("got %+v; want one start, and the reason", waiting)
				}
				w.run(answers("svctl down web", ``))
				if r := w.reaches("web", status.Down); r.Deaths != 1 || syscall.Kill(waiting.PID, 0) == nil {
					t.Errorf("got %+v; want nothing of %d, and one death", r, waiting.PID)
				}
				w.run(answers("svctl -u web", ``))
			}
			w.says("supervise web: warning: " + earlierCopy + "\n")
			w.reaches("web", status.Starting)
			eventually(t, w.dir, "the stray has a pid", func() bool { return hasText(w.scan + "/web/stray") })
			text, err := os.ReadFile(w.scan + "/web/stray")
			w.must(err)
			stray, err := strconv.Atoi(strings.TrimSpace(string(text)))
			w.must(err)
			w.must(syscall.Kill(stray, syscall.SIGKILL))
			up := w.reaches("web", status.Up)
			if up.Reason != "" || up.Starts != 2 {
				t.Errorf("got %+v; want two starts, and no reason any more", up)
			}
			w.becomes(up.PID, "sleep")
			w.holds("web", up.PID)
			w.ends()
		})
	}
}

// holds says that the process of a service has its lock on descriptor 5, of both
// kinds, and no other descriptor.
func (w *tree) holds(service string, pid int) {
	w.t.Helper()
	path := filepath.Join(w.scan, service, "supervise/service-lock")
	want := "0 /dev/null, 1 " + w.svscan.said + ", 2 " + w.svscan.said + ", 5 " + path
	if got := descriptors(w.t, pid); got != want {
		w.t.Errorf("got descriptors %s; want %s", got, want)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	w.must(err)
	defer f.Close()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != unix.EAGAIN {
		w.t.Errorf("flock: got %v; want that somebody has it", err)
	}
	if held, err := fifo.IsLocked(int(f.Fd())); !held {
		w.t.Errorf("record lock: got %v, %v; want that somebody has it", held, err)
	}
	if i, err := f.Stat(); err != nil || i.Mode() != 0o644 {
		w.t.Errorf("got mode %v, %v; want 0644", i.Mode(), err)
	}
}

// TestLockFDTaken: one descriptor cannot be two things. It starts when the
// setting is right. Without run there is nothing to lock.
func TestLockFDTaken(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\necho >&6\nexec sleep 1000\n")
	w.put("web/notification-fd", "6\n")
	w.put("web/lock-fd", "6\n")
	w.put("empty/lock-fd", "7\n")
	w.serve()
	const why = "lock-fd is the same descriptor as notification-fd"
	w.says("supervise web: warning: " + why + "\n")
	if r := w.reaches("web", status.Waiting); r.Reason != why || r.Starts != 0 {
		t.Errorf("got %+v; want no start, and the reason", r)
	}
	if r := w.reaches("empty", status.Waiting); r.Reason != "no run script" {
		t.Errorf("got reason %q; want no run script", r.Reason)
	}
	w.put("web/lock-fd", "7\n")
	if r := w.reaches("web", status.Up); r.Reason != "" {
		t.Errorf("got reason %q; want none", r.Reason)
	}
	w.ends()
}
