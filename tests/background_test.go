package tests

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// A daemon that backgrounds itself, as most do: the program forks, its child
// leads a session, writes its pid, and stays; the program ends. Where a FIFO go
// is, it waits for a word there first.
const (
	forker     = "#!/bin/sh\nsetsid ./daemon &\n[ ! -p go ] || read word <go\n"
	daemonized = "#!/bin/sh\ntrap 'echo HUP >>got' HUP\ntrap 'exit 7' USR1\n" +
		"exec 4<>hold\necho $$ >daemon.pid\nwhile :; do read word <&4; done\n"
)

// backgrounds makes a service of the program forker, and one of these daemons.
func (w *tree) backgrounds(service, options, program, daemon string) {
	w.t.Helper()
	w.put(service+"/run", "#!/bin/sh\nexec svexec --background daemon.pid "+options+" ./program\n")
	w.put(service+"/program", program)
	w.put(service+"/daemon", daemon)
	w.must(syscall.Mkfifo(filepath.Join(w.scan, service, "hold"), 0o600))
}

// pidIn waits until a file below the scan directory has a pid.
func (w *tree) pidIn(file string) int {
	w.t.Helper()
	pid := 0
	eventually(w.t, w.dir, "a pid in "+file, func() bool {
		text, _ := os.ReadFile(filepath.Join(w.scan, file)) // not there yet
		pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
		return pid > 0
	})
	return pid
}

// TestBackground: the service is ready when its program has ended and the pid
// file names the daemon; signals reach that, and its end is that of the service.
func TestBackground(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.backgrounds("web", "--timeout 30s", forker, daemonized)
	w.put("web/notification-fd", "5\n")
	w.must(syscall.Mkfifo(filepath.Join(w.scan, "web/go"), 0o600))
	w.serve()
	daemon := w.pidIn("web/daemon.pid")
	if r := w.reaches("web", status.Starting); r.Ready {
		t.Errorf("got %+v; want not ready while the program runs", r)
	}
	w.run(answers("svctl -h web", ``)) // it is held for the daemon
	released := time.Now()
	w.must(os.WriteFile(filepath.Join(w.scan, "web/go"), []byte("\n"), 0))
	first := w.reaches("web", status.Up)
	if !first.Ready || first.ReadyAt.Before(released) || first.PID == daemon {
		t.Errorf("got %+v; want ready after %v, and another process than %d", first, released, daemon)
	}
	w.must(os.Remove(filepath.Join(w.scan, "web/go")))
	got := filepath.Join(w.scan, "web/got")
	for i, letter := range []string{"h", "1"} {
		eventually(t, w.dir, "HUP", func() bool {
			text, _ := os.ReadFile(got) // not there yet
			return strings.Count(string(text), "\n") > i
		})
		w.run(answers("svctl -"+letter+" web", ``))
	}
	if end := w.happens("web", "end", 1)[0]; end.PID != first.PID || end.Code != 7 {
		t.Errorf("got %+v; want exit code 7 of %d", end, first.PID)
	}
	if text, err := os.ReadFile(got); string(text) != "HUP\nHUP\n" {
		t.Errorf("got %q, %v; want two HUP", text, err)
	}
	// The pid file is a stale one by now.
	w.happens("web", "ready", 2)
	if again := w.pidIn("web/daemon.pid"); again == daemon {
		t.Errorf("got %d once more; want another daemon", again)
	}
	daemon = w.pidIn("web/daemon.pid")
	w.run(answers("svctl down web", ``))
	end := w.happens("web", "end", 2)[1]
	if err := syscall.Kill(daemon, 0); err == nil || end.Signal != int(syscall.SIGTERM) {
		t.Errorf("got %+v, and %d: %v; want TERM, and nothing left", end, daemon, err)
	}
	w.ends()
}

// TestBackgroundStranger: whoever else a pid file names is left alone; what the
// program left is not.
func TestBackgroundStranger(t *testing.T) {
	t.Parallel()
	elsewhere := t.TempDir()
	stranger, err := start(elsewhere, filepath.Join(elsewhere, "said"), os.Environ(), "/bin/sleep", "1000")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stranger.stop(syscall.SIGTERM) }) // it may have ended
	pid := strconv.Itoa(stranger.cmd.Process.Pid)
	for name, c := range map[string]struct{ stale, program, daemon, why string }{
		"stale":     {pid, forker, "#!/bin/sh\nexec 4<>hold\nread word <&4\n", "daemon.pid is from before the start"},
		"stranger":  {"", "#!/bin/sh\necho " + pid + " >daemon.pid\n", "", "daemon.pid names " + pid + ", which is no process that the program left"},
		"none":      {"", forker, "#!/bin/sh\nexec 4<>hold\nread word <&4\n", "daemon.pid does not exist"},
		"tenacious": {"", forker, "#!/bin/sh\ntrap '' TERM\nexec 4<>hold\nread word <&4\n", "daemon.pid does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			w := plant(t)
			w.backgrounds("web", "--timeout 300ms", c.program, c.daemon)
			if c.stale != "" {
				w.put("web/daemon.pid", c.stale+"\n")
			}
			w.put("web/finish", "#!/bin/sh\nexit 125\n")
			w.serve()
			w.says("svexec: fatal: unable to find daemon within 300ms: " + c.why + "\n")
			if end := w.happens("web", "end", 1)[0]; end.Code != 111 {
				t.Errorf("got %+v; want exit code 111", end)
			}
			for _, left := range below(w.scan + "/web") {
				if comm, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", left)); strings.Contains(string(comm), "daemon") {
					t.Errorf("%d is left: %q", left, comm)
				}
			}
			w.ends()
		})
	}
	select {
	case <-stranger.gone:
		t.Errorf("the stranger has ended: %v", stranger.cmd.ProcessState)
	default:
	}
}

