package tests

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// A service that listens at the port that it is given: the program is the listener,
// which svexec would give sockets; so it opens its own.
const porter = "#!/bin/sh\necho $PORT_http >port; env >env\nexec ./" + listenerName + " $PORT_http\n"

// asksPort makes such a service, and freeBase is where it may begin.
func (w *tree) asksPort(service string, base int) {
	w.t.Helper()
	w.listens(service)
	w.put(service+"/run", porter)
	w.put(service+"/set/ports/http", strconv.Itoa(base)+"\n")
}

// freeBase is a port with free ones behind it, far from those that the kernel and
// other tests take by themselves.
func freeBase() int {
	const each, calls = 10, 20
	return 20000 + os.Getpid()%60*each*calls + each*int(bases.Add(1)%calls)
}

var bases atomic.Int32

// port is that which a service says it was given.
func (w *tree) port(service string) int {
	w.t.Helper()
	w.reaches(service, status.Up)
	eventually(w.t, filepath.Join(w.scan, service), "its port", func() bool { return hasText(filepath.Join(w.scan, service, "port")) })
	text, err := os.ReadFile(filepath.Join(w.scan, service, "port"))
	w.must(err)
	n, err := strconv.Atoi(strings.TrimSpace(string(text)))
	w.must(err)
	return n
}

// answersAt waits until somebody listens at a port.
func (w *tree) answersAt(port int) {
	w.t.Helper()
	eventually(w.t, w.dir, "an answer", func() bool {
		_, err := talk("tcp", "127.0.0.1:"+strconv.Itoa(port))
		return err == nil
	})
}

// TestPorts: who asks for one port gets it, or another; each its own, and the same
// again, in two trees and after whatever becomes of supervise.
func TestPorts(t *testing.T) {
	t.Parallel()
	base := freeBase()
	taken, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(base))
	if err != nil {
		t.Skip(err)
	}
	var all []*tree
	seen := map[int]string{}
	ports := map[string]int{}
	for range 2 {
		w := plant(t)
		w.asksPort("a", base)
		w.asksPort("b", base)
		w.put("a/set/clear-env", "")
		all = append(all, w)
		w.serve()
	}
	for i, w := range all {
		for _, service := range []string{"a", "b"} {
			name := fmt.Sprint(service, i)
			port := w.port(service)
			if port <= base || port > base+9 || seen[port] != "" {
				t.Errorf("%s: got port %d, which %q has; it is from %d on", name, port, seen[port], base)
			}
			seen[port], ports[name] = name, port
			w.answersAt(port)
		}
	}
	w := all[0]
	env, err := os.ReadFile(w.scan + "/a/env")
	w.must(err)
	if want := fmt.Sprintf("PORT_http=%d\n", ports["a0"]); !strings.Contains(string(env), want) {
		t.Errorf("got %s; want %s", env, want)
	}
	w.must(taken.Close()) // that is no reason to change
	w.killSupervise("a")
	w.run(answers("svctl restart a", ``))
	if port := w.port("a"); port != ports["a0"] {
		t.Errorf("got port %d; want %d again", port, ports["a0"])
	}
	w.run(answers("svctl down b", ``))
	w.asksPort("c", base)
	if port := w.port("c"); port != base {
		t.Errorf("got port %d; want %d, which is free", port, base)
	}
	w.run(answers("svctl up b", ``))
	if port := w.port("b"); port != ports["b0"] {
		t.Errorf("got port %d; want %d again", port, ports["b0"])
	}
	for _, w := range all {
		w.ends()
	}
}

