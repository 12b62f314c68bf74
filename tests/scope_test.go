package tests

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

var scopeRounds = flag.Int("scope-rounds", 10, "how often TestKillTree plants a tree")

// forest runs twenty processes that leave in every way there is: a group of
// their own, a session, a double fork, without hangup, without environment,
// and deaf to TERM.
const forest = `#!/bin/sh
for n in 1 2 3 4; do
	(setsid sh -c 'sleep 1000 & wait' &)
	(nohup sleep 1000 >/dev/null 2>&1 &)
	env -i /usr/bin/setsid /bin/sleep 1000 &
	(env -i /usr/bin/setsid /bin/sh -c "trap '' TERM HUP; while :; do /bin/sleep 1000; done" &)
done
echo >ready
exec sleep 1000
`

// lives are the processes of a service.
func (w *tree) lives(service string) []int { return below(filepath.Join(w.scan, service)) }

// stands waits until the service has said that all of it is there.
func (w *tree) stands(service string, processes int) status.Record {
	w.t.Helper()
	dir := filepath.Join(w.scan, service)
	w.inTime(service+" stands", func() bool {
		_, err := os.Stat(filepath.Join(dir, "ready"))
		return err == nil && len(w.lives(service)) >= processes
	})
	return w.record(service)
}

// bare says that nothing of a service lives.
func (w *tree) bare(service, when string) {
	w.t.Helper()
	for _, pid := range w.lives(service) {
		line, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)) // it may be gone now
		w.t.Errorf("%s: %d %q lives; want nobody", when, pid, line)
	}
}

// noZombies waits until a supervise has reaped all that came to it.
func (w *tree) noZombies(supervise int) {
	w.t.Helper()
	eventually(w.t, w.scan, "no zombie under supervise", func() bool { return children(supervise, "Z") == 0 })
}

// TestKillTree: a tree is ended to the last, again and again, and the logger
// beside it has every line.
func TestKillTree(t *testing.T) {
	t.Parallel()
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			killTree(t, way.before)
		})
	}
}

// ways are those to find a tree: with a cgroup where that can be, and without,
// where the one file system that they are in is taken away. Both are the walk
// where we are not root.
var ways = []struct {
	name   string
	before []string
}{
	{"as it is", nil},
	{"without cgroups", withoutCgroups()},
}

func withoutCgroups() []string {
	if os.Geteuid() != 0 {
		return nil
	}
	const hide = `for m in $(sed -n 's/^\([^ ]* \)\{4\}\([^ ]*\) .* - cgroup2 .*/\2/p' /proc/self/mountinfo); do umount -l "$m"; done; exec "$@"`
	return []string{"unshare", "--mount", "sh", "-c", hide, "sh"}
}

func killTree(t *testing.T, before []string) {
	w := plant(t)
	w.put("web/run", strings.Replace(forest, "echo >ready", "echo line; echo >ready", 1))
	w.put("web/set/kill-scope", "tree\n")
	w.put("web/timeout-kill", "300\n")
	// What reads the lines is an orphan itself, beside those of the service.
	w.put("web/log/run", "#!/bin/sh\nexec 3<&0\n(setsid cat <&3 >>lines &)\nexec sleep 1000\n")
	w.serve(before...)
	var logger int
	for n := range *scopeRounds {
		r := w.stands("web", 20)
		if caged := cgroupOf(r.PID); n == 0 && before != nil && strings.Contains(caged, "svdir-") {
			t.Errorf("got cgroup %q; want none of its own", caged)
		}
		if n == 0 {
			logger = w.reaches("web/log", status.Up).PID
		}
		var loggers []int
		eventually(t, w.scan, "the logger stands", func() bool {
			loggers = w.lives("web/log")
			return len(loggers) == 2 && slices.ContainsFunc(loggers, func(pid int) bool { return strings.HasPrefix(commandLine(pid), "cat") }) &&
				slices.ContainsFunc(loggers, func(pid int) bool { return strings.HasPrefix(commandLine(pid), "sleep") })
		})
		w.run(answers("svctl down --timeout=120s web", `^web: down`))
		for _, pid := range w.lives("web") {
			if !slices.Contains(loggers, pid) {
				t.Fatalf("round %d: %d lives after down; want nobody but the logger %v", n, pid, loggers)
			}
		}
		if len(loggers) != 2 {
			t.Errorf("round %d: got loggers %v; want two", n, loggers)
		}
		w.unaffected("web/log", logger)
		w.noZombies(r.Supervisor)
		w.must(os.Remove(filepath.Join(w.scan, "web/ready")))
		w.run(answers("svctl up web", `^web: `))
	}
	w.stands("web", 20)
	eventually(t, w.scan, "all lines are logged", func() bool {
		text, _ := os.ReadFile(filepath.Join(w.scan, "web/log/lines")) // not there yet
		return string(text) == strings.Repeat("line\n", *scopeRounds+1)
	})
	w.ends()
}

