package tests

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// talker says which start it is, and a last word. Its child is there before: one that
// has not executed its program yet would have the trap, and no end.
const talker = "#!/bin/sh\nsleep 1000 &\necho >>starts\ntrap 'echo last; exit' TERM\necho start $(wc -l <starts)\nwhile :; do wait; done\n"

// catchAll is a tree with a catch-all.
func catchAll(t *testing.T) *tree {
	w := plant(t)
	w.put(".svscan/log/run", "#!/bin/sh\nexec ./"+labellerName+"\n")
	self, err := os.Executable()
	w.must(err)
	w.must(os.Symlink(self, w.scan+"/.svscan/log/"+labellerName))
	return w
}

// caught waits until the catch-all has these lines, in any order, and no other.
func (w *tree) caught(lines ...string) {
	w.t.Helper()
	slices.Sort(lines)
	var got []string
	if !await(w.scan, patience, func() bool {
		text, _ := os.ReadFile(w.scan + "/.svscan/log/all") // not there yet
		got = strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
		slices.Sort(got)
		return slices.Equal(got, lines)
	}) {
		w.t.Fatalf("got %d lines, want %d; missing %q; not expected %q", len(got), len(lines), without(lines, got), without(got, lines))
	}
}

// without is what list has more often than other, which are sorted.
func without(list, other []string) []string {
	var rest []string
	for _, line := range list {
		if i, found := slices.BinarySearch(other, line); found {
			other = slices.Delete(slices.Clone(other), i, i+1)
		} else {
			rest = append(rest, line)
		}
	}
	return rest
}

// TestCatchAll: what a service without a logger writes appears once, with its name;
// of one that comes while it runs too, and the last word of one that goes.
func TestCatchAll(t *testing.T) {
	t.Parallel()
	w := catchAll(t)
	for _, name := range []string{"a", "b", "logged", "producer"} {
		w.put(name+"/run", talker)
	}
	w.put("logged/log/run", "#!/bin/sh\nexec cat >>lines\n")
	w.put("producer/producer-for", "consumer\n")
	w.put("consumer/consumer-for", "producer\n")
	w.put("consumer/run", "#!/bin/sh\necho mine >&2\nexec cat >>lines\n")
	w.serve()
	w.caught("a: start 1", "b: start 1")
	w.put("c/run", talker)
	w.caught("a: start 1", "b: start 1", "c: start 1")
	w.must(os.Rename(w.scan+"/b", w.dir+"/b"))
	w.caught("a: start 1", "b: start 1", "c: start 1", "b: last")
	eventually(t, w.scan, "it reads two", func() bool {
		text, _ := os.ReadFile(w.scan + "/.svscan/log/names")
		return strings.HasSuffix(string(text), ".svscan/log a c\n")
	})

	w.run(answers("svctl restart .svscan/log", ``), ask("svctl status .svscan/log", `\.svscan/log +up`))

	// One that gets a logger has it from its next start on.
	w.put("a/log/run", "#!/bin/sh\nexec cat >>lines\n")
	w.reaches("a/log", status.Up)
	eventually(t, w.scan, "it reads one", func() bool {
		text, _ := os.ReadFile(w.scan + "/.svscan/log/names")
		return strings.HasSuffix(string(text), ".svscan/log c\n")
	})
	w.run(answers("svctl restart a", ``))
	eventually(t, w.scan, "its line", func() bool {
		text, _ := os.ReadFile(w.scan + "/a/log/lines")
		return strings.HasSuffix(string(text), "start 2\n")
	})
	w.ends()
	w.caught("a: start 1", "b: start 1", "c: start 1", "b: last", "c: last")
}

// TestCatchAllKilled: svscan, the logger and its supervise are killed while lines
// come: each appears once, and no logger begins anew because svscan does.
func TestCatchAllKilled(t *testing.T) {
	t.Parallel()
	const log = ".svscan/log"
	w := catchAll(t)
	var want []string
	for _, name := range []string{"a", "b"} {
		w.put(name+"/run", "#!/bin/sh\ni=0; while [ $i -lt 500 ]; do i=$((i+1)); echo line $i; [ $((i % 10)) -ne 0 ] || sleep 0.02; done\nexec sleep 1000\n")
		for i := range 500 {
			want = append(want, name+": line "+strconv.Itoa(i+1))
		}
	}
	w.serve()
	w.reaches("b", status.Up)
	eventually(t, w.scan, "a line", func() bool { return hasText(w.scan + "/" + log + "/all") })
	w.reaches(log, status.Up)
	w.must(syscall.Kill(w.svscan.cmd.Process.Pid, syscall.SIGKILL))
	<-w.svscan.gone
	w.serve()
	eventually(t, w.scan, "svscan has all", func() bool { return holds(w.svscan.cmd.Process.Pid, w.scan+"/b/supervise/log") })
	w.settled()
	before := w.record(log)
	w.bereave(before)
	eventually(t, w.scan, "it has a supervise", func() bool {
		return lockHolder(w.scan+"/"+log) != 0 && w.record(log).Supervisor != before.Supervisor
	})
	w.unaffected(log, before.PID)
	now := w.record(log)
	w.must(syscall.Kill(now.PID, syscall.SIGTERM))
	w.restarted(log, now)
	w.run(answers("svctl reexec", ``))
	w.caught(want...)
	w.ends()
}

// TestCatchAllGone: without its directory, what services write goes where it ever
// went, from their next start on.
func TestCatchAllGone(t *testing.T) {
	t.Parallel()
	w := catchAll(t)
	w.put("a/run", talker)
	w.serve()
	w.caught("a: start 1")
	w.must(os.Rename(w.scan+"/.svscan/log", w.dir+"/log"))
	w.run(answers("svctl restart a", ``))
	w.says("start 2\n")
	w.ends()
}

// TestCatchAllLeft: what has become a consumer writes where no catch-all is needed,
// from its next start on: the catch-all does not read it any more.
func TestCatchAllLeft(t *testing.T) {
	t.Parallel()
	w := catchAll(t)
	w.put("a/run", talker)
	w.put("b/run", talker)
	w.serve()
	w.caught("a: start 1", "b: start 1")
	w.put("b/producer-for", "a\n")
	w.put("a/consumer-for", "b\n")
	eventually(t, w.scan, "it reads neither", func() bool {
		text, _ := os.ReadFile(w.scan + "/.svscan/log/supervise/producers")
		return len(text) == 0
	})
	w.run(answers("svctl restart a", ``))
	w.says("start 2\n")
	w.ends()
}

// TestCatchAllEndsEarly: also where svscan is to end before all have begun, what
// was written until then is read.
func TestCatchAllEndsEarly(t *testing.T) {
	t.Parallel()
	w := catchAll(t)
	const many = 40
	said := func() (lines []string) {
		for i := range many {
			if name := "s" + strconv.Itoa(i); hasText(w.scan + "/" + name + "/said") {
				lines = append(lines, name+": line")
			}
		}
		return lines
	}
	for i := range many {
		w.put("s"+strconv.Itoa(i)+"/run", "#!/bin/sh\necho line\necho >said\nexec sleep 1000\n")
	}
	w.serve()
	eventually(t, w.scan, "the first of many", func() bool { return len(said()) > 0 })
	w.ends()
	text, _ := os.ReadFile(w.scan + "/.svscan/log/all") // no such file is none
	all := strings.Split(string(text), "\n")
	for _, line := range said() {
		if !slices.Contains(all, line) {
			t.Errorf("missing %q", line)
		}
	}
}
