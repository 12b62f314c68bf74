package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/svdir/svdir/supervise/status"
)

// TestReexecSupervise: a hundred times in a row, while lines flow and letters
// come, supervise executes itself again: nothing is lost, and no pid changes.
func TestReexecSupervise(t *testing.T) {
	t.Parallel()
	const times = 100
	w := plant(t)
	w.put("web/run", "#!/bin/sh\ntrap 'n=$((n+1)); echo usr $n' USR1\ntrap over=1 TERM\ni=0\n"+
		"until [ \"$over\" ]; do i=$((i+1)); echo line $i; sleep 0.005; done\necho last $i\n")
	w.put("web/nosetsid", "")
	w.put("web/log/run", "#!/bin/sh\nexec cat >>../lines\n")
	w.serve()
	web, log := w.reaches("web", status.Up), w.reaches("web/log", status.Up)
	eventually(t, w.scan, "it has its trap", func() bool { return hasText(w.scan + "/web/lines") })
	for i := range times {
		w.send("web", "R1")
		eventually(t, w.scan+"/web", fmt.Sprintf("time %d, and the letter after it", i+1), func() bool {
			return w.record("web").Reexecs == i+1 && strings.Contains(w.text("web/lines"), fmt.Sprintf("usr %d\n", i+1))
		})
	}
	if now := w.record("web"); now.Supervisor != web.Supervisor || now.PID != web.PID || now.Starts != 1 {
		t.Errorf("got %+v; want the pids of %+v", now, web)
	}
	w.unaffected("web/log", log.PID)
	w.run(answers("svctl down web", ""))
	text, err := os.ReadFile(w.scan + "/web/lines")
	w.must(err)
	next, letters, last := 1, 0, ""
	for line := range strings.Lines(string(text)) {
		switch last = line; line {
		case fmt.Sprintf("line %d\n", next):
			next++
		case fmt.Sprintf("usr %d\n", letters+1):
			letters++
		case fmt.Sprintf("last %d\n", next-1):
		default:
			t.Fatalf("got %q; want line %d or usr %d", line, next, letters+1)
		}
	}
	if letters != times || !strings.HasPrefix(last, "last") {
		t.Errorf("got %d letters, and at the end %q; want %d, and last", letters, last, times)
	}
	w.ends()
}

// TestReexecFails: a program that cannot begin leaves the old one running, with
// the reason; one that can is taken.
func TestReexecFails(t *testing.T) {
	t.Parallel()
	w := plant(t)
	programs := filepath.Join(w.dir, "bin")
	if out, err := exec.Command("cp", "-R", bin(t), programs).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	for i, pair := range w.env {
		if path, ok := strings.CutPrefix(pair, "PATH="); ok {
			w.env[i] = "PATH=" + programs + ":" + path
		}
	}
	w.put("web/run", sleeper)
	w.serve()
	before := w.reaches("web", status.Up)
	program := filepath.Join(programs, "supervise")
	good := program + ".good"
	if out, err := exec.Command("cp", program, good).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	w.must(os.Remove(program))
	for _, c := range []struct{ text, why string }{
		{"", "no such file or directory"},
		{"garbage\n", "exec format error"},
		{"#!/bin/sh\nexit 3\n", "it ended with 3 when it was tried"},
		{"#!/bin/sh\nkill -9 $$\n", "it was killed by SIGKILL when it was tried"},
	} {
		if c.text != "" {
			w.put("../bin/supervise.new", c.text)
			w.must(os.Chmod(program+".new", 0o755))
			w.must(os.Rename(program+".new", program))
		}
		w.run(step{line: "svctl reexec web", code: 1, want: regexp.QuoteMeta(c.why)})
		w.says(program + ": " + c.why)
	}
	w.must(os.Rename(good, program))
	w.run(answers("svctl reexec web", `^web: up `))
	if now := w.record("web"); now.PID != before.PID || now.Supervisor != before.Supervisor || now.ReexecFailure != "" || now.Reexecs != 1 {
		t.Errorf("got %+v; want it as before", now)
	}
	svscan := w.svscan.cmd.Process.Pid
	w.run(answers("svctl reexec --all", "web: up "))
	if now := w.record("web"); now.Reexecs != 2 || syscall.Kill(svscan, 0) != nil {
		t.Errorf("got %+v; want all to have executed their programs again", now)
	}
	w.must(syscall.Kill(before.PID, syscall.SIGKILL))
	if end := w.happens("web", "end", 1)[0]; end.Signal != int(syscall.SIGKILL) {
		t.Errorf("got %+v; want the true end of what is still a child", end)
	}
	w.ends()
}

// TestReexecEarly: svctl waits for the reexec of an svscan that has told nothing
// yet, or of which only what another has told is there.
func TestReexecEarly(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "PID=1\nTICKS=1\nBOOT_ID=x\nREEXECS=9\nFAILURES=9\nREASON=other\n"} {
		w := plant(t)
		w.put("web/run", sleeper)
		w.serve()
		w.reaches("web", status.Up)
		env := w.scan + "/.svscan/svscan.env"
		eventually(t, w.scan, "svscan tells", func() bool { return hasText(env) })
		w.must(os.Remove(env))
		if text != "" {
			w.must(os.WriteFile(env, []byte(text), 0o644))
		}
		w.run(answers("svctl reexec", ``))
		got, err := os.ReadFile(env)
		if err != nil || !strings.Contains(string(got), "\nREEXECS=1\n") {
			t.Errorf("got %q, %v; want that it has executed itself again by then", got, err)
		}
		w.ends()
	}
}