// TestKillTreeCrash: what a crash leaves does not live beside the next run.
func TestKillTreeCrash(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", forest)
	w.put("web/finish", "#!/bin/sh\nls -d /proc/[0-9]* >/dev/null\nreadlink /proc/[0-9]*/cwd | grep -c \"^$PWD$\" >>left\n")
	w.put("web/set/kill-scope", "tree\n")
	w.put("web/timeout-kill", "300\n")
	w.serve()
	r := w.stands("web", 20)
	first := map[int]uint64{}
	for _, pid := range w.lives("web") {
		first[pid] = proc.StartTicks(pid)
	}
	w.must(os.Remove(filepath.Join(w.scan, "web/ready")))
	w.must(syscall.Kill(r.PID, syscall.SIGKILL))
	w.inTime("it runs again", func() bool { return w.remembers("web", "start", 2) })
	w.stands("web", 20)
	for pid, ticks := range first {
		if !processGone(pid) && proc.StartTicks(pid) == ticks {
			t.Errorf("%d of the first run lives beside the second", pid)
		}
	}
	if got := w.history("web", "end")[0].Cause; got != "crash" {
		t.Errorf("got cause %s; want crash", got)
	}
	w.ends()
}

// TestForkLoop: some two hundred processes that go on forking, some of which live no
// longer than it takes to fork, are ended to the last. They leave nothing of the
// machine to other tests, so these wait.
func TestForkLoop(t *testing.T) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) { forkLoop(t, way.before) })
	}
}

func forkLoop(t *testing.T, before []string) {
	w := plant(t)
	w.put("web/chain", "#!/bin/sh\ntrap '' TERM HUP\nsleep 0.05\nsetsid ./chain &\n")
	w.put("web/fast", "#!/bin/sh\ntrap '' TERM HUP\n./fast &\n")
	w.put("web/loop", "#!/bin/sh\ntrap '' TERM HUP\nwhile :; do sleep 0.5; done\n")
	w.put("web/run", "#!/bin/sh\nn=0\nwhile [ $n -lt 100 ]; do setsid ./loop & n=$((n+1)); done\nfor n in 1 2 3 4; do (setsid ./chain &); done\n(setsid ./fast &)\necho >ready\nexec sleep 1000\n")
	w.put("web/set/kill-scope", "tree\n")
	w.put("web/timeout-kill", "200\n")
	w.serve(before...)
	r := w.stands("web", 180)
	w.run(answers("svctl down --timeout=120s web", `^web: down`))
	w.bare("web", "after down")
	w.noZombies(r.Supervisor)
	w.ends()
}

// cgroupOf is the cgroup of version 2 that a process is in.
func cgroupOf(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid)) // gone: then it is in none
	_, path, _ := strings.Cut(string(text), "0::")
	return strings.TrimSpace(path)
}

// TestKillCgroup: where a cgroup may be made the run is in one of its own, with
// all that it starts, and it goes with the run. It needs root, and cgroups of
// version 2.
func TestKillCgroup(t *testing.T) {
	need.Root(t)
	t.Parallel()
	need.Cgroup(t)
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	w := plant(t)
	w.put("web/run", forest)
	w.put("web/set/kill-scope", "tree\n")
	w.put("web/timeout-kill", "300\n")
	w.serve()
	r := w.stands("web", 20)
	caged := cgroupOf(r.PID)
	if !strings.Contains(caged, "/svdir-web-") || cgroupOf(r.Supervisor) == caged {
		t.Fatalf("got cgroup %q; want one of its own", caged)
	}
	for _, pid := range w.lives("web") {
		if got := cgroupOf(pid); got != caged {
			t.Errorf("%d is in %q; want %q", pid, got, caged)
		}
	}
	w.run(answers("svctl down --timeout=120s web", `^web: down`))
	w.bare("web", "after down")
	for line := range strings.Lines(string(text)) {
		before, after, _ := strings.Cut(line, " - ")
		if mount := strings.Fields(before)[4]; strings.HasPrefix(after, "cgroup2 ") {
			if left, err := os.Stat(filepath.Join(mount, caged)); err == nil {
				t.Errorf("the cgroup %s is there still", left.Name())
			}
		}
	}
	w.ends()
}

