package tests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
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
	var svscan int
	if exec.Command("unshare", "--pid", "--fork", "--mount-proc", "true").Run() == nil {
		svscan = w.serveFirst()
	} else {
		w.serve()
		svscan = w.svscan.cmd.Process.Pid
	}
	w.reaches("many", status.Up)
	reaped := func() []byte {
		text, _ := os.ReadFile(filepath.Join(w.scan, ".svscan/reaped")) // not there yet
		return text
	}
	w.inTime("all are there", func() bool { _, err := os.Stat(filepath.Join(w.scan, "many/ready")); return err == nil })
	began := time.Now()
	w.inTime("all were reaped", func() bool { return children(svscan, "") == 1 })
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
	w.must(syscall.Kill(svscan, syscall.SIGTERM))
	select {
	case <-w.svscan.gone:
	case <-time.After(manyPatience):
		t.Error("svscan goes on")
	}
	nothingBelow(t, w.dir)
}
