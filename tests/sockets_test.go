package tests

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// listens makes a service of the listener with these sockets, NAME and LINE in turn.
func (w *tree) listens(service string, sockets ...string) {
	w.t.Helper()
	self, err := os.Executable()
	w.must(err)
	w.must(os.MkdirAll(filepath.Join(w.scan, service), 0o755))
	w.must(os.Symlink(self, filepath.Join(w.scan, service, listenerName)))
	for i := 0; i < len(sockets); i += 2 {
		w.put(service+"/set/sockets/"+sockets[i], sockets[i+1]+"\n")
	}
	w.put(service+"/run", "#!/bin/sh\nexec ./"+listenerName+"\n")
}

// talk connects, and returns the pid of who has answered.
func talk(network, address string) (int, error) {
	c, err := net.Dial(network, address)
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if _, err := fmt.Fprintln(c, "hello"); err != nil {
		return 0, err
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(line))
}

// mustTalk is talk to who must be there.
func (w *tree) mustTalk(network, address string) int {
	w.t.Helper()
	pid, err := talk(network, address)
	w.must(err)
	return pid
}

// freeAddress is one that nobody has.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestSockets: the service gets them from 3 on in the order of their names, also after
// a restart, and they are gone when it is down.
func TestSockets(t *testing.T) {
	t.Parallel()
	w := plant(t)
	address := freeAddress(t)
	w.listens("web", "http", "tcp "+address, "admin", "unix sock mode=0600", "udp", "udp "+address)
	w.serve()
	w.reaches("web", status.Up)
	eventually(t, w.dir, "it says what it was given", func() bool { return hasText(w.scan + "/web/given") })
	text, err := os.ReadFile(w.scan + "/web/given")
	w.must(err)
	if got, want := string(text), "3 true admin:http:udp\n"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	sock := w.scan + "/web/sock"
	if st, err := os.Stat(sock); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; want mode 0600", st, err)
	}
	first := w.mustTalk("unix", sock)
	if pid := w.record("web").PID; pid != first || w.mustTalk("tcp", address) != pid {
		t.Errorf("%d has answered; want %d", first, pid)
	}
	w.put("web/set/sockets/more", "unix other\n") // it counts after a stop
	w.run(answers("svctl restart web", ``))
	if second := w.mustTalk("tcp", address); second == first {
		t.Error("it was not restarted")
	}
	if _, err := os.Stat(w.scan + "/web/other"); err == nil {
		t.Error("what was edited counts at once")
	}
	w.run(answers("svctl down web", ``))
	if _, err := talk("tcp", address); err == nil {
		t.Error("somebody answers for a service that is down")
	}
	if _, err := os.Lstat(sock); !os.IsNotExist(err) {
		t.Errorf("the socket is left: %v", err)
	}
	w.run(answers("svctl up web", ``))
	w.mustTalk("unix", w.scan+"/web/other")
	w.ends()
	if _, err := talk("tcp", address); err == nil {
		t.Error("somebody answers when all has ended")
	}
}

// TestSocketsStray: what a run has left with its sockets is in nobody's way.
func TestSocketsStray(t *testing.T) {
	t.Parallel()
	w := plant(t)
	address := freeAddress(t)
	w.listens("web", "http", "tcp "+address, "local", "unix sock")
	w.put("web/run", "#!/bin/sh\nsetsid sleep 1000 &\necho $! >>strays\nexec ./"+listenerName+"\n")
	w.serve()
	for range 3 {
		w.reaches("web", status.Up)
		w.mustTalk("tcp", address)
		w.mustTalk("unix", w.scan+"/web/sock")
		w.run(answers("svctl down web", ``))
		if _, err := talk("tcp", address); err == nil {
			t.Error("somebody answers for a service that is down")
		}
		w.run(answers("svctl up web", ``))
	}
	w.mustTalk("tcp", address) // then the last has written its stray
	text, err := os.ReadFile(w.scan + "/web/strays")
	w.must(err)
	for _, word := range strings.Fields(string(text)) {
		pid, err := strconv.Atoi(word)
		w.must(err)
		_ = syscall.Kill(pid, syscall.SIGKILL) // the stop came before it had a session of its own
	}
	w.ends()
}