// family is a run with a child in its group, one in a group of its own, and one
// in a session of its own.
const family = "#!/bin/bash\nsleep 1000 &\necho $! >group\nsetsid sleep 1000 &\necho $! >tree\nset -m\nsleep 1000 &\necho $! >session\nset +m\necho >ready\nexec sleep 1000\n"

// TestKillScope: each scope reaches as far as it says, and no farther.
func TestKillScope(t *testing.T) {
	t.Parallel()
	scopes := []string{"process", "group", "session", "tree"}
	w := plant(t)
	for _, scope := range scopes {
		w.put(scope+"/run", family)
		w.put(scope+"/set/kill-scope", scope+"\n")
	}
	w.put("usual/run", family)
	w.put("word/run", family)
	w.put("word/set/kill-scope", "process\n")
	w.serve()
	reached := map[string]int{"usual": 1, "word": 3}
	for i, scope := range scopes {
		reached[scope] = i
	}
	for service, reach := range reached {
		w.stands(service, 4)
		line := "svctl down --timeout=120s " + service
		if service == "word" {
			line = "svctl down --tree --timeout=120s word"
		}
		w.run(answers(line, "^"+service+": down"))
		for i, child := range scopes[1:] {
			pid, err := strconv.Atoi(strings.TrimSpace(w.text(service + "/" + child)))
			w.must(err)
			if gone := processGone(pid); gone != (i < reach) {
				t.Errorf("%s: the child in the same %s is gone: %v; want %v", service, child, gone, i < reach)
			}
			if i >= reach {
				w.must(syscall.Kill(pid, syscall.SIGKILL))
			}
		}
	}
	w.ends()
}

// double forks twice as daemons do, writes its pid file late, and ends with 0.
const double = "#!/bin/sh\nexec setsid sh -c '(sh -c \"echo \\$\\$ >pid; echo \\$\\$ >>pids; exec sleep 1000\") & exit 0'\n"

// TestDaemonizes: the daemon that run leaves is the process of the service.
func TestDaemonizes(t *testing.T) {
	t.Parallel()
	w := plant(t)
	stranger, err := start(t.TempDir(), filepath.Join(w.dir, "stranger"), w.env, "sleep", "1000")
	w.must(err)
	defer func() { w.must(stranger.stop(syscall.SIGTERM)) }()
	w.put("web/run", "#!/bin/sh\n./fork\n")
	w.put("web/fork", double)
	w.put("web/set/daemonizes", "pid\n")
	w.put("web/pid", fmt.Sprintf("%d\n", stranger.cmd.Process.Pid))
	w.serve()
	daemon := func(n int) int {
		var pid int
		eventually(t, w.scan, "the daemon is the service", func() bool {
			text, _ := os.ReadFile(filepath.Join(w.scan, "web/pids")) // not there yet
			pids := strings.Fields(string(text))
			if len(pids) != n {
				return false
			}
			pid, _ = strconv.Atoi(pids[n-1]) // it is a number
			r := w.record("web")
			return r.State == status.Up && r.Ready && r.PID == pid
		})
		return pid
	}
	first := daemon(1)
	w.must(syscall.Kill(first, syscall.SIGKILL))
	second := daemon(2)
	ends := w.history("web", "end")
	if len(ends) != 1 || ends[0].PID != first || ends[0].Signal != int(syscall.SIGKILL) {
		t.Errorf("got ends %+v; want one, of %d by KILL", ends, first)
	}
	w.must(os.WriteFile(filepath.Join(w.scan, "web/pid"), []byte(fmt.Sprintf("%d\n", stranger.cmd.Process.Pid)), 0o644))
	w.run(answers("svctl down web", `^web: down`))
	if end := w.happens("web", "end", 2)[1]; end.PID != second || end.Signal != int(syscall.SIGTERM) {
		t.Errorf("got end %+v; want that of %d by TERM", end, second)
	}
	w.bare("web", "after down")
	w.run(answers("svctl up --wait=ready web", `^web: up`))
	daemon(3)
	w.ends()
	if processGone(stranger.cmd.Process.Pid) {
		t.Error("the stranger in a stale pid file has ended; want that it is let be")
	}
}

// TestDaemonizesStop: a stop while the daemon is still to come takes all of it.
func TestDaemonizesStop(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\ntrap 'exit 0' TERM\n(setsid sleep 1000 &)\necho >ready\nsleep 1000 &\nwait\n")
	w.put("web/set/daemonizes", "")
	w.serve()
	w.stands("web", 3)
	w.reaches("web", status.Starting)
	w.run(answers("svctl down web", `^web: down`))
	w.bare("web", "after down")
	w.ends()
}
