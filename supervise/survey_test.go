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
	s := &Service{engine: New(nil), m: NewMachine(&ours, false)}
	seen, over, torn := 0, false, false
	s.surveyProc(func(pid int, stat proc.Stat) {
		seen++
		if isAlive(stat) {
			delete(want, pid)
		}
	}, func(t bool) { over, torn = true, t })
	for pieces := 0; !over; pieces++ {
		if s.nextDue(7) != 7 {
			t.Fatal("the next piece is not due")
		}
		before := seen
		s.surveyPiece()
		if seen-before > most {
			t.Errorf("piece %d: got %d processes; want at most %d", pieces, seen-before, most)
		}
	}
	if torn || len(want) > 0 || s.survey != nil {
		t.Errorf("torn %v, not seen %v, still %v", torn, want, s.survey)
	}
	s.surveyProc(func(int, proc.Stat) {}, func(bool) { t.Error("a survey that was dropped has ended") })
	s.dropSurvey()
}
