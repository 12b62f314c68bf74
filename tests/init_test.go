package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// The cases of process 1, each in a namespace of its own: they need root.

// serveFirst starts svscan as process 1, and returns its pid as we see it.
func (w *tree) serveFirst() int {
	w.t.Helper()
	need.Root(w.t)
	w.serve("/usr/bin/unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
	first := 0
	eventually(w.t, w.dir, "svscan is process 1", func() bool {
		first = onlyChild(w.svscan.cmd.Process.Pid)
		_, err := os.Stat(filepath.Join(w.scan, ".svscan/lock"))
		return first != 0 && err == nil
	})
	return first
}

// endedWith waits for the end of the namespace; unshare exits as process 1 did.
func (w *tree) endedWith(want int) {
	w.t.Helper()
	eventually(w.t, w.dir, "process 1 has ended", func() bool { return processGone(w.svscan.cmd.Process.Pid) })
	<-w.svscan.gone
	if code := w.svscan.cmd.ProcessState.ExitCode(); code != want {
		w.t.Errorf("got %v; want exit code %d", w.svscan.cmd.ProcessState, want)
	}
	nothingBelow(w.t, w.dir)
}

// last is a program that takes the place of svscan, tells what it finds, and
// ends with code.
func last(code int) string {
	return "#!/bin/sh\n" +
		"n=$#; set -- /proc/$$/fd/*; for f; do open=\"$open ${f##*/}\"; done\n" + // the shell opens that, and has its script as 10
		"echo $0 pid $$ of $n code $SV_EXIT_CODE error \"$SV_EXIT_ERROR\" live \"$SV_LIVE\" GOMAXPROCS=$GOMAXPROCS $open >told\n" +
		fmt.Sprintf("exit %d\n", code)
}

// TestFirstOrphans: what nobody waits for leaves no zombie.
func TestFirstOrphans(t *testing.T) {
	t.Parallel()
	need.Root(t)
	w := plant(t)
	// sh forks one that forks one, and waits for neither.
	w.put("orphans/run", "#!/bin/sh\ni=0\nwhile [ $i -lt 100 ]; do\n"+
		"sh -c 'j=0; while [ $j -lt 100 ]; do : & j=$((j+1)); done; exit'\ni=$((i+1))\ndone\necho >made\nexec sleep 1000\n")
	first := w.serveFirst()
	w.inTime("10,000 are made, and all are reaped", func() bool {
		_, err := os.Stat(filepath.Join(w.scan, "orphans/made"))
		return err == nil && children(first, "") == 1
	})
	w.must(syscall.Kill(first, syscall.SIGTERM))
	w.endedWith(0)
}

// TestFirstStops: TERM, which is what stops a container, ends it within what
// the service allows.
func TestFirstStops(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\ntrap '' TERM\necho ready >said\nwhile :; do sleep 1000; done\n")
	w.put("web/timeout-kill", "200\n")
	w.put(".svscan/finish", last(5))
	first := w.serveFirst()
	eventually(t, w.dir, "the service runs", func() bool { return hasText(filepath.Join(w.scan, "web/said")) })
	w.must(syscall.Kill(first, syscall.SIGTERM))
	w.endedWith(5)
	if got, want := w.text("told"), ".svscan/finish pid 1 of 0 code 0 error  live  GOMAXPROCS= 0 1 10 2 3\n"; got != want {
		t.Errorf("got %q; want %q", got, want)
	}
}

// TestFirstEssential: process 1, and so the container, ends as its program does,
// and after all others.
func TestFirstEssential(t *testing.T) {
	t.Parallel()
	for end, code := range map[string]int{"exit 3": 3, "kill -9 $$": 137} {
		t.Run(strconv.Itoa(code), func(t *testing.T) {
			t.Parallel()
			w := plant(t)
			w.put("web/run", "#!/bin/sh\nuntil test -s ../db/said && test -e ../go; do sleep 0.01; done\n"+end+"\n")
			w.put("web/set/restart", "never\n")
			w.put("web/set/essential", "")
			w.put("db/run", "#!/bin/sh\ntrap 'echo bye >>said; exit 0' TERM\necho ready >said\nwhile :; do sleep 0.01; done\n")
			w.serveFirst()
			w.put("go", "")
			w.endedWith(code)
			if got, want := w.text("db/said"), "ready\nbye\n"; got != want {
				t.Errorf("got %q; want %q", got, want)
			}
			if got, want := w.text(".svscan/exit"), fmt.Sprintf("SERVICE='web'\nEXIT_CODE=%d\n", code); got != want {
				t.Errorf("got %q; want %q", got, want)
			}
		})
	}
}

// TestFirstCrashes: the rescue is process 1, and knows what is left.
func TestFirstCrashes(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("web/run", "#!/bin/sh\necho $$ >pid\nexec sleep 1000\n")
	w.put(".svscan/crash", last(6))
	w.put(".svscan/finish", last(7))
	first := w.serveFirst()
	w.reaches("web", status.Up)
	w.pidIn("web/pid")
	w.must(syscall.Kill(first, syscall.SIGSEGV))
	w.endedWith(6)
	want := ".svscan/crash pid 1 of 0 code 111 error unable to go on: received SIGSEGV live web " +
		strings.TrimSpace(w.text("web/pid")) + " GOMAXPROCS= 0 1 10 2 3\n"
	if got := w.text("told"); got != want {
		t.Errorf("got %q; want %q", got, want)
	}
	w.says("svscan: warning: still running: web " + strings.TrimSpace(w.text("web/pid")) + "\n")
}

// TestFirstGuarded: nothing ends it but terminate.
func TestFirstGuarded(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.flags = []string{"-guard", "sesame"}
	w.put("web/run", sleeper)
	first := w.serveFirst()
	w.reaches("web", status.Up)
	w.must(syscall.Kill(first, syscall.SIGTERM))
	w.says("svscan: warning: TERM is refused: guarded (svctl terminate EXIT GUARD)\n")
	w.run(
		refuses("svctl terminate 4", 1, `^svctl: fatal: unable to terminate .*: refused: that is not the code that -guard named$`),
		refuses("svctl terminate 4 simsim", 1, `refused`),
		refuses("svctl terminate 256 sesame", 100, `not an exit code`),
		refuses("svctl terminate", 100, `terminate needs an exit code`),
		answers("svctl is-up web", ``),
		answers("svctl terminate 4 sesame", `svscan has ended$`),
	)
	w.endedWith(4)
	w.run(refuses("svctl terminate 4 sesame", 102, `no svscan runs here`))
}
