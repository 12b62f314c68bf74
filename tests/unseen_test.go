package tests

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

// TestAdoptUnseen: while run is still svexec, it is told to end and to start
// again; it ends, the next one starts and becomes run, and supervise is killed
// before it wrote any of that down. The next supervise has the run that lives, and
// counts no death: the first never was a run.
func TestAdoptUnseen(t *testing.T) {
	t.Parallel()
	forkedOnly(t, "svscan is stopped while there is no supervise")
	w := plant(t)
	w.put("web/run", sleeper)
	w.put("web/set/umask", "022\n")
	w.serve()
	first := w.reaches("web", status.Up)
	w.send("web", "du")
	w.happens("web", "start", 2)
	second := w.reaches("web", status.Up)

	w.freeze(w.svscan.cmd.Process.Pid) // else it might start another before the state is forged
	w.must(syscall.Kill(second.Supervisor, syscall.SIGKILL))
	path := w.scan + "/web/supervise/status.env"
	text, err := os.ReadFile(path)
	w.must(err)
	forged := strings.NewReplacer("PID="+strconv.Itoa(second.PID), "PID="+strconv.Itoa(first.PID),
		"STATE=up", "STATE=stopping", "RUN=2", "RUN=1", "MACHINE='running", "MACHINE='running unborn eager letter=d").Replace(string(text))
	forged = regexp.MustCompile("START_TICKS=[0-9]+").ReplaceAllString(forged, "START_TICKS="+strconv.FormatUint(first.StartTicks, 10))
	w.must(os.WriteFile(path, []byte(forged), 0o644))
	w.must(w.svscan.cmd.Process.Signal(syscall.SIGCONT))

	if r := w.reaches("web", status.Up); r.PID != second.PID || r.Deaths != second.Deaths || r.Starts != second.Starts+1 {
		t.Errorf("got %+v; want the second run of %+v, once more begun", r, second)
	}
	w.run(answers("svctl -d web", ""))
	w.reaches("web", status.Down)
	w.ends()
}

// TestReadinessKept: run says that it is ready and closes the descriptor, and its
// supervise is killed before it has heard that. The next one hears it, since svscan
// has the FIFO open: also where the run before is a zombie that svscan has not
// reaped, and where it has left a process, which may speak on the old FIFO.
func TestReadinessKept(t *testing.T) {
	t.Parallel()
	forkedOnly(t, "svscan is stopped while there is no supervise")
	const run = "#!/bin/sh\ntest -e left || { sleep 1000 & echo $! >left; }\n" +
		"read line <go\necho >&3\nexec 3>&-\n: >said\nexec sleep 1000\n"
	for _, leaves := range []bool{false, true} {
		t.Run(fmt.Sprintf("leaves %v", leaves), func(t *testing.T) {
			t.Parallel()
			w := plant(t)
			w.put("web/run", run)
			w.put("web/notification-fd", "3\n")
			w.must(unix.Mkfifo(w.scan+"/web/go", 0o600))
			if leaves {
				w.put("web/set/kill-scope", "process\n")
			} else {
				w.put("web/left", "")
			}
			w.serve()
			svscan := w.svscan.cmd.Process.Pid
			w.reaches("web", status.Starting)
			w.happens("web", "start", 1)
			eventually(t, w.scan, "run is there", func() bool { return hasText(w.scan+"/web/left") || !leaves })
			first := w.killSupervise("web") // so that svscan is to reap the run
			if !leaves {
				w.freeze(svscan)
			}
			w.must(syscall.Kill(first.PID, syscall.SIGKILL))
			w.happens("web", "start", 2)
			left := 0
			if leaves {
				left = w.pidIn("web/left")
				eventually(t, w.scan, "svscan has the new FIFO", func() bool { return holds(svscan, w.scan+"/web/supervise/ready") })
				w.freeze(svscan)
			}
			w.freeze(first.Supervisor)
			w.must(os.WriteFile(w.scan+"/web/go", []byte("\n"), 0))
			eventually(t, w.scan, "run said it", func() bool { _, err := os.Stat(w.scan + "/web/said"); return err == nil })
			w.must(syscall.Kill(first.Supervisor, syscall.SIGKILL))
			w.must(syscall.Kill(svscan, syscall.SIGCONT))
			if r := w.reaches("web", status.Up); !r.Ready || r.Starts != 2 {
				t.Errorf("got %+v; want its second run, ready", r)
			}
			if leaves {
				w.must(syscall.Kill(left, syscall.SIGKILL))
			}
			w.ends()
		})
	}
}
