package tests

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

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
