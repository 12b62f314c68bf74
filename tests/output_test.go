package tests

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// chatty says numbered lines until the file enough is there.
const chatty = "#!/bin/sh\ni=0; until [ -e enough ]; do i=$((i+1)); echo line $i; [ $((i % 50)) -ne 0 ] || sleep 0.01; done\necho said $i\nexec sleep 1000\n"

// TestDefaultLogger: log/ alone is a logger. It loses nothing and repeats
// nothing when it is killed, and its settings are files.
func TestDefaultLogger(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", chatty)
	w.put("web/log/set/stamp", "none\n")
	w.put("web/log/set/size", "64k\n")
	w.put("web/log/set/count", "1000\n")
	w.serve()
	current := w.scan + "/web/log/main/current"
	for range 5 {
		old := w.reaches("web/log", status.Up)
		eventually(t, w.scan, "lines", func() bool { return hasText(current) })
		w.must(syscall.Kill(old.PID, syscall.SIGKILL))
		w.restarted("web/log", old)
	}
	w.put("web/enough", "")
	eventually(t, w.scan, "the last line", func() bool { return strings.Contains(logText(w.scan+"/web/log/main"), "said ") })
	w.run(ask("svctl -C . status web/log", `up`), ask("svctl -C . logs -n 1 web", `^said \d+$`))
	w.ends()
	checkNumbered(t, logText(w.scan+"/web/log/main")) // nothing is rotated any more
}

// logText is all that a log directory has, oldest first.
func logText(dir string) string {
	old, _ := filepath.Glob(dir + "/@*") // the pattern is good
	var text strings.Builder
	for _, file := range append(old, dir+"/current") {
		part, _ := os.ReadFile(file) // rotated away: then it is among the next
		text.Write(part)
	}
	return text.String()
}

// checkNumbered says that no line of chatty is missing, torn or there twice.
func checkNumbered(t *testing.T, text string) {
	t.Helper()
	n := 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "said ") {
			break
		}
		if n++; line != fmt.Sprintf("line %d\n", n) {
			t.Fatalf("got %q; want line %d", line, n)
		}
	}
	if want := fmt.Sprintf("said %d\n", n); !strings.HasSuffix(text, want) {
		t.Errorf("got %d lines; it ends in %.40q", n, text[max(0, len(text)-40):])
	}
}

// TestLoggerWithUser: attributes of a logger are in its own set/.
func TestLoggerWithUser(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	w.put("web/run", "#!/bin/sh\necho hello\nexec sleep 1000\n")
	w.put("web/log/set/user", "nobody\n")
	w.must(os.Mkdir(w.scan+"/web/log/main", 0o755))
	w.must(os.Chown(w.scan+"/web/log/main", 65534, 65534))
	w.serve()
	r := w.reaches("web/log", status.Up)
	current := w.scan + "/web/log/main/current"
	eventually(t, w.scan, "a line", func() bool { return hasText(current) })
	w.run(ask(fmt.Sprintf("ps -o user=,comm= -p %d", r.PID), `^nobody +svlog$`))
	w.ends()
}

// TestOutput: by itself the output of a service is untouched; .svscan/set/output
// says who said it, or keeps it.
func TestOutput(t *testing.T) {
	t.Parallel()
	const half = "#!/bin/sh\nprintf 'half a '; sleep 0.2; echo line; printf '\\001\"\\n'; exec sleep 1000\n"
	for _, c := range []struct {
		output string
		check  func(w *tree)
	}{
		{"", func(w *tree) { w.says("half a ") }},
		{"prefix", func(w *tree) { w.says("web: half a line\n"); w.says("db: half a line\n") }},
		{"json", func(w *tree) {
			eventually(t, w.dir, "four objects", func() bool { return strings.Count(w.svscan.output(), "}\n") == 4 })
			got := map[string]int{}
			for line := range strings.Lines(w.svscan.output()) {
				var o struct{ Service, Line, Time string }
				if err := json.Unmarshal([]byte(line), &o); err != nil || o.Time == "" {
					t.Errorf("%q: %v", line, err)
				}
				got[o.Service+" "+o.Line]++
			}
			if got["web half a line"] != 1 || got["db half a line"] != 1 || got["web \x01\""] != 1 {
				t.Errorf("got %v", got)
			}
		}},
		{"log-dir", func(w *tree) {
			for _, name := range []string{"web", "db"} {
				file := w.dir + "/logs/" + name + "/current"
				eventually(t, w.dir, "a line of "+name, func() bool {
					text, _ := os.ReadFile(file) // not there yet
					return strings.Contains(string(text), "Z half a line\n")
				})
			}
		}},
		{"syslog", func(w *tree) {
			w.says("svscan: warning: unable to use .svscan/set/output: syslog: not prefix, json or log-dir and an absolute path, going on without\n")
			w.says("half a ")
		}},
	} {
		t.Run(c.output, func(t *testing.T) {
			t.Parallel()
			w := plant(t)
			w.put("web/run", half)
			w.put("db/run", half)
			switch c.output {
			case "":
			case "log-dir":
				w.put(".svscan/set/output", "log-dir "+w.dir+"/logs\n")
			default:
				w.put(".svscan/set/output", c.output+"\n")
			}
			w.serve()
			w.reaches("web", status.Up)
			c.check(w)
			w.ends()
		})
	}
}

