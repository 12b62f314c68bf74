package tests

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// TestNotify: what a service says on its notify socket, and who is heard.
func TestNotify(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.announcer("web")
	w.put("web/set/notify-socket", "")
	w.put("web/set/check/period", "20ms\n") // behind the socket
	w.put("web/check", "#!/bin/sh\necho >>asked\n")
	w.put("web/timeout-up", "600000\n")
	w.serve()
	w.reaches("web", status.Starting)
	shows := func(when string, ready bool, phase, text string, errno int) {
		t.Helper()
		r := w.record("web")
		if r.State != status.Up || r.Ready != ready || r.Lost == ready || r.Phase != phase || r.Text != text || r.Errno != errno {
			t.Errorf("%s: got %v, ready %v, lost %v, phase %q, text %q, errno %d", when, r.State, r.Ready, r.Lost, r.Phase, r.Text, r.Errno)
		}
	}
	socket := w.scan + "/web/supervise/notify"
	w.say("web", "STATUS=loading")
	if r := w.record("web"); r.State != status.Starting || r.Ready || r.Text != "loading" {
		t.Errorf("before it is ready: got %v, %v, %q", r.State, r.Ready, r.Text)
	}
	announcedAs(t, os.Getuid(), socket, "READY=1") // no process of the service
	if os.Getuid() == 0 {
		announcedAs(t, 65534, socket, "READY=1")
	}
	w.say("web", "garbage")
	if r := w.record("web"); r.State != status.Starting || r.Ready || r.Text != "loading" {
		t.Errorf("after what is not its own: got %v, %v, %q", r.State, r.Ready, r.Text)
	}
	w.say("web", `READY=1\nSTATUS=serving\nMAINPID=1`)
	w.reaches("web", status.Up)
	shows("ready", true, "", "serving", 0)
	w.say("web", "RELOADING=1")
	shows("reloading", true, "reloading", "serving", 0)
	w.say("web", "READY=1", "ERRNO=2")
	shows("reloaded", true, "", "serving", 2)
	w.say("web", "child STATUS=by a child")
	shows("of a child", true, "", "by a child", 2)
	w.say("web", `STOPPING=1\nSTATUS=`)
	shows("stopping", false, "stopping", "", 2)
	w.say("web", "READY=1")
	shows("it has said that it ends", false, "stopping", "", 2)
	if n := len(w.history("web", "ready")); n != 1 {
		t.Errorf("it became ready %d times; want once", n)
	}

	// The next run has the same socket, and begins anew.
	before, pid := inode(t, socket), w.record("web").PID
	w.must(syscall.Kill(pid, syscall.SIGKILL))
	w.happens("web", "start", 2)
	w.say("web", "READY=1")
	w.reaches("web", status.Up)
	shows("the next run", true, "", "", 0)
	if inode(t, socket) != before {
		t.Error("the socket was made anew")
	}
	w.killSupervise("web")
	w.say("web", "STATUS=still here")
	shows("after a kill of supervise", true, "", "still here", 0)

	w.send("web", "R")
	eventually(t, w.scan, "supervise is executed again", func() bool { return w.record("web").Reexecs > 0 })
	w.say("web", "STATUS=and here")
	shows("after a reexec", true, "", "and here", 0)

	if asked := w.asked("web"); asked != "" {
		t.Error("the check was asked, though the socket comes first")
	}
	w.must(os.Remove(w.scan + "/web/set/notify-socket"))
	w.must(syscall.Kill(w.record("web").PID, syscall.SIGKILL))
	w.happens("web", "start", 3)
	shows("by its check", w.reaches("web", status.Up).Ready, "", "", 0)
	if _, err := os.Lstat(socket); err == nil {
		t.Error("the socket is there though nobody asks for it")
	}
	eventually(t, w.scan, "it has no socket", func() bool {
		text, _ := os.ReadFile(w.scan + "/web/env")
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		return len(lines) == 3 && !strings.Contains(lines[2], "notify")
	})
	w.ends()
}

func inode(t *testing.T, path string) uint64 {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		t.Fatal(err)
	}
	return st.Ino
}

