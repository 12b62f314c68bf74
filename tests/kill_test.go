package tests

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/svdir/svdir/tests/need"
)

// TestKillPoints kills supervise at system calls, each run of a scenario at one,
// and looks what the next one makes of it: at a few of them that chance chooses,
// or at all where KILL_POINTS=all (make kill-points).
func TestKillPoints(t *testing.T) {
	need.Peer(t, "strace")
	all := os.Getenv("KILL_POINTS") == "all"
	seed := uint64(time.Now().UnixNano())
	if value := os.Getenv("KILL_SEED"); value != "" {
		if _, err := fmt.Sscan(value, &seed); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("KILL_SEED=%d", seed)
	programs := mainThread(t, "mainthread")
	for i, scenario := range scenarios(t, os.Getenv("KILL_SCENARIO")) {
		t.Run(scenario.name, func(t *testing.T) {
			t.Parallel()
			points := killReference(t, scenario, programs)
			if !all {
				const few = 3
				random := rand.New(rand.NewPCG(seed, uint64(i)))
				random.Shuffle(len(points), func(a, b int) { points[a], points[b] = points[b], points[a] })
				points = points[:min(few, len(points))]
			}
			killAll(t, scenario, points, programs)
		})
	}
}

// TestKillSought is the same for programs whose children cannot note themselves,
// as on processors for which there is no vfork of ours: a run that was started
// when supervise was killed is sought.
func TestKillSought(t *testing.T) {
	need.Peer(t, "strace")
	programs := mainThread(t, "mainthread,forkexec_syscall")
	scenario := scenarios(t, "start")[0]
	points := killReference(t, scenario, programs)
	if os.Getenv("KILL_POINTS") != "all" {
		points = slices.DeleteFunc(points, func(point string) bool { return !strings.HasPrefix(point, "pwrite64:") })
	}
	killAll(t, scenario, points, programs)
}

// scenarios are all, or the one of this name.
func scenarios(t *testing.T, only string) (found []*killScenario) {
	t.Helper()
	for i := range killScenarios {
		if s := &killScenarios[i]; only == "" || only == s.name {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		t.Fatalf("no scenario is %q", only)
	}
	return found
}

// mainThread is where the programs are whose calls can be counted.
func mainThread(t *testing.T, tags string) string {
	t.Helper()
	dir := filepath.Join(bin(t), tags) + "/"
	cmd := exec.Command("go", "build", "-tags="+tags, "-o", dir, "../cmd/supervise", "../cmd/svexec", "../cmd/svwatch")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// killCalls are the system calls that count: those whose number does not depend
// on what else the machine does.
var killCalls = strings.Fields(`openat mknodat unlinkat renameat renameat2 pwrite64 pread64 write read splice close
	fcntl flock fchmod fchmodat fchmodat2 waitid wait4 pidfd_open pidfd_send_signal kill vfork clone clone3 execve ioctl
	newfstatat fstat faccessat faccessat2 readlinkat getdents64 epoll_ctl mkdirat fsync lseek
	socket socketpair bind listen connect accept4 setsockopt sendmsg recvmsg ftruncate linkat symlinkat pipe2 dup3 prctl`)

// killReference goes through a scenario whose supervise is not killed, and lists
// the points at which it may be.
func killReference(t *testing.T, scenario *killScenario, programs string) []string {
	t.Helper()
	dir := need.PublicDir(t)
	out, code := runKillScan(scenario, "", dir, programs)
	if code != killFine {
		t.Fatalf("nobody was killed, and yet: %s", out)
	}
	var first, last int
	if _, err := fmt.Sscan(out, &first, &last); err != nil {
		t.Fatalf("got %q: %v", out, err)
	}
	trace, err := os.ReadFile(filepath.Join(dir, "trace"))
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, name := range killCalls {
		count[name] = 1
	}
	var points []string
	line := 0
	for text := range strings.Lines(string(trace)) {
		line++
		name, _, _ := strings.Cut(text, "(")
		n := count[name]
		if n == 0 {
			continue
		}
		count[name]++
		if first < line && line <= last && n > 1 || name != "execve" && first < line && line <= last {
			points = append(points, fmt.Sprint(name, ":", n))
		}
	}
	return points
}

// runKillScan goes through a scenario in a process of its own.
func runKillScan(scenario *killScenario, point, dir, programs string) (string, int) {
	self, err := os.Executable()
	if err != nil {
		return err.Error(), killWrong
	}
	cmd := &exec.Cmd{Path: self, Args: []string{killScanName, scenario.name, point, dir, programs}, Dir: dir}
	out, err := cmd.CombinedOutput()
	sweep(dir)
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return err.Error(), killWrong
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// killAll goes through all the points, some at a time.
func killAll(t *testing.T, scenario *killScenario, points []string, programs string) {
	t.Helper()
	if len(points) == 0 {
		t.Fatal("got no point at which it may be killed")
	}
	var unreached atomic.Int32
	next := make(chan string)
	var group sync.WaitGroup
	const workers = 2
	for range workers {
		group.Add(1)
		go func() {
			defer group.Done()
			for point := range next {
				if !killAt(t, scenario, point, programs) {
					unreached.Add(1)
				}
			}
		}()
	}
	for _, point := range points {
		next <- point
	}
	close(next)
	group.Wait()
	t.Logf("%d points, %d not reached", len(points), unreached.Load())
	if most := int32(1 + len(points)/25); unreached.Load() > most {
		t.Errorf("%d points were not reached; want at most %d", unreached.Load(), most)
	}
}

// killAt kills at one point. It says whether that was reached.
func killAt(t *testing.T, scenario *killScenario, point, programs string) bool {
	const tries = 3
	for range tries {
		dir, err := os.MkdirTemp("", "svdir-kill-")
		if err != nil {
			t.Error(err)
			return false
		}
		out, code := runKillScan(scenario, point, dir, programs)
		if code == killUnreached {
			_ = os.RemoveAll(dir) // best effort: it is in the temporary directory
			continue
		}
		if code != killFine {
			said, _ := os.ReadFile(filepath.Join(dir, "said")) // it said nothing
			t.Errorf("killed at %s: %s%s", point, out, said)
		}
		_ = os.RemoveAll(dir) // likewise
		return true
	}
	return false
}