// TestPortsStrict: no other port will do, and who has it is named.
func TestPortsStrict(t *testing.T) {
	t.Parallel()
	w := plant(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	defer l.Close()
	base := l.Addr().(*net.TCPAddr).Port
	w.asksPort("web", base)
	w.asksPort("two", base)
	w.put("two/set/ports/a-b", "1\n")
	w.put("two/set/ports/a_b", "1\n")
	w.put(".svscan/set/strict-ports", "")
	w.serve()
	name, _ := os.ReadFile("/proc/self/comm")
	want := fmt.Sprintf("port %d (set/ports/http) is in use by %s (pid %d)", base, strings.TrimSpace(string(name)), os.Getpid())
	if r := w.reaches("web", status.Backoff); r.Reason != want {
		t.Errorf("got %q; want %q", r.Reason, want)
	}
	w.run(answers("svctl why web", regexp.QuoteMeta("web is in backoff: "+want)))
	want = "unable to use set/ports/a_b: it is the same variable as that of a-b"
	if r := w.reaches("two", status.Backoff); r.Reason != want {
		t.Errorf("got %q; want %q", r.Reason, want)
	}
	w.must(l.Close())
	w.run(answers("svctl up web", ``))
	if port := w.port("web"); port != base {
		t.Errorf("got port %d; want %d", port, base)
	}
	w.ends()
}

// TestPortsLeft: what is left of the last run at the port is waited for.
func TestPortsLeft(t *testing.T) {
	t.Parallel()
	w := plant(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	base := l.Addr().(*net.TCPAddr).Port
	w.must(l.Close())
	w.asksPort("web", base)
	w.put("web/set/check/tcp", "none\n")
	w.put("web/run", "#!/bin/sh\necho $PORT_http >port\n[ -e left ] && exec sleep 1000\n: >left\nsetsid ./"+listenerName+" $PORT_http &\necho $! >stray\n"+
		"until [ -s given ]; do sleep 0.01; done\n")
	w.serve()
	r := w.reaches("web", status.Backoff)
	eventually(t, w.dir, "the reason", func() bool {
		r = w.record("web")
		return strings.HasPrefix(r.Reason, fmt.Sprintf("port %d (set/ports/http) is in use by ", base))
	})
	if !strings.HasSuffix(r.Reason, " of this service, which is waited for") {
		t.Errorf("got %q", r.Reason)
	}
	text, err := os.ReadFile(w.scan + "/web/stray")
	w.must(err)
	stray, err := strconv.Atoi(strings.TrimSpace(string(text)))
	w.must(err)
	w.must(syscall.Kill(stray, syscall.SIGKILL))
	if port := w.port("web"); port != base {
		t.Errorf("got port %d; want %d", port, base)
	}
	w.ends()
}

// TestPortsReady: who asks for ports and says nothing else is ready when it listens at
// all of them, and is not asked again; and who does not listen says so.
func TestPortsReady(t *testing.T) {
	t.Parallel()
	w := plant(t)
	base := freeBase()
	w.asksPort("web", base)
	w.put("web/run", "#!/bin/sh\necho $PORT_http >port\n: >count\nread go <gate\nexec ./"+listenerName+" $PORT_http\n")
	w.must(syscall.Mkfifo(w.scan+"/web/gate", 0o600))
	w.put("need/run", sleeper)
	w.put("need/dependencies.d/web", "")
	w.asksPort("half", base)
	w.put("half/set/ports/admin", strconv.Itoa(base)+"\n")
	w.put("late/run", sleeper)
	w.put("late/set/min-uptime", "3s\n")
	w.put("late/dependencies.d/web", "")
	w.serve()
	w.reaches("web", status.Starting)
	w.killSupervise("web")
	w.reaches("need", status.Waiting)
	w.run(refuses("svctl ready web", 1, ``), refuses("svctl up --wait=ready -t 100ms web", 99, ``), answers("svctl why web", `it does not listen yet at port \d+ \(set/ports/http\)`))
	w.must(os.WriteFile(w.scan+"/web/gate", []byte("go\n"), 0))
	if r := w.reaches("web", status.Up); !r.Ready {
		t.Errorf("got %+v; want that it is ready", r)
	}
	w.reaches("need", status.Up)
	w.run(answers("svctl ready web", ``))
	w.reaches("late", status.Up)
	if text, err := os.ReadFile(w.scan + "/web/count"); err != nil || string(text) != "1" {
		t.Errorf("got %q, %v; want one connection", text, err)
	}
	if r := w.record("half"); r.State != status.Starting || r.Ready {
		t.Errorf("got %+v; want that it is starting", r)
	}
	w.run(answers("svctl set half check/tcp=none", ``), answers("svctl restart half", ``))
	if r := w.reaches("half", status.Up); r.Ready {
		t.Errorf("got %+v; want that nobody has asked", r)
	}
	w.ends()
}

// TestPortsNamed: what is checked, and what the service is told, can name a port.
func TestPortsNamed(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.asksPort("web", freeBase())
	w.put("web/set/check/tcp", "localhost:%{port:http}\n")
	w.put("web/set/env/URL", "http://localhost:%{port:http}/%%20\n")
	w.asksPort("bad", freeBase())
	w.put("bad/set/env/URL", "%{port:web}\n")
	w.serve()
	r := w.reaches("web", status.Up)
	port := w.port("web")
	env, err := os.ReadFile(w.scan + "/web/env")
	w.must(err)
	if want := fmt.Sprintf("URL=http://localhost:%d/%%20\n", port); !r.Ready || !strings.Contains(string(env), want) {
		t.Errorf("got ready %v, %s; want %s", r.Ready, env, want)
	}
	want := "unable to use set/env/URL: %{port:web}: the service has no set/ports/web"
	if r := w.reaches("bad", status.Backoff); r.Reason != want {
		t.Errorf("got %q; want %q", r.Reason, want)
	}
	w.ends()
}

// lingers makes a service that leaves who listens at its port for a moment, or for ever
// where there is a file stay.
func (w *tree) lingers(service string, base int) {
	w.asksPort(service, base)
	w.put(service+"/run", "#!/bin/sh\nrm -f away\necho $PORT_http >port\nsetsid ./"+listenerName+" $PORT_http & child=$!\necho $child >stray\n"+
		"trap 'setsid ./end $child & until [ -e away ]; do sleep 0.01; done; exit 0' TERM\nwait\n")
	w.put(service+"/end", "#!/bin/sh\n: >away # from the group that is ended with run\n[ -e stay ] && exit\nsleep 0.4; kill $1\n")
	w.must(os.Chmod(filepath.Join(w.scan, service, "end"), 0o755))
}

// TestPortsDown: down waits until the ports of the service are free, and tells who
// listens there else.
func TestPortsDown(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.lingers("web", freeBase())
	w.serve()
	port := w.port("web")
	w.answersAt(port)
	w.run(answers("svctl down web", ``))
	if _, err := talk("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil {
		t.Error("somebody answers for a service that is down")
	}
	w.put("web/stay", "")
	w.run(answers("svctl up web", ``))
	port = w.port("web")
	w.answersAt(port)
	text, err := os.ReadFile(w.scan + "/web/stray")
	w.must(err)
	stray, err := strconv.Atoi(strings.TrimSpace(string(text)))
	w.must(err)
	held := fmt.Sprintf(`ort %d \(set/ports/http\) is in use by %s \(pid %d\), which is left of it`, port, listenerName, stray)
	w.run(refuses("svctl down -t 1s web", 99, `it is down, but p`+held), answers("svctl why web", `P`+held))
	w.must(syscall.Kill(stray, syscall.SIGKILL))
	w.run(answers("svctl down web", ``))
	w.ends()
}

// TestPortsRestart: the next run of a service gets its port again, as soon as what is
// left of the last one has given it up, and never sooner.
func TestPortsRestart(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.lingers("web", freeBase())
	w.serve()
	port := w.port("web")
	for range 3 {
		w.answersAt(port)
		w.must(os.Remove(w.scan + "/web/port"))
		w.run(answers("svctl restart web", ``))
		if again := w.port("web"); again != port {
			t.Fatalf("got port %d; want %d again", again, port)
		}
		run, listener := w.record("web").PID, w.mustTalk("tcp", "127.0.0.1:"+strconv.Itoa(port))
		if stat := statOf(listener); int(stat.Number(4)) != run {
			t.Fatalf("%d has answered, a child of %d; want one of %d", listener, stat.Number(4), run)
		}
	}
	w.run(answers("svctl down web", ``))
	w.ends()
}

// TestPortsWhy: who has the port that a service which fails is asked at is named, with
// the service that he is of.
func TestPortsWhy(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.asksPort("api", freeBase())
	w.put("web/run", "#!/bin/sh\nexit 1\n")
	w.put("web/set/restart", "never\n")
	w.put("web/down", "")
	w.serve()
	port := w.port("api")
	w.answersAt(port)
	w.put("web/set/check/tcp", fmt.Sprintf("localhost:%d\n", port))
	w.send("web", "u")
	w.reaches("web", status.Failed)
	w.run(answers("svctl why web", fmt.Sprintf(`Port %d \(set/check/tcp\) is in use by %s \(pid %d\) of the service api\.`, port, listenerName, w.record("api").PID)))
	w.ends()
}

// TestPortsChecked: set/check may ask by HTTP at a port that was chosen, and an empty one
// asks the ports as long as the service runs.
func TestPortsChecked(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.stub("web", "::1", "503 200")
	w.put("web/run", "#!/bin/sh\nprintf %s $PORT_http >port\nexec ./"+stubName+"\n")
	w.put("web/set/ports/http", strconv.Itoa(freeBase())+"\n")
	w.put("web/set/check/http", "http://localhost:%{port:http}/a%20b\n")
	w.put("web/set/check/period", "50ms\n")
	w.asksPort("api", freeBase())
	w.put("api/count", "")
	w.put("api/set/check/period", "50ms\n")
	w.serve()
	for _, service := range []string{"web", "api"} {
		if r := w.reaches(service, status.Up); !r.Ready {
			t.Errorf("got %+v; want that it is ready", r)
		}
	}
	if got := w.asked("web"); got[:2] != "00" {
		t.Errorf("at each answer it was ready: %s; want 00", got)
	}
	eventually(t, w.scan, "it is asked again", func() bool {
		text, _ := os.ReadFile(w.scan + "/api/count")
		return len(text) > 2
	})
	w.ends()
}
