package supervise

import (
	"os"
	"os/exec"
	"testing"

	"github.com/svdir/svdir/supervise/proc"
)

// TestSurvey: /proc is read in pieces, each of a bounded number of processes, and
// all who live are seen.
func TestSurvey(t *testing.T) {
	const many, most = 300, pieceSize / 20 // a name takes at least so much room
	want := map[int]bool{os.Getpid(): true}
	for range many {
		cmd := exec.Command("sleep", "1000")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = cmd.Process.Kill() // it lives
			_ = cmd.Wait()         // it was killed
		})
		want[cmd.Process.Pid] = true
	}
	e := New(nil)
	s := &Service{engine: e, pair: newPair(e), m: NewMachine(&ours, false), gone: true} // so it shows nothing
	seen, over, torn := 0, false, false
	other := *s
	other.searchProc(func(int, proc.Stat) {}, func(bool) { t.Error("who was replaced by another was answered") })
	other.searchProc(func(int, proc.Stat) { t.Error("who does not ask any more was told") }, nil)
	other.dropSearch()
	s.searchProc(func(pid int, stat proc.Stat) {
		seen++
		if isAlive(stat) {
			delete(want, pid)
		}
	}, func(t bool) { over, torn = true, t })
	for pieces := 0; !over; pieces++ {
		if e.deadline() != 0 {
			t.Fatal("the next piece is not due")
		}
		before := seen
		e.timeouts()
		if seen-before > most {
			t.Errorf("piece %d: got %d processes; want at most %d", pieces, seen-before, most)
		}
	}
	if torn || len(want) > 0 || e.deadline() != never {
		t.Errorf("torn %v, not seen %v, due at %v", torn, want, e.deadline())
	}
}

// TestSurveyOfMany: one reading is for all who have asked before it began, and who
// asks later waits for the next.
func TestSurveyOfMany(t *testing.T) {
	e := New(nil)
	readings := map[int]int{}
	answered := 0
	ask := func(then func()) {
		s := &Service{engine: e, pair: newPair(e), m: NewMachine(&ours, false), gone: true} // so it shows nothing
		s.searchProc(func(pid int, _ proc.Stat) { readings[pid]++ }, func(bool) { answered++; then() })
	}
	for range maxSearches {
		ask(func() {})
	}
	e.timeouts() // it begins
	ask(func() { ask(func() {}) })
	rounds := 0
	for e.survey.due() {
		if e.survey.begins() {
			rounds++
		}
		e.timeouts()
	}
	if self := os.Getpid(); answered != maxSearches+2 || readings[self] != answered || rounds != 2 {
		t.Errorf("%d answers, %d times seen, %d more readings; want %d, as often, 2", answered, readings[self], rounds, maxSearches+2)
	}
}
