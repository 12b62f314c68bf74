package tests

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// TestTermInStorm: TERM at a random instant of a start of ten services, two
// hundred times. Each is an orderly stop.
func TestTermInStorm(t *testing.T) {
	t.Parallel()
	const terms, services = 200, 10
	storm := 60 * time.Millisecond
	rounds := terms
	if testing.Short() {
		rounds = terms / 10
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	w := plant(t)
	for i := range services {
		name := fmt.Sprintf("web%d", i)
		w.put(name+"/run", sleeper)
		if i%2 == 0 {
			w.put(name+"/log/run", "#!/bin/sh\nexec cat\n")
		}
	}
	for rounds > 0 {
		instant := time.Duration(random.Int64N(int64(storm)))
		w.serve()
		<-time.After(instant) // nothing is waited for: this is the instant
		if err := w.svscan.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		select {
		case <-w.svscan.gone:
		case <-time.After(patience):
			t.Fatalf("TERM after %v: svscan goes on", instant)
		}
		// Before it listens TERM ends it as any program; then it has begun
		// nothing, and that does not count.
		ended := w.svscan.cmd.ProcessState
		early := ended.Sys().(syscall.WaitStatus).Signal() == syscall.SIGTERM
		if early {
			storm += storm / 16 // a busy machine is slower to begin
		} else {
			rounds--
		}
		if !early && ended.ExitCode() != 0 {
			t.Fatalf("TERM after %v: got %v; want exit code 0", instant, ended)
		}
		if left := below(w.dir); len(left) > 0 {
			t.Fatalf("TERM after %v: processes %v are left", instant, left)
		}
	}
}

// TestThousands: there is no fixed number of services.
func TestThousands(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute and 1.5 GB")
	}
	const services = 2000
	w := plant(t)
	w.put("../web/run", sleeper)
	for i := range services {
		dir := filepath.Join(w.dir, "web", fmt.Sprint(i))
		w.must(os.MkdirAll(dir, 0o755))
		w.must(os.Symlink("../run", filepath.Join(dir, "run")))
		w.must(os.Symlink(dir, filepath.Join(w.scan, fmt.Sprint("web", i))))
	}
	w.serve()
	up := 0
	for i := range services {
		deadline := time.Now().Add(4 * patience)
		name := fmt.Sprint("web", i)
		if !await(filepath.Join(w.scan, name), time.Until(deadline), func() bool { return w.record(name).State == status.Up }) {
			t.Fatalf("%d of %d are up", up, services)
		}
		up++
	}
	_ = w.svscan.cmd.Process.Signal(syscall.SIGTERM) // its end shows below
	select {
	case <-w.svscan.gone:
	case <-time.After(4 * patience):
		t.Fatalf("%d processes are left", len(below(w.dir)))
	}
	if ended := w.svscan.cmd.ProcessState; ended.ExitCode() != 0 {
		t.Errorf("got %v; want exit code 0", ended)
	}
	nothingBelow(t, w.dir)
	for line := range strings.Lines(w.svscan.output()) {
		if !strings.HasPrefix(line, "svscan: warning: still waiting for ") { // a busy machine
			t.Errorf("got %q; want nothing said", line)
		}
	}
}
