package chaos

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
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
	suiteFlag  = flag.String("suite", "svdir,dense,runit,daemontools", "whose `programs`, the first being compared")
)

// The others need few kills to fail, and more only leave more processes.
const (
	peerShare = 20 // a peer's kills are so many times fewer
	peerMost  = 60
)

const peerPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// TestChaos: ours without a violation, and the others with some.
func TestChaos(t *testing.T) {
	known(t, *suiteFlag, suiteNames())
	known(t, *victimFlag, roleNames())
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
		if s.ours {
			w.verdict.tell = func(text string) { t.Log(s.name + " " + text) }
		}
		for r := range roles {
			w.victims[r] = listed(*victimFlag, r.String())
		}
		names, verdicts = append(names, s.name), append(verdicts, w.verdict)
		all.Go(func() {
			w.run(seed, kills)
			judge(t, w, seed, kills)
		})
	}
	all.Wait()
	t.Log("\n" + table(names, verdicts))
}

// listed says that a list with commas has name.
func listed(list, name string) bool { return slices.Contains(strings.Split(list, ","), name) }

// known fails where a list with commas has what is none of these: it would hit
// nobody.
func known(t *testing.T, list string, names []string) {
	t.Helper()
	for name := range strings.SplitSeq(list, ",") {
		if !slices.Contains(names, name) {
			t.Fatalf("got %q; want some of %q", name, names)
		}
	}
}

func suiteNames() (names []string) {
	for i := range suites {
		names = append(names, suites[i].name)
	}
	return names
}

func roleNames() (names []string) {
	for r := range roles {
		names = append(names, r.String())
	}
	return names
}

// judge: ours must have no violation, the others some, unless nothing was to be
// killed. What was to be must have been, a tenth of it at least where time is
// short, but where somebody has ended the storm.
func judge(t *testing.T, w *storm, seed uint64, kills int) {
	t.Log(w.verdict.summary(w.suite.name))
	switch n := len(w.verdict.found); {
	case (w.suite.ours || kills == 0) && n > 0:
		t.Error(w.report(seed))
	case w.verdict.kills()*10 < kills && w.interrupted.Err() == nil:
		t.Errorf("%s: %d kills; want %d", w.suite.name, w.verdict.kills(), kills)
	case !w.suite.ours && kills > 0 && n == 0:
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
		if _, err := os.Stat(filepath.Join("/usr/bin", program)); err != nil {
			t.Run(s.name, func(t *testing.T) { need.Peer(t, program) })
			return false
		}
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
