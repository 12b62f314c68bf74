package compat

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/tests/need"
)

// ample is longer than anything takes on a busy machine.
const ample = 120 * time.Second

// supervise starts a supervisor of the field for the service name and waits
// until clients can talk to it. It is told to leave at the end of the test.
func (s *scene) supervise(supervisor, name string) *os.Process {
	t := s.t
	t.Helper()
	s.live = true
	cmd := exec.Command(need.Peer(t, supervisor), name)
	cmd.Dir = s.root
	fifos := []string{name + "/supervise/ok"}
	if supervisor == "s6-supervise" {
		fifos[0] = name + "/supervise/control"
	}
	s.dir(name + "/supervise")
	if _, err := os.Stat(filepath.Join(s.root, name, "log")); err == nil {
		s.dir(name + "/log/supervise")
		fifos = append(fifos, name+"/log/supervise/ok")
	}
	for _, path := range fifos {
		s.mkfifo(path)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.leave(cmd, name) })
	for _, path := range fifos {
		s.openedBy(path)
	}
	if _, err := os.Stat(filepath.Join(s.root, name, "down")); err != nil {
		s.await(name, "-u")
	} else {
		s.await(name, "-D")
	}
	return cmd.Process
}

// openedBy waits until somebody opens the FIFO for reading.
func (s *scene) openedBy(path string) {
	s.t.Helper()
	opened := make(chan error, 1)
	go func() {
		// Without O_NONBLOCK the open waits for a reader.
		fd, err := fifo.Retry(func() (int, error) {
			return unix.Open(filepath.Join(s.root, path), unix.O_WRONLY|unix.O_CLOEXEC, 0)
		})
		if err == nil {
			_ = unix.Close(fd)
		}
		opened <- err
	}()
	select {
	case err := <-opened:
		if err != nil {
			s.t.Fatal(err)
		}
	case <-time.After(ample):
		s.t.Fatalf("nobody opens %s", path)
	}
}

// await waits for the service as svwait does. A status is not there from the
// start under s6-supervise.
func (s *scene) await(name string, options ...string) {
	s.t.Helper()
	dir := filepath.Join(s.root, name)
	w := newWatch()
	defer w.close()
	if _, err := w.Add(dir+"/supervise", unix.IN_MOVED_TO); err != nil {
		s.t.Fatal(err)
	}
	for limit := time.Now().Add(ample); time.Now().Before(limit); {
		if _, err := os.Stat(dir + "/supervise/status"); err == nil {
			break
		}
		w.begin()
		w.wait(limit)
	}
	if got := capture(s.t, "svwait", append(append([]string{"-t", "120000"}, options...), dir)...); got.code != 0 {
		s.t.Fatalf("%s: svwait %v: %+v", name, options, got)
	}
}

// untilOld waits until the run script says that it is old, if it ever will.
func (s *scene) untilOld(name string) {
	dir := filepath.Join(s.root, name)
	text, _ := os.ReadFile(dir + "/run")
	if !strings.Contains(string(text), agedRun) {
		return
	}
	w := newWatch()
	defer w.close()
	if _, err := w.Add(dir, unix.IN_CREATE); err != nil {
		s.t.Fatal(err)
	}
	for limit := time.Now().Add(ample); time.Now().Before(limit); {
		if _, err := os.Stat(dir + "/old"); err == nil {
			return
		}
		w.begin()
		w.wait(limit)
	}
	s.t.Fatalf("%s does not get old", name)
}

// leave ends a supervisor and its service, whatever they are doing.
func (s *scene) leave(cmd *exec.Cmd, name string) {
	if dir, err := openService(unix.AT_FDCWD, filepath.Join(s.root, name)); err == nil {
		_ = fifo.Send(dir.dir, controlFile, []byte("dxk"), time.Second) // it may have left
		dir.close()
	}
	stuck := time.AfterFunc(ample, func() { _ = cmd.Process.Kill() })
	defer stuck.Stop()
	_ = cmd.Wait() // how it ends is its own affair
}

// pid is the process of the service, 0 for none.
func (s *scene) pid(name string) int {
	dir, err := openService(unix.AT_FDCWD, filepath.Join(s.root, name))
	if err != nil {
		s.t.Fatal(err)
	}
	defer dir.close()
	r, _, err := dir.status()
	if err != nil {
		s.t.Fatal(err)
	}
	return r.PID
}

// agedRun tells when it has been up for more than a second: runit's sv does
// not see a restart within the second of the start.
const agedRun = "(sleep 1.1; : >old) &\n" + plainRun

const plainRun = "exec sleep 1000"

