package tests

import (
	"fmt"
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

const (
	soakRate   = 100 // restarts a second
	soakTenths = 10
	// mostGrowth of private memory, in kB: the collector of garbage waits for 4 MB,
	// and a restart leaves some 200 bytes.
	mostGrowth = 4096
	// mostMore descriptors: each moment has other starts under way.
	mostMore = 16
)

// TestSoak: svscan -dense takes no more memory and descriptors after many restarts
// than after a tenth of them. SOAK is how long that lasts, some seconds unless
// said: make soak takes half an hour.
func TestSoak(t *testing.T) {
	length := soakTenths * time.Second
	if value := os.Getenv("SOAK"); value != "" {
		var err error
		if length, err = time.ParseDuration(value); err != nil || length < soakTenths*time.Second {
			t.Fatalf("SOAK is %q: at least %v", value, soakTenths*time.Second)
		}
	}
	forkedOnly(t, "the test changes the mode itself")
	const many = soakRate * 3 / 2 // each lives for more than a second
	w := plant(t)
	var names []string
	for i := range many {
		names = append(names, fmt.Sprintf("web%d", i))
		w.put(names[i]+"/run", sleeper)
	}
	w.serveAs(true, names...)
	began := time.Now()
	memory, descriptors := make([]int, soakTenths), make([]int, soakTenths)
	kills, turn, looked := 0, 0, began
	for tick := time.NewTicker(time.Second / soakRate); time.Since(began) < length; <-tick.C {
		if r := w.record(names[turn%many]); r.State == status.Up && syscall.Kill(r.PID, syscall.SIGKILL) == nil {
			kills++
		}
		turn++
		if time.Since(looked) > time.Second/2 {
			looked = time.Now()
			tenth := min(int(time.Since(began)*soakTenths/length), soakTenths-1)
			least(&memory[tenth], private(t, w.svscan.cmd.Process.Pid))
			least(&descriptors[tenth], len(w.descriptors()))
		}
	}
	unmeasured := func(n int) bool { return n == 0 } // a busy machine may pass over a tenth
	memory, descriptors = slices.DeleteFunc(memory, unmeasured), slices.DeleteFunc(descriptors, unmeasured)
	if len(memory) < 2 {
		t.Fatal("the machine is too busy to be measured")
	}
	starts := 0
	for _, name := range names {
		starts += w.reaches(name, status.Up).Starts
	}
	t.Logf("%d kills, %d starts in %v; by tenths: private memory %v kB, descriptors %v", kills, starts-many, length, memory, descriptors)
	if starts-many < kills/2 { // a busy machine is late, and who is killed too soon waits
		t.Errorf("got %d restarts after %d kills", starts-many, kills)
	}
	if most := slices.Max(memory[1:]); most > memory[0]+mostGrowth {
		t.Errorf("got %d kB of private memory; want at most %d, as after the first tenth", most, memory[0]+mostGrowth)
	}
	if most := slices.Max(descriptors[1:]); most > descriptors[0]+mostMore {
		t.Errorf("got %d descriptors; want at most %d, as after the first tenth", most, descriptors[0]+mostMore)
	}
	w.ends()
}

// least keeps the least of what was measured, 0 being nothing yet.
func least(kept *int, n int) {
	if *kept == 0 || n < *kept {
		*kept = n
	}
}
