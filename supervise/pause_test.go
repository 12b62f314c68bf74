package supervise

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/status"
)

// TestPause: what is about to be over is not shown for a moment, all else at once.
func TestPause(t *testing.T) {
	for _, c := range []struct {
		what    string
		service Service
		want    time.Duration
	}{
		{"up", Service{m: Machine{State: status.Up, Running: true}}, 0},
		{"a stop", Service{m: Machine{State: status.Stopping, Running: true}}, stopPause},
		{"a stop in which we leave", Service{m: Machine{State: status.Stopping, Running: true, Leaving: true}}, leavePause},
		{"what is left of a run", Service{m: Machine{State: status.Stopping, Leaving: true}}, 0},
		{"svexec", Service{m: Machine{State: status.Starting, Running: true, unborn: true}}, 0},
		{"a log that is to be served", Service{served: true, m: Machine{State: status.Starting, Running: true, unborn: true}}, servePause},
		{"one that is served", Service{served: true, m: Machine{State: status.Up, Running: true}}, 0},
	} {
		if got := c.service.pause(); got != c.want {
			t.Errorf("%s: got %v, want %v", c.what, got, c.want)
		}
	}
}

// TestNews: what can be read of run or of its report is news, but not that an
// adopted run has ended whose reaper is waited for.
func TestNews(t *testing.T) {
	var quiet, loud [2]int
	for _, pipe := range []*[2]int{&quiet, &loud} {
		if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC); err != nil {
			t.Fatal(err)
		}
		defer unix.Close(pipe[0])
		defer unix.Close(pipe[1])
	}
	if _, err := unix.Write(loud[1], []byte{'\n'}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what        string
		run, report int
		asked       time.Duration
		want        bool
	}{
		{"no run", -1, -1, 0, false},
		{"a run", quiet[0], -1, 0, false},
		{"its end", loud[0], -1, 0, true},
		{"an end that was asked about", loud[0], quiet[0], 1, false},
		{"a word", quiet[0], loud[0], 0, true},
	} {
		s := Service{run: process{fd: c.run, asked: c.asked}, report: c.report}
		if got := s.hasNews(); got != c.want {
			t.Errorf("%s: got %v, want %v", c.what, got, c.want)
		}
	}
}