// services are the scripts that the cases on runsv are about.
var services = map[string]map[string]string{
	"web":      {"run": plainRun},
	"aged":     {"run": agedRun},
	"stubborn": {"run": "trap '' TERM\n" + agedRun},
	"deaf":     {"run": "trap '' HUP\n" + plainRun},
	"off":      {"run": plainRun, "down": ""},
	"slow":     {"run": agedRun, "finish": "exec sleep 0.3"},
	"logged":   {"run": agedRun, "log/run": "exec cat >/dev/null"},
	"good":     {"run": plainRun, "check": "test \"$0\" = check && echo fine >&2"},
	"bad":      {"run": plainRun, "check": "exit 1"},
	"later":    {"run": "(sleep 0.3; : >ready) &\n" + plainRun, "check": "test -e ready"},
}

// underRunsv starts one of them.
func (s *scene) underRunsv(name string) {
	s.t.Helper()
	for file, text := range services[name] {
		s.script(name+"/"+file, text)
	}
	s.supervise("runsv", name)
	s.untilOld(name)
}

func TestSvOnRunsv(t *testing.T) {
	for _, args := range []string{
		"-v up web", "-v down web", "stop web", "-v kill aged", "-v term aged", "restart aged", "-v pause web", "-v cont web", "-v hup off",
		"-v once web", "start off", "-v exit web", "shutdown web", "try-restart aged", "try-restart off", "reload deaf",
		"stop slow", "restart slow", "status slow", "status logged", "-v exit logged", "restart logged", "stop logged/log",
		"-w1 stop stubborn", "-w1 force-stop stubborn", "-w1 force-restart stubborn", "-w1 force-shutdown stubborn", "-w1 restart stubborn",
		"check good", "check off", "-w1 check bad", "-w1 start bad", "check later", "start later",
		"-v up web none off", "stop web web", "check web",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			words := strings.Fields(args)
			compare(t, call{name: "sv", args: words, env: []string{"SVDIR=."}}, func(s *scene) {
				var used []string
				for _, word := range words {
					name := strings.TrimSuffix(word, "/log")
					if _, ok := services[name]; ok && !slices.Contains(used, name) {
						s.underRunsv(name)
						used = append(used, name)
					}
				}
				if before := s.pid(used[0]); used[0] == "aged" {
					s.after = func() string { return fmt.Sprint("another process: ", s.pid(used[0]) != before) }
				}
			})
		})
	}
}

// TestSvRestartsInTheSameSecond wants a new process, which runit's sv does not
// wait for in the second of the start.
func TestSvRestartsInTheSameSecond(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.underRunsv("web")
	before := s.pid("web")
	got := capture(t, "sv", "-w60", "restart", s.root+"/web")
	if after := s.pid("web"); got.code != 0 || after == before {
		t.Errorf("got %+v, pid %d after %d", got, after, before)
	}
	if got := capture(t, "sv", "-w60", "-v", "down", s.root+"/web"); got.code != 0 {
		t.Errorf("down: %+v", got)
	}
	if got := capture(t, "sv", "-w60", "-v", "once", s.root+"/web"); got.code != 0 || !strings.HasPrefix(got.out, "ok: run: ") {
		t.Errorf("once: %+v", got)
	}
	if got := capture(t, "sv", "-w60", "-v", "up", s.root+"/web/"); got.code != 0 {
		t.Errorf("trailing slash: %+v", got)
	}
}

func TestSvcOnSupervise(t *testing.T) {
	for _, args := range []string{"-d web", "-k web", "-du web", "-dx web", "-p web", "-o web"} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			compare(t, call{name: "svc", args: strings.Fields(args)}, func(s *scene) {
				s.script("web/run", plainRun)
				s.supervise("supervise", "web")
				s.after = func() string {
					if args[1] == 'd' && args[2] != 'u' { // with u it is down for a moment only
						s.await("web", "-d")
					}
					return ""
				}
			})
		})
	}
}

