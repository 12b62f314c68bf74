package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// These are the lines that people type and have in their notes, with $SVDIR for
// /service and $SV for /etc/sv.

// notes serves a tree whose services are linked from sv beside it.
func notes(t *testing.T, clients string) *tree {
	t.Helper()
	w := plant(t)
	w.env = append(environment(t, clients, w.scan), "SV="+filepath.Join(w.dir, "sv"))
	for _, name := range []string{"web", "other"} {
		writeRun(t, filepath.Join(w.dir, "sv", name), sleeper)
		writeRun(t, filepath.Join(w.dir, "sv", name, "log"), "#!/bin/sh\nexec cat >>lines\n")
	}
	w.serve()
	return w
}

// onTerminal types lines, each of which must succeed, and is what they said.
func (w *tree) onTerminal(dir string, lines ...string) string {
	w.t.Helper()
	sh := openTerminal(w.t, dir, w.env)
	var all []string
	for _, line := range lines {
		said, code := sh.paste(line)
		if code != 0 {
			w.t.Fatalf("%s: got exit code %d and %q; want 0", line, code, said)
		}
		all = append(all, said)
	}
	sh.leave()
	return strings.Join(all, "\n")
}

// clientsOf calls test with our clients, and with Debian's of a suite.
func clientsOf(t *testing.T, suite string, test func(t *testing.T, clients string)) {
	t.Helper()
	t.Run("ours", func(t *testing.T) {
		t.Parallel()
		test(t, "compat")
	})
	t.Run("Debian's", func(t *testing.T) {
		t.Parallel()
		needPeer(t, suite)
		test(t, "bin")
	})
}

// TestLinkAndUp: ln -sfn, then svctl at once. The second time the link leads
// elsewhere: the old service stops and the new one runs.
func TestLinkAndUp(t *testing.T) {
	t.Parallel()
	for _, ln := range []string{"ln", "busybox ln"} {
		t.Run(ln, func(t *testing.T) {
			t.Parallel()
			w := notes(t, "compat")
			if ln != "ln" {
				need.Tool(t, "busybox")
			}
			// A machine may be too busy for a service to arrive within the second
			// that svctl waits; then the line is typed again.
			w.run(ask(ln+" -sfn $SV/web $SVDIR/web && svctl up web", `^web: up`))
			old := w.reaches("web", status.Up)
			// The same again changes nothing; but busybox unlinks first, and where it
			// is too slow to link that is a removal.
			const removed = 200 * time.Millisecond
			began := time.Now()
			w.run(order(ln + " -sfn $SV/web $SVDIR/web"))
			slow := time.Since(began) > removed && ln != "ln"
			w.run(ask("svctl up web", `^web: up`))
			if !slow {
				w.unaffected("web", old.PID)
			}
			w.run(ask(ln+" -sfn $SV/other $SVDIR/web && svctl up web", `^web: up`))
			now := w.reaches("web", status.Up)
			eventually(t, w.dir, "the old one has ended", func() bool { return processGone(old.PID) && superviseGone(old) })
			if now.PID == old.PID {
				t.Errorf("got process %d before and after; want another", now.PID)
			}
			w.unaffected("web", now.PID)
			w.ends()
		})
	}
}

// TestCopyAndLook: cp -R, then svstat at once. It may well say that nobody
// supervises that yet, as with the originals; and soon somebody does.
func TestCopyAndLook(t *testing.T) {
	t.Parallel()
	clientsOf(t, "daemontools", func(t *testing.T, clients string) {
		w := notes(t, clients)
		first := w.onTerminal(filepath.Join(w.dir, "sv"), "cp -R web $SVDIR/ && svstat $SVDIR/web")
		want := regexp.MustCompile(`^` + w.scan + `/web: (up \(|down \d+ seconds|unable to open supervise/|supervise not running$)`)
		if !want.MatchString(first) {
			t.Errorf("got %q; want %s", first, want)
		}
		w.run(ask("svstat $SVDIR/web", `^`+w.scan+`/web: up \(pid \d+\) \d+ seconds$`))
		w.ends()
	})
}

// TestRemovedAsDjbSays: his recipe for taking a service out. Our svscan may
// have done it all before svc does; then svc says so.
func TestRemovedAsDjbSays(t *testing.T) {
	t.Parallel()
	clientsOf(t, "daemontools", func(t *testing.T, clients string) {
		w := notes(t, clients)
		w.run(order("ln -s $SV/web $SVDIR/web"))
		web, log := w.reaches("web", status.Up), w.reaches("web/log", status.Up)
		said := w.onTerminal(w.dir, "cd $SVDIR/web && rm $SVDIR/web && svc -dx . log")
		if late := regexp.MustCompile(`^(svc: warning: unable to control (\.|log): supervise not running\n?)*$`); !late.MatchString(said) {
			t.Errorf("got %q; want nothing, or %s", said, late)
		}
		eventually(t, w.dir, "all of it has ended", func() bool {
			return processGone(web.PID) && superviseGone(web) && processGone(log.PID)
		})
		w.run(refuses("svok $SV/web", 100, `^$`), refuses("svok $SV/web/log", 100, `^$`), ask("svctl list", `^$`))
		w.ends()
	})
}

