package tests

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// stub makes a service that is a server, and returns its port.
func (w *tree) stub(service, only, answers string) string {
	w.t.Helper()
	w.put(service+"/run", "#!/bin/sh\nexec ./"+stubName+"\n")
	w.put(service+"/answers", answers)
	w.put(service+"/only", only+"\n")
	self, err := os.Executable()
	w.must(err)
	w.must(os.Symlink(self, filepath.Join(w.scan, service, stubName)))
	l, err := net.Listen("tcp", net.JoinHostPort(only, "0"))
	if err != nil {
		w.t.Skip(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	w.put(service+"/port", port)
	w.must(l.Close())
	return port
}

// asked is whether the server was ready, each time that it was asked.
func (w *tree) asked(service string) string {
	text, _ := os.ReadFile(filepath.Join(w.scan, service, "asked")) // not yet
	return string(text)
}

// TestCheckHTTP: 503, 503, 200 is ready at the third, and when the server turns
// bad it is not, until it is good again.
func TestCheckHTTP(t *testing.T) {
	t.Parallel()
	w := plant(t)
	port := w.stub("web", "127.0.0.1", "503 503 200")
	w.put("web/set/check/http", "http://localhost:"+port+"/health\nX-Key: a\n")
	w.put("web/set/check/period", "50ms\n")
	w.put("web/set/check/timeout", "20s\n")
	w.serve()
	w.reaches("web", status.Up)
	eventually(t, w.scan, "it is asked again", func() bool { return len(w.asked("web")) > 3 })
	if got := w.asked("web"); got[:4] != "0001" {
		t.Errorf("at each answer it was ready: %s; want 0001", got)
	}
	w.put("web/answers", "500")
	eventually(t, w.scan, "it is not ready", func() bool { return w.record("web").Lost })
	w.put("web/answers", "204")
	eventually(t, w.scan, "it is ready again", func() bool { return w.record("web").Ready })
	w.put("web/set/check/http", "http://localhost:"+port+"/health 200\n") // counts at once
	eventually(t, w.scan, "204 is not 200", func() bool { return w.record("web").Lost })
	if r := w.record("web"); r.State != status.Up || r.Deaths > 0 {
		t.Errorf("got %+v; want it up all the time", r)
	}
	w.ends()
}

// TestCheckFirst: of several ways to find out whether it is ready the first counts: a
// program, then HTTP, then TCP.
func TestCheckFirst(t *testing.T) {
	t.Parallel()
	w := plant(t)
	port := w.stub("web", "127.0.0.1", "503")
	w.put("web/set/check/http", "http://localhost:"+port+"/\n")
	w.put("web/set/check/tcp", "localhost:"+port+"\n")
	w.put("web/set/check/period", "50ms\n")
	w.put("web/set/check/timeout", "20s\n")
	w.serve()
	eventually(t, w.scan, "it is asked", func() bool { return len(w.asked("web")) > 3 })
	if strings.Contains(w.asked("web"), "1") || w.record("web").Ready {
		t.Error("it is ready by TCP; HTTP says no")
	}
	w.put("web/check", "#!/bin/sh\nexit 0\n")
	eventually(t, w.scan, "it is ready by its program", func() bool { return w.record("web").Ready })
	w.ends()
}

// TestCheckTCP: a listener on the second address of localhost alone is found.
func TestCheckTCP(t *testing.T) {
	t.Parallel()
	w := plant(t)
	port := w.stub("web", "::1", "200")
	w.put("web/set/check/tcp", "localhost:"+port+"\n")
	w.put("web/set/check/period", "50ms\n")
	w.put("web/set/check/timeout", "20s\n")
	w.serve()
	if r := w.reaches("web", status.Up); !r.Ready {
		t.Error("it is not ready")
	}
	w.put("web/set/check/tcp", "nowhere\n") // the last good one stays
	w.says("set/check/tcp")
	w.run(answers("svctl restart web", ``))
	if r := w.reaches("web", status.Up); !r.Ready || r.Starts != 2 {
		t.Errorf("got %+v; want it ready again", r)
	}
	w.ends()
}

// TestAlive: a server that hangs is looked into, and then ended; one that is only
// slow at its start is not.
func TestAlive(t *testing.T) {
	t.Parallel()
	w := plant(t)
	port := w.stub("web", "127.0.0.1", "200")
	w.put("web/set/alive/http", "http://localhost:"+port+"/\n")
	w.put("web/set/alive/period", "50ms\n")
	w.put("web/set/alive/timeout", "20s\n")
	w.put("web/set/diagnose", "#!/bin/sh\necho \"diagnosing $SV_PID\"\necho $SV_PID >>diagnosed\n")
	w.serve()
	r := w.reaches("web", status.Up)
	eventually(t, w.scan, "it was asked", func() bool { return len(w.asked("web")) > 3 })
	w.put("web/answers", "0")
	w.put("web/set/alive/timeout", "100ms\n")
	end := w.happens("web", "end", 1)[0]
	if end.PID != r.PID || end.Cause != "alive" {
		t.Errorf("got the end %+v; want alive of %d", end, r.PID)
	}
	text, _ := os.ReadFile(filepath.Join(w.scan, "web/diagnosed"))
	if want := fmt.Sprintf("%d\n", r.PID); string(text) != want {
		t.Errorf("diagnosed %q; want %q", text, want)
	}
	w.says(fmt.Sprintf("diagnosing %d\n", r.PID))

	// It hangs from its start, but has its time.
	w.put("web/set/alive/grace", "1h\n")
	w.put("web/set/alive/failure", "1\n")
	w.send("web", "d")
	w.reaches("web", status.Down)
	starts := w.record("web").Starts
	w.send("web", "u")
	w.happens("web", "start", starts+1)
	if next := w.reaches("web", status.Up); next.Deaths != starts {
		t.Errorf("got %d deaths of %d starts", next.Deaths, next.Starts)
	}
	w.ends()
}

// TestDiagnoseKilled: set/diagnose hangs, and supervise is killed meanwhile: what
// was found is not forgotten.
func TestDiagnoseKilled(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/set/alive/run", "#!/bin/sh\ntest ! -e sick\n")
	w.put("web/set/alive/period", "50ms\n")
	w.put("web/set/alive/timeout", "20s\n")
	w.put("web/set/diagnose", "#!/bin/sh\necho >>diagnosed\nuntil test -e go; do sleep 0.02; done\n")
	w.serve()
	r := w.reaches("web", status.Up)
	w.put("web/sick", "")
	eventually(t, w.scan, "it is diagnosed", func() bool {
		_, err := os.Stat(w.scan + "/web/diagnosed")
		return err == nil
	})
	w.killSupervise("web")
	w.unaffected("web", r.PID)
	w.put("web/go", "")
	if end := w.happens("web", "end", 1)[0]; end.PID != r.PID || end.Cause != "alive" {
		t.Errorf("got the end %+v; want alive of %d", end, r.PID)
	}
	w.must(os.Remove(w.scan + "/web/sick"))
	w.ends()
}

// TestDiagnoseAway: set/diagnose ends while there is no supervise.
func TestDiagnoseAway(t *testing.T) {
	t.Parallel()
	forkedOnly(t, "svscan is stopped while there is no supervise")
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/set/alive/run", "#!/bin/sh\ntest ! -e sick || test -e diagnosed\n")
	w.put("web/set/alive/period", "50ms\n")
	w.put("web/set/alive/timeout", "20s\n")
	w.put("web/set/diagnose", "#!/bin/sh\necho $$ >diagnosed\nuntil test -e go; do sleep 0.02; done\n")
	w.serve()
	r := w.reaches("web", status.Up)
	w.put("web/sick", "")
	diagnosis := 0
	eventually(t, w.scan, "it is diagnosed", func() bool {
		text, _ := os.ReadFile(w.scan + "/web/diagnosed") // not yet
		diagnosis, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		return diagnosis != 0
	})
	w.freeze(w.svscan.cmd.Process.Pid)
	w.must(syscall.Kill(r.Supervisor, syscall.SIGKILL))
	w.put("web/go", "")
	eventually(t, w.scan, "it has ended", func() bool { return processGone(diagnosis) })
	w.must(w.svscan.cmd.Process.Signal(syscall.SIGCONT))
	if end := w.happens("web", "end", 1)[0]; end.PID != r.PID || end.Cause != "alive" {
		t.Errorf("got the end %+v; want alive of %d", end, r.PID)
	}
	w.ends()
}

// TestProbeKilled: supervise is killed while a check hangs. That is ended, what was
// ready stays so, and checks go on.
func TestProbeKilled(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/check", "#!/bin/sh\necho $$ >>asked\nif test -e hang; then echo $$ >hangs; exec sleep 1000; fi\n")
	w.put("web/set/check/period", "20ms\n")
	w.put("web/set/check/timeout", "1h\n")
	w.serve()
	before := w.reaches("web", status.Up)
	w.put("web/hang", "")
	hangs := 0
	eventually(t, w.scan, "a check hangs", func() bool {
		text, _ := os.ReadFile(w.scan + "/web/hangs") // not yet
		hangs, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		return hangs != 0
	})
	after := w.killSupervise("web")
	if !after.Ready || after.PID != before.PID {
		t.Errorf("got ready %v, pid %d; want ready, %d", after.Ready, after.PID, before.PID)
	}
	w.must(os.Remove(w.scan + "/web/hang"))
	eventually(t, w.scan, "it was ended", func() bool { return processGone(hangs) })
	eventually(t, w.scan, "the next check", func() bool {
		text, _ := os.ReadFile(w.scan + "/web/asked")
		return !strings.HasSuffix(string(text), fmt.Sprintf("\n%d\n", hangs))
	})
	w.unaffected("web", before.PID)
	w.ends()
}

// TestProbeStop: a stop beats a check, and set/diagnose, that hangs.
func TestProbeStop(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/check", "#!/bin/sh\necho >>asked\nexec sleep 1000\n")
	w.put("web/set/check/timeout", "1h\n")
	w.put("web/set/alive/run", "#!/bin/sh\nexit 1\n")
	w.put("web/set/alive/period", "20ms\n")
	w.put("web/set/diagnose", "#!/bin/sh\necho >>diagnosed\nexec sleep 1000\n")
	w.serve()
	r := w.reaches("web", status.Starting)
	for _, name := range []string{"asked", "diagnosed"} {
		eventually(t, w.scan, name, func() bool {
			_, err := os.Stat(w.scan + "/web/" + name)
			return err == nil
		})
	}
	begun := time.Now()
	w.send("web", "d")
	w.reaches("web", status.Down)
	if end := w.happens("web", "end", 1)[0]; end.Cause != "stop" || end.Signal != int(syscall.SIGTERM) || r.Starts > 1 {
		t.Errorf("got the end %+v", end)
	}
	if took := time.Since(begun); took > 8*time.Second {
		t.Errorf("it took %v", took)
	}
	w.ends()
}

// TestDiagnoseLimit: set/diagnose has ten seconds, and then its service is ended
// all the same.
func TestDiagnoseLimit(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it waits for ten seconds")
	}
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/set/alive/run", "#!/bin/sh\nexit 1\n")
	w.put("web/set/alive/failure", "1\n")
	w.put("web/set/diagnose", "#!/bin/sh\necho $$ >>diagnosed\nexec sleep 1000\n")
	w.serve()
	end := w.happens("web", "end", 1)[0]
	if end.Cause != "alive" || end.Lived < 10*time.Second || end.Lived > 14*time.Second {
		t.Errorf("got the end %+v; want alive after 10 s", end)
	}
	w.ends()
}