// TestSocketsKept: connections that are made while supervise is away, is executed
// again or has its holder killed wait, and are served.
func TestSocketsKept(t *testing.T) {
	t.Parallel()
	w := plant(t)
	address := freeAddress(t)
	w.listens("web", "http", "tcp "+address)
	w.put("web/run", "#!/bin/sh\nread go <gate; exec ./"+listenerName+"\n")
	w.must(syscall.Mkfifo(filepath.Join(w.scan, "web/gate"), 0o600))
	w.serve()
	for _, how := range []string{"holder", "kill", "reexec", "kill", "holder"} {
		run := w.reaches("web", status.Up).PID
		switch how {
		case "kill":
			w.must(syscall.Kill(run, syscall.SIGSTOP)) // it starts nothing
			w.killSupervise("web")
			w.must(syscall.Kill(run, syscall.SIGCONT))
		case "reexec":
			w.run(answers("svctl reexec web", ``))
		case "holder":
			old := w.holderOf("web")
			w.must(syscall.Kill(old, syscall.SIGKILL))
			eventually(t, w.dir, "another holder", func() bool { pid := w.holderOf("web"); return pid != 0 && pid != old })
		}
		answered := make(chan error)
		go func() {
			_, err := talk("tcp", address)
			answered <- err
		}()
		w.must(syscall.Kill(run, syscall.SIGKILL))
		eventually(t, w.dir, "another run", func() bool { pid := w.record("web").PID; return pid != 0 && pid != run })
		w.must(os.WriteFile(w.scan+"/web/gate", []byte("go\n"), 0))
		if err := <-answered; err != nil {
			t.Errorf("%s: %v", how, err)
		}
		w.run(answers("svctl kill web", ``))
	}
	w.ends()
}

// holderOf is who keeps the sockets of a service, 0 if nobody does.
func (w *tree) holderOf(service string) int {
	for _, pid := range below(filepath.Join(w.scan, service)) {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)) // it may be gone
		if strings.HasPrefix(string(line), "svholder\x00") {
			return pid
		}
	}
	return 0
}

// TestSocketsLoad: of restarts under load nobody sees anything.
func TestSocketsLoad(t *testing.T) {
	t.Parallel()
	restarts := 100
	if testing.Short() {
		restarts = 10
	}
	w := plant(t)
	address := freeAddress(t)
	w.listens("web", "http", "tcp "+address)
	w.put("web/set/restart-delay", "10ms\n")
	w.serve()
	w.reaches("web", status.Up)
	stop := make(chan struct{})
	failed := make(chan error, 4)
	var load sync.WaitGroup
	for range cap(failed) {
		load.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := talk("tcp", address); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	for n := range restarts {
		if n%10 == 5 {
			w.killSupervise("web")
		}
		w.run(answers("svctl restart web", ``))
	}
	close(stop)
	load.Wait()
	close(failed)
	for err := range failed {
		t.Error(err)
	}
	w.ends()
}

// TestSocketsRestarted: a restart of a service that waits for its next start keeps
// its sockets: who is waiting to be served is.
func TestSocketsRestarted(t *testing.T) {
	t.Parallel()
	w := plant(t)
	address := freeAddress(t)
	w.listens("web", "http", "tcp "+address)
	w.put("web/set/restart-delay", "1h\n")
	w.put("web/run", "#!/bin/sh\n[ -e well ] || exit 1\nexec ./"+listenerName+"\n")
	w.serve()
	w.reaches("web", status.Backoff)
	c, err := net.Dial("tcp", address)
	w.must(err)
	w.put("web/well", "")
	w.run(answers("svctl restart web", `web: (up|starting) .*`))
	_, err = fmt.Fprintln(c, "hello")
	w.must(err)
	if line, err := bufio.NewReader(c).ReadString('\n'); err != nil {
		t.Errorf("got %q, %v; want an answer", line, err)
	}
	w.must(c.Close())
	w.ends()
}

// TestSocketsTaken: who has the address is named, and when it is free the service
// starts.
func TestSocketsTaken(t *testing.T) {
	t.Parallel()
	w := plant(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	w.must(err)
	defer l.Close()
	address := l.Addr().String()
	w.listens("web", "http", "tcp "+address)
	w.listens("bad", "http", "tcp localhost:80")
	w.listens("empty", "http", "")
	w.listens("two", "http", "unix sock")
	w.put("two/notification-fd", "3\n")
	w.serve()
	r := w.reaches("web", status.Backoff)
	name, _ := os.ReadFile("/proc/self/comm")
	if want := fmt.Sprintf("unable to listen at http tcp %s: in use by %s (pid %d)", address, strings.TrimSpace(string(name)), os.Getpid()); r.Reason != want {
		t.Errorf("got %q; want %q", r.Reason, want)
	}
	if r := w.reaches("bad", status.Backoff); !strings.Contains(r.Reason, "set/sockets/http: not an address in numbers") {
		t.Errorf("got %q", r.Reason)
	}
	if r := w.reaches("empty", status.Backoff); r.Reason != "unable to use set/sockets/http: empty" {
		t.Errorf("got %q", r.Reason)
	}
	if r := w.reaches("two", status.Waiting); r.Reason != "notification-fd is descriptor 3, which is one of set/sockets (LISTEN_FDNAMES)" {
		t.Errorf("got %q", r.Reason)
	}
	w.must(l.Close())
	w.run(answers("svctl up web", ``))
	w.mustTalk("tcp", address)
	w.ends()
}
