package tests

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// What supervise makes of svexec; what svexec does itself is tested beside it.

// TestUnknownUser: a start that cannot be what it should be is no start. It is
// told once with its reason, nothing runs, finish does not follow, and it runs
// when the setting is right.
func TestUnknownUser(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/finish", "#!/bin/sh\necho >>"+w.dir+"/finished\n")
	w.put("web/set/user", "frob\n")
	w.serve()
	const why = "unable to use set/user: unknown user frob"
	w.says("supervise web: warning: " + why + "\n")
	r := w.reaches("web", status.Backoff)
	if r.Reason != why || r.PID != 0 || r.Starts != 0 || r.Deaths != 0 || r.Ended {
		t.Errorf("got %+v; want no process, no start, and the reason", r)
	}
	w.put("web/set/user", "nobody\n")
	now := w.reaches("web", status.Up)
	w.run(ask("ps -o user= -p "+strconv.Itoa(now.PID), `^nobody$`))
	if hasText(filepath.Join(w.dir, "finished")) {
		t.Error("finish followed a start that was none")
	}
	if n := strings.Count(w.svscan.output(), why); n != 1 {
		t.Errorf("it was told %d times; want 1", n)
	}
	w.ends()
}

// TestPrepareHangs: what prepares is ended like run, with all that it started,
// and can be asked for again.
func TestPrepareHangs(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/set/prepare", "#!/bin/sh\n[ -e go ] || sleep 1000\n")
	w.serve()
	first := w.reaches("web", status.Starting)
	w.run(answers("svctl down web", ``))
	if r := w.reaches("web", status.Down); r.Deaths != 0 || syscall.Kill(first.PID, 0) == nil {
		t.Errorf("got %+v; want nothing of %d, and no death", r, first.PID)
	}
	w.put("web/go", "")
	w.run(answers("svctl up web", ``))
	if r := w.reaches("web", status.Up); r.Starts != 1 {
		t.Errorf("got %d starts; want 1", r.Starts)
	}
	w.ends()
}

// TestPrepareFails: a prepare that does not exit 0 is no start.
func TestPrepareFails(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\n: >"+w.dir+"/ran\nexec sleep 1000\n")
	w.put("web/set/prepare", "#!/bin/sh\n[ -e go ] || exit 3\n")
	w.serve()
	w.says("supervise web: warning: unable to use set/prepare: ")
	if _, err := os.Stat(w.dir + "/ran"); err == nil {
		t.Error("run ran")
	}
	w.put("web/go", "")
	w.reaches("web", status.Up)
	w.ends()
}

// TestCommand: an argv without a script arrives as it is, also when it is gone
// at once: each start has its finish.
func TestCommand(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/set/command", "sh\n-c\nprintf '%%s\\n' \"$@\" >\"$0\"; exec sleep 1000\n"+w.dir+"/got\ntwo  words\n 'x'\n")
	w.put("quick/set/command", "true\n")
	w.put("quick/finish", "#!/bin/sh\necho >>finished\n")
	w.serve()
	w.reaches("web", status.Up)
	eventually(t, w.dir, "its arguments", func() bool { return hasText(w.dir + "/got") })
	if got, _ := os.ReadFile(w.dir + "/got"); string(got) != "two  words\n 'x'\n" {
		t.Errorf("got arguments %q", got)
	}
	w.happens("quick", "end", 3)
	w.run(answers("svctl down quick", ``))
	text, _ := os.ReadFile(w.scan + "/quick/finished") // none is none
	if ends, finishes := len(w.history("quick", "end")), strings.Count(string(text), "\n"); ends != finishes || len(w.history("quick", "start")) != ends {
		t.Errorf("got %d ends, %d finishes", ends, finishes)
	}
	w.ends()
}

// TestReadyThroughExec: readiness comes through, and is told after the start.
func TestReadyThroughExec(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\necho >&5\nexec sleep 1000\n")
	w.put("web/notification-fd", "5\n")
	w.put("web/set/umask", "027\n")
	w.serve()
	r := w.reaches("web", status.Up)
	if !r.Ready {
		eventually(t, w.dir, "it is ready", func() bool { r = w.record("web"); return r.Ready })
	}
	kinds := ""
	for _, l := range w.history("web", "") {
		kinds += l.Kind + " "
	}
	if kinds != "start ready " {
		t.Errorf("got history %q; want start ready", kinds)
	}
	w.run(ask("grep Umask /proc/"+strconv.Itoa(r.PID)+"/status", `0027`))
	w.ends()
}

// TestSameUser: the same tree runs as root and as anybody.
func TestSameUser(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	w.flags = []string{"-no-user-change"}
	w.put("web/run", "#!/bin/sh\nid -u >ran\nexec sleep 1000\n")
	w.put("web/set/user", "nobody\n")
	w.put("web/set/nice", "3\n")
	w.serve()
	w.says("svscan: warning: user, capabilities and chroot of services are not looked at (-no-user-change)\n")
	r := w.reaches("web", status.Up)
	eventually(t, w.dir, "run has a user", func() bool { return hasText(w.scan + "/web/ran") })
	if uid, _ := os.ReadFile(w.scan + "/web/ran"); string(uid) != "0\n" {
		t.Errorf("it ran as %q; want 0", uid)
	}
	w.run(ask("ps -o ni= -p "+strconv.Itoa(r.PID), `^ *3$`))
	w.ends()
}

// TestStyle: a service chooses whose behaviour it has, and so does a tree.
func TestStyle(t *testing.T) {
	t.Parallel()
	w := plant(t)
	finish := "#!/bin/sh\necho $# $1 >finished\n"
	for _, name := range []string{"ours", "old", "bad"} {
		w.put(name+"/run", sleeper)
		w.put(name+"/finish", finish)
	}
	w.put("ours/set/style", "svdir\n")
	w.put("bad/set/style", "upstart\n")
	w.put(".svscan/set/style", "runit\n")
	w.serve()
	w.says("supervise bad: warning: unable to use set/style: not svdir, daemontools, runit or s6, going on without\n")
	for name, want := range map[string]string{"ours": "4 256\n", "old": "2 -1\n", "bad": "2 -1\n"} {
		w.must(syscall.Kill(w.reaches(name, status.Up).PID, syscall.SIGKILL))
		file := filepath.Join(w.scan, name, "finished")
		eventually(t, w.scan, name+" has finished", func() bool { return hasText(file) })
		if got, _ := os.ReadFile(file); string(got) != want {
			t.Errorf("%s: finish got %q; want %q", name, got, want)
		}
	}
	w.ends()
}