// TestNotifyKilled: what a service says while its supervise is stopped, and then
// killed, the next one hears; who waits until it is heard does. svscan may have been
// executed again before. In -dense it is svscan itself that dies, and nobody has the
// socket.
func TestNotifyKilled(t *testing.T) {
	t.Parallel()
	forkedOnly(t, "it is lost")
	for _, name := range []string{"web", strings.Repeat("w", 120)} {
		w := plant(t)
		w.announcer(name)
		w.put(name+"/set/notify-socket", "")
		w.serve()
		first := w.reaches(name, status.Starting)
		w.unheard(name, `READY=1\nSTATUS=to nobody`)
		if r := w.reaches(name, status.Up); !r.Ready || r.Text != "to nobody" || r.PID != first.PID {
			t.Errorf("%s: got ready %v, %q, pid %d; want what was said, and pid %d", name, r.Ready, r.Text, r.PID, first.PID)
		}
		eventually(t, w.scan+"/"+name, "it knows that it was heard", func() bool {
			done, _ := os.ReadFile(w.scan + "/" + name + "/done")
			return string(done) == "heard\n"
		})
		w.run(answers("svctl reexec", "executed again"))
		w.unheard(name, "RELOADING=1")
		eventually(t, w.scan, "it reloads", func() bool { return w.record(name).Phase == "reloading" })
		w.send(name, "R")
		eventually(t, w.scan, "supervise is executed again", func() bool { return w.record(name).Reexecs > 0 })
		w.unheard(name, "READY=1\nSTATUS=again")
		eventually(t, w.scan, "it is ready again", func() bool { r := w.record(name); return r.Phase == "" && r.Text == "again" })
		w.unaffected(name, first.PID)
		w.ends()
	}
}

// TestNotifySame: whoever has connected to the socket goes on with it, and is not
// refused, when svscan is executed again and when supervise is killed.
func TestNotifySame(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.announcer("web")
	w.put("web/set/notify-socket", "")
	w.serve()
	w.reaches("web", status.Starting)
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: w.scan + "/web/supervise/notify", Net: "unixgram"})
	w.must(err)
	defer conn.Close()
	w.run(answers("svctl reexec", "executed again"))
	if _, err := conn.Write([]byte("STATUS=from a stranger")); err != nil {
		t.Errorf("after a reexec of svscan: %v", err)
	}
	w.say("web", "READY=1")
	w.reaches("web", status.Up)
	if isDense {
		w.ends()
		return
	}
	w.killSupervise("web")
	if _, err := conn.Write([]byte("STATUS=from a stranger")); err != nil {
		t.Errorf("after a kill of supervise: %v", err)
	}
	w.say("web", "STATUS=here")
	if got := w.record("web").Text; got != "here" {
		t.Errorf("got %q", got)
	}
	w.ends()
}

// unheard has the service say something while its supervise is stopped, and kills that
// when all is sent.
func (w *tree) unheard(service, line string) {
	w.t.Helper()
	r := w.record(service)
	w.freeze(r.Supervisor)
	sent := filepath.Join(w.scan, service, "sent")
	_ = os.Remove(sent) // of the time before
	f, err := os.OpenFile(filepath.Join(w.scan, service, "say"), os.O_RDWR, 0)
	w.must(err)
	defer f.Close()
	_, err = f.WriteString(line + "\nnote all\nbarrier heard\n")
	w.must(err)
	eventually(w.t, filepath.Dir(sent), "all is sent", func() bool { _, err := os.Stat(sent); return err == nil })
	w.must(syscall.Kill(r.Supervisor, syscall.SIGKILL))
}

// TestNotifyFar: a service whose path is too long for a socket has one all the same.
func TestNotifyFar(t *testing.T) {
	t.Parallel()
	w := plant(t)
	name := strings.Repeat("w", 120)
	w.announcer(name)
	w.put(name+"/set/notify-socket", "")
	w.serve()
	w.reaches(name, status.Starting)
	w.say(name, "READY=1")
	if r := w.reaches(name, status.Up); !r.Ready {
		t.Error("it is not ready")
	}
	w.killSupervise(name)
	w.say(name, "STATUS=here")
	if got := w.record(name).Text; got != "here" {
		t.Errorf("after a kill of supervise: got %q", got)
	}
	w.ends()
}

