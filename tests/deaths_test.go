package tests

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// TestDeaths: service, logger, supervise and svscan die in every order until one
// of them lives, while lines wait in the FIFO between service and logger. Then
// svscan comes back, if it was among them, and each line is logged once. So it is
// with the FIFO of standard error.
func TestDeaths(t *testing.T) {
	t.Parallel()
	forkedOnly(t, "supervise and svscan die as one")
	for stream, redirect := range map[string][2]string{"stdout": {"", ""}, "stderr": {"exec >&2\n", "<&3"}} {
		for _, order := range permutations([]int{service, logger, supervise, svscan}) {
			words := []string{stream}
			for _, who := range order {
				words = append(words, mortals[who])
			}
			t.Run(strings.Join(words, " "), func(t *testing.T) {
				t.Parallel()
				w := plant(t)
				w.put("web/run", "#!/bin/sh\n"+redirect[0]+"until test -e go; do sleep 0.02; done\n"+
					"test -e said || { : >said; i=0; while test $i -lt 1000; do i=$((i+1)); echo line $i; done; : >done; }\nexec sleep 1000\n")
				w.put("web/log/run", "#!/bin/sh\nexec cat >>../lines "+redirect[1]+"\n")
				if stream == "stderr" {
					w.put("web/set/split-stderr", "")
				}
				w.dieInOrder(order)
			})
		}
	}
}

// Who dies.
const service, logger, supervise, svscan = 0, 1, 2, 3

var mortals = []string{"service", "logger", "supervise", "svscan"}

// dieInOrder has all of them die but the last, and checks the lines.
func (w *tree) dieInOrder(order []int) {
	t := w.t
	w.serve()
	web, log := w.reaches("web", status.Up), w.reaches("web/log", status.Up)
	eventually(t, w.scan, "the logger is there", func() bool { return strings.HasPrefix(commandLine(log.PID), "cat") })
	pids := []int{web.PID, log.PID, web.Supervisor, w.svscan.cmd.Process.Pid}

	w.freeze(log.PID) // it has read nothing then
	w.put("web/go", "")
	eventually(t, w.scan, "the lines are in the FIFO", func() bool { _, err := os.Stat(w.scan + "/web/done"); return err == nil })
	for _, pid := range pids {
		w.freeze(pid) // so that nobody mends it too soon
	}
	survivor := order[len(order)-1]
	for _, who := range order[:len(order)-1] {
		w.must(syscall.Kill(pids[who], syscall.SIGKILL))
	}
	if survivor != svscan {
		<-w.svscan.gone
		w.must(os.Remove(w.scan + "/.svscan/running/web"))
		w.serve()
	}
	w.must(syscall.Kill(pids[survivor], syscall.SIGCONT))

	eventually(t, w.scan, "all lines", func() bool {
		got, _ := os.ReadFile(w.scan + "/web/lines")
		return strings.Count(string(got), "\n") >= 1000
	})
	eventually(t, w.scan, "svscan has a supervise", func() bool { return hasText(w.scan + "/.svscan/running/web") })
	eventually(t, w.scan, "supervise has both", func() bool {
		return survivor == supervise || w.record("web").Supervisor != web.Supervisor && w.record("web/log").Supervisor != log.Supervisor
	})
	w.reaches("web", status.Up)
	w.reaches("web/log", status.Up)
	w.ends()
	checkLines(t, w.scan+"/web/lines", 1000)
}

// checkLines says that a file has the lines from 1 to n, each once, in order.
func checkLines(t *testing.T, file string, n int) {
	t.Helper()
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for i := range n {
		fmt.Fprintf(&want, "line %d\n", i+1)
	}
	if string(got) != want.String() {
		t.Errorf("got %d bytes of lines; want %d: each once, and in order", len(got), want.Len())
	}
}

// freeze stops a process, and waits until it has stopped: an exec may lose a stop.
func (w *tree) freeze(pid int) {
	w.t.Helper()
	eventually(w.t, w.dir, "it has stopped", func() bool {
		w.must(syscall.Kill(pid, syscall.SIGSTOP))
		return processState(pid) == "T"
	})
}

// permutations are all orders of list.
func permutations(list []int) [][]int {
	if len(list) <= 1 {
		return [][]int{list}
	}
	var all [][]int
	for i := range list {
		rest := append(append([]int{}, list[:i]...), list[i+1:]...)
		for _, p := range permutations(rest) {
			all = append(all, append([]int{list[i]}, p...))
		}
	}
	return all
}
