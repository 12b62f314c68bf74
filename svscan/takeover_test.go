package svscan

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/svscan/scandir"
)

// running are the names in .svscan/running.
func (tr *tree) running() string {
	tr.t.Helper()
	var names []string
	list, err := os.ReadDir(tr.scan + "/.svscan/running")
	tr.must(err)
	for _, e := range list {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestTakeOver(t *testing.T) {
	tr := grow(t)
	tr.link("a")
	tr.expect("supervise a")
	tr.link("b", "log/run")
	tr.expect("supervise b b/log")
	tr.link("c", "stubborn")
	tr.expect("supervise c")
	tr.must(os.MkdirAll(tr.scan+"/.own", 0o755))
	tr.write(tr.scan + "/.own/run")
	tr.must(os.Rename(tr.scan+"/.own", tr.scan+"/own"))
	tr.expect("supervise own")
	if !tr.await(func() bool { return tr.running() == "a b c own" }) {
		t.Errorf("running are %q; want a b c own", tr.running())
	}
	tr.restart(func() {
		tr.unlink("c")
		tr.must(os.RemoveAll(tr.scan + "/own")) // with its control and its status
	}, tr.scan)
	tr.expectAny("told c", "stop own")
	tr.order("a") // the others are there, and nobody has started a second one
	tr.expectAny("letters a L", "letters b L")
	tr.kill("b")
	tr.warned("svscan: warning: supervise for b ended, starting it again\n")
	tr.expect("supervise b b/log")
	tr.kill("b")
	tr.warned("svscan: warning: supervise for b was killed by SIGKILL, ") // a busy machine starts it again at once
	tr.expect("supervise b b/log")
	if removed, err := os.Readlink(tr.scan + "/.svscan/removed/c"); err != nil || removed != tr.top+"/sv/c" {
		t.Errorf("removed/c is %q, %v; want its directory", removed, err)
	}
	tr.kill("c")
	if !tr.await(func() bool { return tr.running() == "a b" }) {
		t.Errorf("running are %q; want a b", tr.running())
	}
	tr.signal(syscall.SIGTERM)
	tr.expectAny("stop a", "stop b")
	tr.exits(0)
	tr.ends()
	tr.silent()
	if got := tr.running(); got != "" {
		t.Errorf("running are %q; want none", got)
	}
}

// TestTakeOverAgain: the supervises have the svscan before the last as parent.
func TestTakeOverAgain(t *testing.T) {
	tr := grow(t)
	tr.link("a")
	tr.expect("supervise a")
	for range 5 {
		tr.restart(func() {}, tr.scan)
		tr.order("a")
		tr.expect("letters a L")
	}
	tr.unlink("a")
	tr.expect("stop a")
	tr.link("a2")
	tr.expect("supervise a2")
	tr.signal(syscall.SIGTERM)
	tr.expect("stop a2")
	tr.exits(0)
	tr.silent()
}

// TestTakeOverStranger: a number that somebody else has by now is let be, and
// so is what another boot has left.
func TestTakeOverStranger(t *testing.T) {
	t.Parallel()
	tr := plant(t)
	tr.link("a")
	self := os.Getpid()
	var st syscall.Stat_t
	tr.must(syscall.Stat(tr.top+"/sv/a", &st))
	right := scandir.Supervise{PID: self, Ticks: proc.StartTicks(self), Device: uint64(st.Dev), Inode: st.Ino, BootID: proc.BootID(), Path: tr.top + "/sv/a"}
	tr.must(os.MkdirAll(tr.scan+"/.svscan/running", 0o755))
	for name, change := range map[string]func(*scandir.Supervise){
		"a":      func(s *scandir.Supervise) { s.Ticks++ },
		"gone":   func(s *scandir.Supervise) { s.Ticks-- },
		"booted": func(s *scandir.Supervise) { s.BootID = "another" },
		"nobody": func(s *scandir.Supervise) { s.PID = 1 << 30 },
		"half":   func(s *scandir.Supervise) { s.Path = "" },
	} {
		r := right
		if name != "a" {
			r.Inode = 1
		}
		change(&r)
		tr.must(os.WriteFile(filepath.Join(tr.scan, ".svscan/running", name), r.AppendText(nil), 0o644))
	}
	tr.boot("svscan", tr.scan)
	tr.expect("supervise a")
	if !tr.await(func() bool { return tr.running() == "a" }) {
		t.Errorf("running are %q; want a", tr.running())
	}
	var text []byte
	ours := tr.await(func() bool { // the supervise may have spoken before svscan wrote down which it is
		text, _ = os.ReadFile(tr.scan + "/.svscan/running/a") // the next line says what came of it
		r, ok := scandir.ParseSupervise(text)
		return ok && r.PID == tr.pids["a"] && r.Path == tr.top+"/sv/a"
	})
	if !ours {
		t.Errorf("running/a is %q; want pid %s", text, strconv.Itoa(tr.pids["a"]))
	}
	tr.signal(syscall.SIGTERM)
	tr.expect("stop a")
	tr.exits(0)
	tr.silent()
}

// TestRunningIsRenamed: the names in .svscan/running are those of the entries.
func TestRunningIsRenamed(t *testing.T) {
	tr := grow(t)
	tr.link("a")
	tr.expect("supervise a")
	tr.must(os.Rename(tr.scan+"/a", tr.scan+"/b"))
	tr.must(os.Symlink(tr.sv("second"), tr.scan+"/a"))
	tr.expect("supervise a")
	if !tr.await(func() bool { return tr.running() == "a b" }) {
		t.Errorf("running are %q; want a b", tr.running())
	}
	tr.restart(func() { tr.unlink("b") }, tr.scan)
	tr.expect("stop a") // which is what it was called at its start
	tr.quiet(50 * time.Millisecond)
	tr.signal(syscall.SIGTERM)
	tr.expect("stop a")
	tr.exits(0)
	tr.silent()
}
