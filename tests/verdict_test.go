package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/tests/need"
)

// endsBy is a run that ends with 0 or another code when it is told to by a file.
const endsBy = "#!/bin/sh\nuntil test -e go; do sleep 0.02; done\nrm go\nexit $(cat code)\n"

// TestVerdict: how a run ended that was adopted is known where svscan is there,
// also if it ended while no supervise was; and also where the kernel tells
// nothing.
func TestVerdict(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		kernel bool // it tells
		code   int
		away   bool // it ends while no supervise is there
	}{
		{"after adoption", true, 7, false},
		{"after adoption, 0", true, 0, false},
		{"between two supervises", true, 7, true},
		{"between two supervises, 0", true, 0, true},
		{"after adoption, the kernel is silent", false, 7, false},
		{"after adoption, 0, the kernel is silent", false, 0, false},
		{"between two supervises, 0, the kernel is silent", false, 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if c.away || !c.kernel {
				forkedOnly(t, "there is no supervise to stop, or to blind")
			}
			w := plant(t)
			if !c.kernel {
				w.silenceKernel()
			}
			w.put("web/run", endsBy)
			w.put("web/code", fmt.Sprintln(c.code))
			w.put("web/finish", "#!/bin/sh\necho \"$@\" >>finished\n")
			w.serve()
			before := w.reaches("web", status.Up)
			if c.away {
				w.freeze(w.svscan.cmd.Process.Pid)
				w.must(syscall.Kill(before.Supervisor, syscall.SIGKILL))
				w.put("web/go", "")
				eventually(t, w.scan, "run has ended", func() bool { return processState(before.PID) == "Z" })
				w.must(w.svscan.cmd.Process.Signal(syscall.SIGCONT))
			} else {
				w.killSupervise("web")
				w.put("web/go", "")
			}
			end := w.happens("web", "end", 1)[0]
			if end.PID != before.PID || end.Code != c.code || end.Signal != 0 || end.Unknown {
				t.Errorf("got the end %+v; want code %d of %d", end, c.code, before.PID)
			}
			w.happens("web", "start", 2)
			want := fmt.Sprintf("%d 0 web %d\n", c.code, before.PID)
			if got, _ := os.ReadFile(w.scan + "/web/finished"); string(got) != want {
				t.Errorf("finish got %q; want %q", got, want)
			}
			if !c.kernel { // strace keeps TERM for itself
				w.must(w.svscan.cmd.Process.Signal(syscall.SIGTERM))
				eventually(t, w.scan, "svscan has ended", func() bool {
					if lives := w.record("web").Supervisor; lives != 0 {
						_ = syscall.Kill(lives, syscall.SIGTERM) // it may have ended
					}
					select {
					case <-w.svscan.gone:
						return true
					default:
						return false
					}
				})
			}
			w.ends()
		})
	}
}

// TestVerdictUnknown: where nobody saw how a run ended, nobody guesses.
func TestVerdictUnknown(t *testing.T) {
	t.Parallel()
	w := plant(t)
	w.silenceKernel()
	w.put("web/run", endsBy)
	w.put("web/code", "0\n")
	w.put("web/finish", "#!/bin/sh\necho \"$@\" >>finished\n")
	supervise := func() *process {
		p, err := start(w.scan, filepath.Join(w.dir, "said"), w.env, lookPath("supervise", w.env), "web")
		w.must(err)
		return p
	}
	p := supervise()
	before := w.reaches("web", status.Up)
	w.must(syscall.Kill(before.Supervisor, syscall.SIGKILL))
	<-p.gone
	p = supervise()
	eventually(t, w.scan, "it is adopted", func() bool { return w.record("web").Supervisor != before.Supervisor })
	w.put("web/go", "")
	if end := w.happens("web", "end", 1)[0]; !end.Unknown || end.Cause != "unknown" {
		t.Errorf("got the end %+v; want that nobody knows", end)
	}
	w.happens("web", "start", 2)
	if got, _ := os.ReadFile(w.scan + "/web/finished"); string(got) != fmt.Sprintf("256 0 web %d\n", before.PID) {
		t.Errorf("finish got %q; want 256 0", got)
	}
	if r := w.record("web"); !r.Unknown || r.ExitCode() != -1 || r.ExitSignal() != 0 {
		t.Errorf("got %+v; want no guess", r)
	}
	w.run(answers("svctl history web", "end unseen"), answers("svctl -x web", ""), answers("svctl -d web", ""))
	<-p.gone
	nothingBelow(t, w.dir)
}

// silenceKernel has supervise run where it may not ask for the end of a process
// by its pidfd, as before Linux 6.15.
func (w *tree) silenceKernel() {
	w.t.Helper()
	strace := need.Peer(w.t, "strace")
	programs := filepath.Join(w.dir, "bin")
	w.must(os.MkdirAll(programs, 0o755))
	for _, name := range []string{"svscan", "svexec", "svlog", "svctl"} {
		w.must(os.Link(filepath.Join(bin(w.t), name), filepath.Join(programs, name)))
	}
	script := "#!/bin/sh\nexec " + strace + " -qq -o /dev/null -e trace=ioctl -e inject=ioctl:error=ENOTTY " +
		filepath.Join(bin(w.t), "supervise") + " \"$@\"\n"
	w.put("../bin/supervise", script)
	for i, pair := range w.env {
		if path, ok := strings.CutPrefix(pair, "PATH="); ok {
			w.env[i] = "PATH=" + programs + ":" + path
		}
	}
}
