package chaos

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/tests/need"
)

var (
	seedFlag   = flag.Uint64("seed", 0, "of the schedule; 0 draws one")
	killsFlag  = flag.Int("kills", 300, "how many `kills` of ours must hit; 0 for letters alone, which nobody may mind")
	limitFlag  = flag.Duration("limit", 12*time.Second, "how long the storm lasts at most, 0 for as long as it takes")
	victimFlag = flag.String("victims", "svscan,supervise,logger,svexec", "who may be `hit`: the schedule stays the same")
	suiteFlag  = flag.String("suite", "svdir,runit,daemontools", "whose `programs`, the first being compared")
)

// The others need few kills to fail, and more only leave more processes.
const (
	peerShare = 20 // a peer's kills are so many times fewer
	peerMost  = 60
)

const peerPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// TestChaos: ours without a violation, and the others with some.
func TestChaos(t *testing.T) {
	bin := programs(t)
	seed := *seedFlag
	for seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	f, end, err := found()
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	interrupted, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var names []string
	var verdicts []*verdict
	var all sync.WaitGroup
	for i := range suites {
		s := &suites[i]
		if !listed(*suiteFlag, s.name) || !present(t, s) {
			continue
		}
		path, kills := filepath.Join(bin, "helper")+":"+peerPath, min(*killsFlag/peerShare, peerMost)
		if s.ours {
			path, kills = bin+":"+path, *killsFlag
		}
		w, err := newStorm(s, f, need.PublicDir(t), path)
		if err != nil {
			t.Fatal(err)
		}
		w.interrupted, w.limit = interrupted, *limitFlag
		for r := range roles {
			w.victims[r] = listed(*victimFlag, r.String())
		}
		names, verdicts = append(names, s.name), append(verdicts, w.verdict)
		all.Go(func() {
			w.run(seed, kills)
			judge(t, w, seed)
		})
	}
	all.Wait()
	t.Log("\n" + table(names, verdicts))
}

// listed says that a list with commas has name.
func listed(list, name string) bool { return strings.Contains(","+list+",", ","+name+",") }

// judge: ours must have no violation, the others some, unless nothing was
// killed.
func judge(t *testing.T, w *storm, seed uint64) {
	t.Log(w.verdict.summary(w.suite.name))
	switch n := len(w.verdict.found); {
	case (w.suite.ours || *killsFlag == 0) && n > 0:
		t.Error(w.report(seed))
	case !w.suite.ours && *killsFlag > 0 && n == 0:
		t.Errorf("%s: got no violation; want some: the harness does not see", w.suite.name)
	}
}

// present says that a suite is installed. One that is not is skipped, as a test
// of its name, so that the report has it; with REQUIRE_PEERS it fails.
func present(t *testing.T, s *suite) bool {
	if s.ours {
		return true
	}
	for _, program := range []string{s.scan[0], s.supervisor, s.logger} {
		if _, err := os.Stat(filepath.Join("/usr/bin", program)); err == nil {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			if os.Getenv("REQUIRE_PEERS") != "" {
				t.Fatalf("REQUIRE_PEERS is set and %s is not installed: run make packages", program)
			}
			t.Skipf("%s is not installed: run make packages", program)
		})
		return false
	}
	return true
}

// programs builds ours, and in helper/ below them what the services run. All
// users may execute them.
func programs(t *testing.T) string {
	t.Helper()
	bin := need.PublicDir(t)
	for _, argv := range [][]string{
		{"make", "-s", "-C", "../..", "all", "BIN=" + bin},
		{"go", "build", "-o", filepath.Join(bin, "helper", "service"), "./service"},
	} {
		if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", argv, err, out)
		}
	}
	return bin
}