// TestExtend: EXTEND_TIMEOUT_USEC moves the end of timeout-up, and without it
// that comes.
func TestExtend(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.announcer("web")
	w.put("web/set/notify-socket", "")
	w.put("web/timeout-up", "60000\n")
	w.serve()
	w.reaches("web", status.Starting)
	deadline := func() string {
		for _, word := range strings.Fields(string(w.record("web").Machine)) {
			if strings.HasPrefix(word, "deadline=") {
				return word
			}
		}
		return ""
	}
	w.say("web", "EXTEND_TIMEOUT_USEC=1000", "STATUS=early")
	first := deadline()
	w.say("web", `EXTEND_TIMEOUT_USEC=3600000000\nSTATUS=late`)
	if later := deadline(); first == "" || later <= first && len(later) <= len(first) {
		t.Errorf("got %q after %q", later, first)
	}
	w.ends()
}

// TestWatchdog: a service that is silent for too long is ended, however stubborn
// it is, and one that says so itself.
func TestWatchdog(t *testing.T) {
	t.Parallel()
	const interval = 4 * time.Second
	w := plant(t)
	w.announcer("web")
	w.put("web/set/notify-socket", "")
	w.put("web/set/watchdog", interval.String()+"\n")
	w.serve()
	w.reaches("web", status.Starting)
	w.say("web", "stubborn", "ping 100ms", "READY=1")
	up := w.reaches("web", status.Up)
	text, _ := os.ReadFile(w.scan + "/web/env")
	if want := fmt.Sprintf("%d %d %d ", up.PID, up.PID, interval.Microseconds()); !strings.HasPrefix(string(text), want) {
		t.Errorf("it was told %q; want %q", text, want)
	}
	eventually(t, w.scan, "it has said for longer than that that it is well", func() bool {
		pings, _ := os.ReadFile(w.scan + "/web/pings")
		return len(pings) > 50
	})
	w.unaffected("web", up.PID)
	w.say("web", "ping")
	silent := time.Now()
	end := w.happens("web", "end", 1)[0]
	if took := end.At.Sub(silent); end.Cause != "watchdog" || end.Signal != int(syscall.SIGKILL) || took > interval+3*time.Second {
		t.Errorf("got the end %+v after %v; want watchdog, KILL, after about %v", end, took, interval+time.Second)
	}

	w.happens("web", "start", 2)
	w.say("web", "READY=1")
	w.reaches("web", status.Up)
	w.send("web", "p") // who is paused need not say anything
	w.reaches("web", status.Paused)
	w.send("web", "c")
	w.reaches("web", status.Up)
	w.say("web", "ping 100ms")
	f, err := os.OpenFile(w.scan+"/web/say", os.O_RDWR, 0)
	w.must(err)
	_, err = f.WriteString("WATCHDOG=trigger\n")
	w.must(err)
	w.must(f.Close())
	ends := w.happens("web", "end", 2)
	if causes := []string{ends[0].Cause, ends[1].Cause}; !slices.Equal(causes, []string{"watchdog", "watchdog"}) {
		t.Errorf("got %q", causes)
	}
	w.ends()
}

// TestNotifyUser: a service that is not root may say something, also one that takes
// no environment over.
func TestNotifyUser(t *testing.T) {
	t.Parallel()
	need.Root(t)
	need.Peer(t, "perl")
	w := plant(t)
	w.put("web/run", `#!/bin/sh
exec perl -MSocket -e 'socket(S, AF_UNIX, SOCK_DGRAM, 0); send(S, "READY=1\nSTATUS=as $<", 0, pack_sockaddr_un($ENV{NOTIFY_SOCKET})) or die; sleep 1000'
`)
	w.put("web/set/notify-socket", "")
	w.put("web/set/clear-env", "")
	w.put("web/set/user", ":65534:65534\n")
	w.serve()
	if r := w.reaches("web", status.Up); !r.Ready || r.Text != "as 65534" {
		t.Errorf("got ready %v, %q", r.Ready, r.Text)
	}
	w.ends()
}
