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

// TestNested: a service may be an svscan, whose services may be too. The end of
// the middle one is the end of what is below it, and of nothing else.
func TestNested(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("middle/run", "#!/bin/sh\nexec svscan tree\n")
	w.put("middle/tree/inner/run", "#!/bin/sh\nexec svscan tree\n")
	w.put("middle/tree/inner/tree/leaf/run", sleeper)
	w.put("beside/run", sleeper)
	w.serve()
	const inner, leaf = "middle/tree/inner", "middle/tree/inner/tree/leaf"
	beside := w.reaches("beside", status.Up).PID
	middle := w.reaches("middle", status.Up)
	w.reaches(inner, status.Up)
	old := w.reaches(leaf, status.Up)
	w.run(ask("tr '\\0' '\\n' </proc/"+strconv.Itoa(old.PID)+"/environ | grep ^SVDIR=", "^SVDIR="+w.scan+"/"+inner+"/tree$"))

	// TERM is an orderly end; then all begins again.
	w.must(syscall.Kill(middle.PID, syscall.SIGTERM))
	eventually(t, w.dir, "the leaf has ended", func() bool { return processGone(old.PID) && processGone(old.Supervisor) })
	now := w.restarted("middle", middle)
	w.restartedAnew(leaf, old)
	w.unaffected("beside", beside)

	// So is down.
	w.run(answers("svctl down middle", ``))
	if left := below(filepath.Join(w.scan, "middle")); len(left) > 0 {
		t.Errorf("processes %v are left of %+v", left, now)
	}
	w.unaffected("beside", beside)
	w.ends()
}

// restartedAnew waits for the service under another supervise.
func (w *tree) restartedAnew(service string, old status.Record) {
	w.t.Helper()
	eventually(w.t, filepath.Join(w.scan, service), service+" runs again", func() bool {
		now := w.record(service)
		return now.State == status.Up && now.Supervisor != old.Supervisor
	})
}

// TestNestedKilled: KILL leaves what is below as it is, and the next svscan
// starts nothing twice.
func TestNestedKilled(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.put("middle/run", "#!/bin/sh\nexec svscan tree\n")
	w.put("middle/tree/leaf/run", sleeper)
	w.serve()
	middle := w.reaches("middle", status.Up)
	leaf := w.reaches("middle/tree/leaf", status.Up)
	w.must(syscall.Kill(middle.PID, syscall.SIGKILL))
	w.restarted("middle", middle)
	w.unaffected("middle/tree/leaf", leaf.PID)
	sweep(w.scan) // the supervise of leaf is no child of the new svscan
}

// TestFirst: as process 1 of a namespace svscan reaps whatever comes, and ends
// in order.
func TestFirst(t *testing.T) {
	t.Parallel()
	need.Root(t)
	const orphans = 300
	w := plant(t)
	w.put("web/run", "#!/bin/sh\ntrap 'echo end >>said; exit 0' TERM\nsleep 1000 >/dev/null 2>&1 &\necho ready >>said\nwhile :; do wait; done\n")
	// Each of them outlives its parent.
	w.put("orphans/run", fmt.Sprintf("#!/bin/sh\ni=0\nwhile [ $i -lt %d ]; do (sleep 0 &); i=$((i+1)); done\necho >made\nexec sleep 1000\n", orphans))
	w.serve("/usr/bin/unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
	first := 0
	eventually(t, w.dir, "all are made, and none is a zombie", func() bool {
		first = onlyChild(w.svscan.cmd.Process.Pid)
		_, err := os.Stat(filepath.Join(w.scan, "orphans/made"))
		return err == nil && first != 0 && children(first, "") == 2 && hasText(filepath.Join(w.scan, "web/said"))
	})
	if zombies := children(first, "Z"); zombies != 0 {
		t.Errorf("got %d zombies; want none", zombies)
	}
	w.must(syscall.Kill(first, syscall.SIGTERM))
	<-w.svscan.gone
	if code := w.svscan.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("got %v; want exit code 0", w.svscan.cmd.ProcessState)
	}
	if got := w.text("web/said"); got != "ready\nend\n" {
		t.Errorf("got %q; want an orderly end", got)
	}
}

// onlyChild is the child of a process, 0 if it has none yet.
func onlyChild(pid int) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid)) // gone: then it has none
	child, _ := strconv.Atoi(strings.TrimSpace(string(text)))                  // likewise
	return child
}

// children counts the children of a process, in a state or all of them.
func children(pid int, state string) int {
	n := 0
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is good
	for _, task := range tasks {
		text, _ := os.ReadFile(task) // gone: then it has none
		for _, child := range strings.Fields(string(text)) {
			id, _ := strconv.Atoi(child) // a number
			if state == "" || processState(id) == state {
				n++
			}
		}
	}
	return n
}
