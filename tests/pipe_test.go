package tests

import (
	"bytes"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
	"golang.org/x/sys/unix"
)

// TestPipeFlood restarts the logger again and again while numbered lines come
// as fast as it takes them: none is missing, none is there twice.
func TestPipeFlood(t *testing.T) {
	t.Parallel()
	needPeer(t, "daemontools")
	const lines, restarts = 3_000_000, 5
	w := plant(t)
	w.put("web/run", "#!/bin/sh\nseq 1 "+strconv.Itoa(lines)+"\nexec sleep 1000\n")
	w.put("web/log/run", "#!/bin/sh\nexec multilog s16777215 n20 ./main\n")
	w.serve()
	w.reaches("web/log", status.Up)
	main := filepath.Join(w.scan, "web/log/main")
	times := 0
	w.inTime("the last line is there", func() bool {
		if times < restarts || !bytes.HasSuffix(logged(main), []byte("\n"+strconv.Itoa(lines)+"\n")) {
			times++
			w.run(answers("svctl restart web/log", ``))
			return false
		}
		return true
	})
	next := 1
	for line := range bytes.Lines(logged(main)) {
		if got := string(bytes.TrimSuffix(line, []byte("\n"))); got != strconv.Itoa(next) {
			t.Fatalf("got line %q; want %d", got, next)
		}
		next++
	}
	if next != lines+1 {
		t.Errorf("got %d lines; want %d", next-1, lines)
	}
	t.Logf("%d restarts of the logger", times)
	w.ends()
}

var floodSize = flag.Int("flood", 20, "megabytes that TestPipeKilled has written")

// TestPipeKilled: while numbered lines come as fast as they are taken, svlog is
// killed again and again, 50 ms after it has begun on average, and supervise starts
// the next one, which rotates on: none is missing, none is there twice. Their writer
// ends its blocks within lines.
func TestPipeKilled(t *testing.T) {
	t.Parallel()
	const width = 20 // of a line
	lines := *floodSize * 1_000_000 / width
	w := plant(t)
	w.put("web/run", "#!/bin/sh\nseq -f %0"+strconv.Itoa(width-1)+".0f 1 "+strconv.Itoa(lines)+"\n: >said\nexec sleep 1000\n")
	w.put("web/log/run", "#!/bin/sh\nexec svlog s1000000 n100000 ./main\n")
	w.serve()
	kills := 0
	for {
		log := w.reaches("web/log", status.Up)
		<-time.After(rand.N(100 * time.Millisecond)) // nothing is waited for: this is how long it runs
		if _, err := os.Stat(filepath.Join(w.scan, "web/said")); err == nil {
			break
		}
		w.must(unix.Kill(log.PID, unix.SIGKILL))
		eventually(t, w.scan+"/web/log", "its end is seen", func() bool { return w.record("web/log").Deaths > kills })
		kills++
	}
	w.run(answers("svctl down web", ``))
	w.ends()
	next := 1
	for line := range bytes.Lines(logged(filepath.Join(w.scan, "web/log/main"))) {
		if got, err := strconv.Atoi(string(bytes.TrimSuffix(line, []byte("\n")))); err != nil || got != next || len(line) != width {
			t.Fatalf("got line %q; want %d", line, next)
		}
		next++
	}
	if next != lines+1 {
		t.Errorf("got %d lines; want %d", next-1, lines)
	}
	t.Logf("%d lines, %d kills", lines, kills)
}

// logged is what a log directory holds, from old to new.
func logged(dir string) []byte {
	names, _ := filepath.Glob(filepath.Join(dir, "@*")) // the pattern is good
	slices.Sort(names)
	var all []byte
	for _, name := range append(names, filepath.Join(dir, "current")) {
		text, _ := os.ReadFile(name) // not there yet
		all = append(all, text...)
	}
	return all
}

// TestPipeSize: log/set/pipe is how much a service may write before its logger,
// whichever it is, has read it.
func TestPipeSize(t *testing.T) {
	t.Parallel()
	needPeer(t, "daemontools")
	w := plant(t)
	for name, logger := range map[string]string{"web": "#!/bin/sh\nexec multilog ./main\n", "db": ""} {
		w.put(name+"/run", sleeper)
		w.put(name+"/log/set/pipe", "256k\n")
		if logger != "" {
			w.put(name+"/log/run", logger)
		}
	}
	w.serve()
	for _, name := range []string{"web", "db"} {
		w.reaches(name+"/log", status.Up)
		pipe, err := os.OpenFile(filepath.Join(w.scan, name, "supervise/log"), os.O_RDWR, 0)
		w.must(err)
		if size, err := unix.FcntlInt(pipe.Fd(), unix.F_GETPIPE_SZ, 0); err != nil || size != 256<<10 {
			t.Errorf("%s: got a size of %d, %v; want 256k", name, size, err)
		}
		w.must(pipe.Close())
	}
	w.run(answers("svctl set db/log pipe=1M", ``), ask("svctl get db/log pipe", `^1M$`))
	w.ends()
}