// TestRunDirectory: definitions that nobody can write to are served below the
// run directory, to all clients, and two trees of them do not disturb each
// other.
func TestRunDirectory(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	w.put("../etc/web/run", "#!/bin/sh\necho from $PWD\nexec sleep 1000\n")
	w.put("../etc/web/log/run", "#!/bin/sh\nexec cat >>lines\n")
	w.must(os.Symlink(w.dir+"/etc/web", w.scan+"/web"))
	for _, dir := range []string{w.dir + "/etc", w.scan} {
		w.must(unix.Mount(dir, dir, "", unix.MS_BIND, ""))
		t.Cleanup(func() {
			sweep(w.dir)
			_ = unix.Unmount(dir, unix.MNT_DETACH) // best effort: nothing lives there
		})
		w.must(unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""))
	}
	definitions := w.scan
	second := *w
	for i, tree := range []*tree{w, &second} {
		run := fmt.Sprint(w.dir, "/run", i)
		tree.flags = []string{"-run", run}
		tree.serve()
		tree.scan = run
	}
	defer func() { w.scan = definitions }()
	one, two := w.serves("web"), second.serves("web")
	if one.PID == two.PID || one.Supervisor == two.Supervisor {
		t.Errorf("one process, %d, for two trees", one.PID)
	}
	for _, tree := range []*tree{w, &second} {
		eventually(t, w.dir, "its line", func() bool { return hasText(tree.scan + "/web/log/lines") })
		if line, _ := os.ReadFile(tree.scan + "/web/log/lines"); string(line) != "from "+tree.scan+"/web\n" {
			t.Errorf("got %q", line)
		}
		tree.run(ask("svstat "+tree.scan+"/web", `: up \(pid \d+\)`), answers("svctl -C "+tree.scan+" restart web", ``),
			ask("svctl -C "+tree.scan+" is-up web; echo $?", `0`))
	}
	if now := second.record("web"); now.PID == two.PID {
		t.Error("it was not restarted")
	}
	for _, tree := range []*tree{w, &second} {
		if err := tree.svscan.stop(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
	}
	nothingBelow(t, w.dir)
	names, err := os.ReadDir(w.dir + "/etc/web")
	if err != nil || len(names) != 2 {
		t.Errorf("the definition has %v, %v; want run and log alone", names, err)
	}
}

// serves waits until a service is up.
func (w *tree) serves(name string) status.Record {
	w.t.Helper()
	return w.reaches(name, status.Up)
}

// TestRunDirectoryFollows: the clients find the run directory by themselves where
// the scan directory can be written to, and what is added to a definition counts.
func TestRunDirectoryFollows(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.flags = []string{"-run", w.dir + "/run"}
	w.put("../etc/web/run", "#!/bin/sh\ntrap '' TERM\necho >ready\nsleep 1000 & wait\nwait\n")
	w.must(os.Symlink(w.dir+"/etc/web", w.scan+"/web"))
	w.serve()
	eventually(t, w.dir, "run says so", func() bool { return hasText(w.dir + "/run/web/ready") })
	w.put("../etc/web/timeout-kill", "100\n")
	w.must(os.Mkdir(w.dir+"/etc/web/log", 0o755))
	w.put("../etc/web/log/run", "#!/bin/sh\nexec cat >>lines\n")
	eventually(t, w.dir, "the limit is known", func() bool {
		_, err := os.Lstat(w.dir + "/run/web/timeout-kill")
		return err == nil
	})
	w.run(answers("svctl restart --timeout=60s web", ``))
	eventually(t, w.dir, "its logger is up", func() bool { return lockHolder(w.dir+"/run/web/log") != 0 })
	w.run(answers("svctl down web", ``))
	if _, err := os.Stat(w.dir + "/etc/web/supervise"); err == nil {
		t.Error("supervise/ is in the definition")
	}
	w.ends()
}

// TestLogDirOption: -log-dir is told to all services as an absolute path, also after
// svscan has executed itself again.
func TestLogDirOption(t *testing.T) {
	t.Parallel()
	const tells = "#!/bin/sh\necho \"$SV_LOG_DIR\" >told\nexec sleep 1000\n"
	w := plant(t)
	w.flags = []string{"-log-dir", "./logs"}
	w.env = append(w.env, "SV_LOG_DIR=/elsewhere")
	w.put("web/run", tells)
	w.serve("env", "-C", w.dir)
	told := func(name string) {
		t.Helper()
		eventually(t, w.scan, name+" is told", func() bool {
			text, _ := os.ReadFile(w.scan + "/" + name + "/told")
			return string(text) == w.dir+"/logs\n"
		})
	}
	told("web")
	w.run(answers("svctl reexec", ``))
	w.put("db/run", tells)
	told("db")
	w.ends()
}