// TestLookedAtByAnyone: nobody may look, and the owner alone may act.
func TestLookedAtByAnyone(t *testing.T) {
	t.Parallel()
	need.Root(t)
	clientsOf(t, "runit", func(t *testing.T, clients string) {
		w := notes(t, clients)
		w.run(order("ln -s $SV/web $SV/other $SVDIR"))
		w.reaches("other/log", status.Up)
		w.reaches("web/log", status.Up)
		w.reaches("other", status.Up)
		w.reaches("web", status.Up)
		said := w.onTerminal(w.dir, "su nobody -s /bin/sh -c 'sv status "+w.scan+"/*; svctl --json'")
		for _, want := range []string{
			`(?m)^run: ` + w.scan + `/other: \(pid \d+\) \d+s; run: log: \(pid \d+\) \d+s$`,
			`(?m)^run: ` + w.scan + `/web: \(pid \d+\) \d+s; run: log: \(pid \d+\) \d+s$`,
			`(?s)"name": ?"other".*"state": ?"up".*"name": ?"web".*"state": ?"up"`,
		} {
			if !regexp.MustCompile(want).MatchString(said) {
				t.Errorf("got %q; want %s in it", said, want)
			}
		}
		w.run(refuses("su nobody -s /bin/sh -c 'svctl down web'", 111, `web`))
		w.ends()
	})
}

// TestNewTick: a service from a command, quotes and all.
func TestNewTick(t *testing.T) {
	t.Parallel()
	w := notes(t, "compat")
	w.onTerminal(w.dir, `svctl new tick -- sh -c 'while date; do sleep 1; done'`)
	w.reaches("tick", status.Up)
	w.says(fmt.Sprint(w.reaches("tick", status.Up).Since.Year()))
	w.run(answers("svctl is-up tick", ``))
	w.ends()
}

// TestSourced: the status is a file of shell assignments.
func TestSourced(t *testing.T) {
	t.Parallel()
	w := notes(t, "compat")
	w.run(order("ln -s $SV/web $SVDIR/web"))
	pid := strconv.Itoa(w.reaches("web", status.Up).PID)
	if said := w.onTerminal(w.dir, `. $SVDIR/web/supervise/status.env && echo "$STATE $PID"`); said != "up "+pid {
		t.Errorf("got %q; want %q", said, "up "+pid)
	}
	w.run(
		answers("svctl down web", ``),
		answers(`set -eu; . $SVDIR/web/supervise/status.env && echo "$STATE $PID"`, `^down 0?$`),
	)
	w.ends()
}

// TestInitScript: under the name of a service svctl is its LSB script.
func TestInitScript(t *testing.T) {
	t.Parallel()
	w := notes(t, "compat")
	scripts := filepath.Join(w.dir, "init.d")
	w.must(os.Mkdir(scripts, 0o755))
	w.must(os.Symlink(filepath.Join(bin(t), "svctl"), filepath.Join(scripts, "svctl")))
	w.run(order("ln -s $SV/web $SVDIR/nginx"))
	w.reaches("nginx", status.Up)
	w.reaches("nginx/log", status.Up)
	said := w.onTerminal(scripts, "ln -s svctl nginx && ./nginx status")
	if want := regexp.MustCompile(`^run: nginx: \(pid \d+\) \d+s; run: log: \(pid \d+\) \d+s$`); !want.MatchString(said) {
		t.Errorf("got %q; want %s", said, want)
	}
	for _, s := range []step{
		answers("./nginx restart", `^ok: run: nginx`),
		answers("./nginx stop", `^ok: down: nginx: \d+s, normally up$`),
		refuses("./nginx status", 3, `^down: nginx: \d+s, normally up; run: log: \(pid \d+\) \d+s$`),
		answers("./nginx start", `^ok: run: nginx`),
		refuses("./nginx frobnicate", 2, `^usage: nginx `),
		refuses("ln -s svctl none && ./none status || { code=$?; rm none; exit $code; }", 4, `^fail: none: unable to change to service directory`),
	} {
		s.run(t, scripts, w.env)
	}
	w.ends()
}

// TestSetAndRestart: settings at once, in the units of those who named them.
func TestSetAndRestart(t *testing.T) {
	t.Parallel()
	w := notes(t, "compat")
	w.run(order("ln -s $SV/web $SVDIR/web"))
	old := w.reaches("web", status.Up)
	w.onTerminal(w.dir, "svctl set web timeout-kill=10s limits/nofile=4096 && svctl restart web")
	if now := w.reaches("web", status.Up); now.PID == old.PID {
		t.Errorf("got process %d before and after; want another", now.PID)
	}
	w.run(
		answers("cat web/timeout-kill", `^10000$`),
		ask("grep '^Max open files' /proc/$(cat web/supervise/pid)/limits", `^Max open files +4096 `),
	)
	w.ends()
}