// TestForeign has the clients of one suite on the supervisor of another, where
// theirs give up.
func TestForeign(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for _, name := range []string{"djb", "runit", "s6"} {
		s.script(name+"/run", plainRun)
	}
	s.supervise("supervise", "djb")
	s.supervise("runsv", "runit")
	s6 := s.supervise("s6-supervise", "s6")
	for _, name := range []string{"djb", "runit", "s6"} {
		path := s.root + "/" + name
		if got := capture(t, "svstat", path).out; !strings.HasPrefix(got, path+": up (pid ") {
			t.Errorf("svstat: got %q", got)
		}
		if got := capture(t, "svok", path).code; got != 0 {
			t.Errorf("svok %s: got %d, want 0", name, got)
		}
		for _, args := range [][]string{{"-wD", "-d"}, {"-wu", "-u"}, {"-wr", "-t"}} {
			if got := capture(t, "s6-svc", append(args, "-T", "120000", path)...); got.code != 0 {
				t.Errorf("s6-svc %q %s: got %+v", args, name, got)
			}
		}
	}
	for _, word := range []string{"stop", "start", "restart", "check"} {
		if got := capture(t, "sv", "-w60", word, s.root+"/s6"); got.code != 0 || !strings.HasPrefix(got.out, "ok: ") {
			t.Errorf("sv %s on s6: got %+v", word, got)
		}
	}
	// The supervisor goes, its service stays: an up that nobody answers for.
	status, _ := os.ReadFile(s.root + "/s6/supervise/status")
	if err := s6.Signal(unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	capture(t, "s6-svwait", "-d", s.root+"/s6")
	capture(t, "sv", "-v", "exit", s.root+"/s6")
	s.file("s6/supervise/status", string(status), 0o644)
	if got := capture(t, "svstat", s.root+"/s6").out; !strings.HasSuffix(got, ": supervise not running\n") {
		t.Errorf("svstat: got %q", got)
	}
	if got := capture(t, "svwait", "-u", s.root+"/s6"); got.code != 1 || got.err != "svwait: fatal: "+someFailed+"\n" {
		t.Errorf("svwait without supervisor: got %+v", got)
	}
	if got := capture(t, "svwait", "-t", "50", "-u", s.root+"/s6"); got.code != 99 {
		t.Errorf("svwait with a time limit: got %+v", got)
	}
}

// Also what never comes has some time: theirs start a helper, which complains where
// that is over before it has begun.
func TestS6OnSupervise(t *testing.T) {
	for _, args := range []string{
		"s6-svc -wu -u off", "s6-svc -wd -d web", "s6-svc -wD -d slow", "s6-svc -wr -t rests", "s6-svc -wU -u told", "s6-svc -wR -t told",
		"s6-svc -wu -T 10000 off", "s6-svc -wD -dx web", "s6-svc -wu web", "s6-svc -wr -T 10000 web", "s6-svc -wR -t web",
		"s6-svc -wu -T 120000 -u broken", "s6-svwait -u web", "s6-svwait -D off", "s6-svwait -t 10000 -U web", "s6-svwait -U told",
		"s6-svstat web", "s6-svstat off", "s6-svok web", "s6-svok off", "s6-svc -d web", "s6-svdt web",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			words := strings.Fields(args)
			name := words[len(words)-1]
			compare(t, call{name: words[0], args: words[1:]}, func(s *scene) {
				s.script("web/run", plainRun)
				s.script("off/run", plainRun)
				s.file("off/down", "", 0o644)
				s.script("slow/run", plainRun)
				s.script("slow/finish", "exec sleep 0.3")
				// Their s6-svc waits for ever where it sees only what comes after
				// the service was down.
				for _, name := range []string{"told", "rests"} {
					s.script(name+"/finish", "exec sleep 2")
				}
				s.script("rests/run", plainRun)
				s.script("told/run", "echo >&3\n"+plainRun)
				s.file("told/notification-fd", "3\n", 0o644)
				s.script("broken/run", "exit 1")
				s.script("broken/finish", "exit 125")
				s.file("broken/down", "", 0o644)
				s.supervise("s6-supervise", name)
				if name == "told" {
					s.await(name, "-U")
				}
			})
		})
	}
}

// TestWaitWakes lets a wait begin before what it waits for, and ends it by the
// end of the supervisor.
func TestWaitWakes(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.script("web/run", plainRun)
	s.supervise("runsv", "web")
	for _, step := range []struct {
		goal     goal
		letter   string
		failures int
	}{
		{goal{}, "d", 0},
		{goal{up: true}, "u", 0},
		{goal{up: false, ready: true}, "t", 0}, // in passing
		{goal{}, "d", 0},
		{goal{up: true}, "x", 1},
	} {
		w := newWait(ample)
		if problem := w.add(s.root + "/web"); problem != "" {
			t.Fatal(problem)
		}
		ended := make(chan string, 1)
		go func() {
			failures, inTime := w.until(step.goal, false)
			ended <- fmt.Sprint(failures, inTime)
		}()
		if err := fifo.Send(w.services[0].dir, controlFile, []byte(step.letter), time.Second); err != nil {
			t.Fatal(err)
		}
		if got, want := <-ended, fmt.Sprint(step.failures, true); got != want {
			t.Errorf("%q: got %s, want %s", step.letter, got, want)
		}
		if w.watch.blind {
			t.Errorf("%q: looked without being woken", step.letter)
		}
		w.close()
	}
}
