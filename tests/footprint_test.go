package tests

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What an idle supervise with a service and its logger may cost. Private
// memory is what the machine would get back if it ended.
const (
	mostPrivate = 650 // kB
	mostLogger  = 620 // the same of an idle svlog
	mostThreads = 6
	mostWakes   = 2 // in a time that sees the runtime's own minute pass
	idleTime    = 62 * time.Second
)

// TestFootprint costs no time of its own: it is idle beside the other tests.
// It measures several at once, since the others keep the machine busy and that
// leaves traces: a signal that the runtime sends itself touches the stack of its
// handler, and now and then it starts one more thread. So the memory is that of
// the second smallest, and the rest are medians.
func TestFootprint(t *testing.T) {
	forkedOnly(t, "there is no supervise to be measured")
	t.Parallel()
	dir := t.TempDir()
	// The environment is the user's memory, so it is small here.
	env := []string{"PATH=" + pathOf(environment(t, "bin", dir))}
	names := []string{"web", "db", "mail", "cache", "queue"}
	for _, name := range names {
		writeRun(t, filepath.Join(dir, name), "#!/bin/sh\nexec sleep 1000\n")
		writeRun(t, filepath.Join(dir, name, "log"), "#!/bin/sh\nexec cat\n")
	}
	p, err := start(dir, filepath.Join(t.TempDir(), "said"), env, "svscan", ".")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.stop(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		nothingBelow(t, dir)
	})
	var pids []int
	for _, name := range names {
		service := filepath.Join(dir, name)
		eventually(t, dir, "supervise runs "+name+" and its logger", func() bool {
			return lockHolder(service) != 0 && hasText(service+"/supervise/pid") && hasText(service+"/log/supervise/pid")
		})
		pids = append(pids, lockHolder(service))
	}

	// What starting took settles in the first second; then it is idle.
	<-time.After(time.Second)
	var memory, threads []int
	before := map[int]int{}
	for _, pid := range pids {
		n, woken := wakes(t, pid)
		threads, before[pid] = append(threads, n), woken
		memory = append(memory, private(t, pid))
	}
	t.Logf("private memory %v kB, threads %v", memory, threads)
	if n := median(threads); n > mostThreads {
		t.Errorf("got %d threads; want at most %d", n, mostThreads)
	}
	if kB := slices.Sorted(slices.Values(memory))[1]; kB > mostPrivate {
		t.Errorf("got %d kB of private memory; want at most %d", kB, mostPrivate)
	}
	if testing.Short() {
		return
	}
	<-time.After(idleTime) // nothing is waited for: this is the measure
	var woken []int
	for _, pid := range pids {
		_, after := wakes(t, pid)
		woken = append(woken, after-before[pid])
	}
	t.Logf("wake-ups %v", woken)
	if n := median(woken); n > mostWakes {
		t.Errorf("got %d wake-ups in %v; want at most %d", n, idleTime, mostWakes)
	}
}

// TestFootprintOfLogger measures several that have written a line, as
// TestFootprint does.
func TestFootprintOfLogger(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var loggers []*exec.Cmd
	for i := range 5 {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		logger := exec.Command(filepath.Join(bin(t), "svlog"), "t", fmt.Sprint("./", i))
		logger.Dir, logger.Stdin, logger.Env = dir, r, []string{"PATH=" + pathOf(environment(t, "bin", dir))}
		err = logger.Start()
		_ = r.Close() // it is the logger's now
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = w.Close() // it ends by that
			if err := logger.Wait(); err != nil {
				t.Error(err)
			}
		})
		if _, err := w.WriteString("line\n"); err != nil {
			t.Fatal(err)
		}
		loggers = append(loggers, logger)
	}
	var memory []int
	for i, logger := range loggers {
		current := filepath.Join(dir, fmt.Sprint(i), "current")
		eventually(t, dir, "the line is written", func() bool { return hasText(current) })
		memory = append(memory, private(t, logger.Process.Pid))
	}
	t.Logf("private memory %v kB", memory)
	if kB := slices.Sorted(slices.Values(memory))[1]; kB > mostLogger {
		t.Errorf("got %d kB of private memory; want at most %d", kB, mostLogger)
	}
}

func median(numbers []int) int {
	sorted := slices.Sorted(slices.Values(numbers))
	return sorted[len(sorted)/2]
}

// pathOf is PATH in an environment.
func pathOf(env []string) string {
	for _, pair := range slices.Backward(env) {
		if path, ok := strings.CutPrefix(pair, "PATH="); ok {
			return path
		}
	}
	return ""
}

// lockHolder is the supervisor of service: it says so in status.env.
func lockHolder(service string) int {
	text, _ := os.ReadFile(filepath.Join(service, "supervise/status.env")) // not there yet
	for line := range strings.Lines(string(text)) {
		if pid, ok := strings.CutPrefix(line, "SUPERVISE_PID="); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(pid)) // 0 is nobody
			return n
		}
	}
	return 0
}

func hasText(file string) bool {
	text, err := os.ReadFile(file)
	return err == nil && len(text) > 0
}

// private is the private memory of pid in kB.
func private(t *testing.T, pid int) int {
	return sum(t, fmt.Sprintf("/proc/%d/smaps_rollup", pid), "Private_Clean:", "Private_Dirty:", "Private_Hugetlb:")
}

// wakes are the threads of pid, and how often any of them went to sleep.
func wakes(t *testing.T, pid int) (threads, times int) {
	all, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid)) // the pattern is good
	for _, file := range all {
		times += sum(t, file, "voluntary_ctxt_switches:")
	}
	return len(all), times
}

// sum adds the numbers that stand after any of keys in a file of /proc.
func sum(t *testing.T, file string, keys ...string) int {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		for _, key := range keys {
			if len(fields) > 1 && fields[0] == key {
				n, _ := strconv.Atoi(fields[1]) // the kernel writes numbers
				total += n
			}
		}
	}
	return total
}