// TestBackgroundProgramFails: its end is that of the service, and nothing of it
// goes on.
func TestBackgroundProgramFails(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.backgrounds("web", "", forker+"exit 3\n", daemonized)
	w.put("web/finish", "#!/bin/sh\nexit 125\n")
	w.serve()
	w.says("svexec: fatal: unable to start daemon: the program exited 3\n")
	if end := w.happens("web", "end", 1)[0]; end.Code != 3 {
		t.Errorf("got %+v; want exit code 3", end)
	}
	w.reaches("web", status.Failed)
	w.ends()
}

// TestBackgroundStopsEarly: a stop before the daemon is known ends all that
// there is.
func TestBackgroundStopsEarly(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.backgrounds("web", "--timeout 1h", forker, "#!/bin/sh\nexec 4<>hold\necho $$ >early.pid\nread word <&4\n")
	w.put("web/notification-fd", "3\n")
	w.serve()
	early := w.pidIn("web/early.pid")
	w.run(answers("svctl down web", ``))
	end := w.happens("web", "end", 1)[0]
	if err := syscall.Kill(early, 0); err == nil || end.Signal != int(syscall.SIGTERM) {
		t.Errorf("got %+v, and %d: %v; want TERM, and nothing left", end, early, err)
	}
	w.ends()
}

// TestBackgroundUser: attributes are for the program, and svexec stays who it
// is. Without -s there is no second time for those of the service.
func TestBackgroundUser(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	w.backgrounds("web", "-u nobody", "#!/bin/sh\nid -u >id; umask >umask\nsetsid ./daemon &\n", daemonized)
	w.put("web/set/umask", "027\n")
	w.put("web/set/prepare", "#!/bin/sh\necho once >>prepared\nchmod 0777 .; chmod 0666 hold\n")
	w.put("web/notification-fd", "5\n")
	w.serve()
	w.reaches("web", status.Up)
	w.run(ask("cat web/id web/umask web/prepared", `(?s)^65534\n0027\nonce$`),
		ask("ps -o uid= -p $(cat web/supervise/pid)", `^ *0$`))
	w.run(answers("svctl down web", ``))
	w.ends()
}

// TestBackgroundNginx: Debian's, as its own start script has it.
func TestBackgroundNginx(t *testing.T) {
	t.Parallel()
	need.Root(t)
	needPeer(t, "nginx")
	w := plant(t)
	port := freePort(t)
	w.put("nginx/run", "#!/bin/sh\nexec 2>&1\nexec svexec --background var/nginx.pid nginx -e error.log -p $PWD -c conf\n")
	w.put("nginx/set/dirs/var", filepath.Join(w.scan, "nginx/var")+" 0755\n")
	w.put("nginx/notification-fd", "4\n")
	w.put("nginx/conf", "daemon on; pid var/nginx.pid; events {}\nhttp { access_log off; client_body_temp_path var/1; proxy_temp_path var/2;\n"+
		"fastcgi_temp_path var/3; uwsgi_temp_path var/4; scgi_temp_path var/5;\nserver { listen 127.0.0.1:"+port+"; return 200 hello; } }\n")
	w.serve()
	r := w.reaches("nginx", status.Up)
	if !r.Ready {
		t.Errorf("got %+v; want ready", r)
	}
	reply, err := http.Get("http://127.0.0.1:" + port)
	w.must(err)
	defer reply.Body.Close()
	if text, err := io.ReadAll(reply.Body); string(text) != "hello" {
		t.Errorf("got %q, %v; want hello", text, err)
	}
	master := w.pidIn("nginx/var/nginx.pid")
	w.run(answers("svctl reload nginx", ``))
	w.unaffected("nginx", r.PID)
	w.run(answers("svctl down nginx", ``))
	if end := w.happens("nginx", "end", 1)[0]; end.Code != 0 || end.Signal != 0 || syscall.Kill(master, 0) == nil {
		t.Errorf("got %+v; want exit code 0, and nothing of %d", end, master)
	}
	w.ends()
}
