package tests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
	"github.com/svdir/svdir/svscan/scandir"
)

// TestOrphans: ten thousand at once, as process 1 where that can be had. None is
// left a zombie, and how the last ones ended is known.
func TestOrphans(t *testing.T) {
	t.Parallel()
	w := plant(t)
	// The children of a shell that has gone end when nobody can write to the FIFO.
	w.put("many/run", `#!/bin/sh
mkfifo -m 600 gate
exec 3<>gate
for heap in 0 1 2 3 4 5 6 7 8 9; do
	sh -c 'exec 4<gate 3>&-; i=0; while [ $i -lt 1000 ]; do (read -r line; exit 7) <&4 & i=$((i+1)); done' &
done
wait
echo >ready
exec 3>&-
exec sleep 1000
`)
	if exec.Command("unshare", "--pid", "--fork", "--mount-proc", "true").Run() == nil {
		w.serve("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
	} else {
		w.serve()
	}
	w.reaches("many", status.Up)
	reaped := func() []byte {
		text, _ := os.ReadFile(filepath.Join(w.scan, ".svscan/reaped")) // not there yet
		return text
	}
	parent := func() int {
		below, _ := exec.Command("pgrep", "-P", strconv.Itoa(w.svscan.cmd.Process.Pid)).Output()
		if pid, err := strconv.Atoi(strings.TrimSpace(string(below))); err == nil {
			return pid
		}
		return w.svscan.cmd.Process.Pid
	}()
	eventually(t, w.scan, "all are there", func() bool { _, err := os.Stat(filepath.Join(w.scan, "many/ready")); return err == nil })
	children := func() (n int) {
		lists, err := filepath.Glob("/proc/" + strconv.Itoa(parent) + "/task/*/children") // of each thread
		w.must(err)
		for _, list := range lists {
			text, _ := os.ReadFile(list) // the thread may have gone
			n += len(bytes.Fields(text))
		}
		return n
	}
	began := time.Now()
	eventually(t, w.scan, "all were reaped", func() bool { return children() == 1 })
	t.Logf("the last were reaped after %v", time.Since(began))
	deaths := 0
	for line := range bytes.Lines(reaped()) {
		d, ok := scandir.ParseDeath(bytes.TrimSuffix(line, []byte("\n")))
		if !ok || d.Status != 7<<8 || d.Ticks == 0 {
			t.Fatalf("got %q; want the death of an orphan", line)
		}
		deaths++
	}
	if size := len(reaped()); deaths < 300 || size > scandir.ReapedSize+64 {
		t.Errorf("got %d deaths in %d bytes; want the last ones", deaths, size)
	}
	w.must(syscall.Kill(parent, syscall.SIGTERM))
	select {
	case <-w.svscan.gone:
	case <-time.After(patience):
		t.Error("svscan goes on")
	}
	nothingBelow(t, w.dir)
}
