package fifo

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// waiterFunc is a Waiter that is one function.
type waiterFunc func(tag int, revents int16)

func (f waiterFunc) Ready(tag int, revents int16) { f(tag, revents) }

// pipe is both ends of a pipe, the reading end first.
func pipe(t *testing.T) (r, w int) {
	t.Helper()
	var p [2]int
	must(t, unix.Pipe2(p[:], unix.O_CLOEXEC|unix.O_NONBLOCK))
	closeLater(t, p[0])
	closeLater(t, p[1])
	return p[0], p[1]
}

// readyPipe is the reading end of a pipe in which a byte waits.
func readyPipe(t *testing.T) int {
	t.Helper()
	r, w := pipe(t)
	_, err := unix.Write(w, []byte{0})
	must(t, err)
	return r
}

func TestPollerTellsWhoIsReady(t *testing.T) {
	var p Poller
	var told []int
	note := waiterFunc(func(tag int, _ int16) { told = append(told, tag) })
	for tag := range 100 {
		fd, _ := pipe(t)
		if tag%10 == 3 {
			fd = readyPipe(t)
		}
		p.Add(fd, unix.POLLIN, note, tag)
	}
	must(t, p.Wait(-1))
	if len(told) != 10 {
		t.Fatalf("told %v; want 10 of them", told)
	}
	for i, tag := range told {
		if tag != 10*i+3 {
			t.Errorf("told %v; want 3, 13, 23 …", told)
			break
		}
	}
}

func TestPollerEvents(t *testing.T) {
	var p Poller
	r, w := pipe(t)
	var got int16
	note := waiterFunc(func(_ int, revents int16) { got = revents })
	p.Add(w, unix.POLLOUT, note, 0)
	must(t, p.Wait(-1))
	if got != unix.POLLOUT {
		t.Errorf("got events %#x; want POLLOUT", got)
	}
	p.Remove(w)
	p.Add(r, unix.POLLIN, note, 0)
	must(t, unix.Close(w))
	must(t, p.Wait(-1))
	if got != unix.POLLHUP {
		t.Errorf("got events %#x; want POLLHUP", got)
	}
}

// Who is waited for alone is told of what it waits for, when that comes late.
func TestPollerEventsLater(t *testing.T) {
	for _, want := range []int16{unix.POLLIN, unix.POLLOUT} {
		var p Poller
		r, w := pipe(t)
		fd, come := r, func() { _, _ = unix.Write(w, []byte{0}) } // shows in what is waited for
		if want == unix.POLLOUT {
			_, err := unix.Write(w, make([]byte, 1<<16))
			must(t, err)
			fd, come = w, func() { _, _ = unix.Read(r, make([]byte, 1<<16)) }
		}
		var got int16
		p.Add(fd, want, waiterFunc(func(_ int, revents int16) { got = revents }), 0)
		time.AfterFunc(20*time.Millisecond, come)
		must(t, p.Wait(Now()+patience))
		if got != want {
			t.Errorf("got events %#x; want %#x", got, want)
		}
	}
}

// Who is removed while others are told is not told any more, even if it was
// ready; who is added then waits for the next time.
func TestPollerChangesWhileTelling(t *testing.T) {
	var p Poller
	var told []string
	first, second, third, late := readyPipe(t), readyPipe(t), readyPipe(t), readyPipe(t)
	say := func(name string) Waiter {
		return waiterFunc(func(int, int16) { told = append(told, name) })
	}
	p.Add(first, unix.POLLIN, waiterFunc(func(int, int16) {
		told = append(told, "first")
		p.Remove(first)
		p.Remove(second)
		p.Remove(second) // again: nothing
		for range 50 {
			p.Add(late, unix.POLLIN, say("late"), 0)
			p.Remove(late)
		}
		p.Add(late, unix.POLLIN, say("late"), 0)
	}), 0)
	p.Add(second, unix.POLLIN, say("second"), 0)
	p.Add(third, unix.POLLIN, say("third"), 0)
	for _, want := range [][]string{{"first", "third"}, {"third", "late"}, {"third", "late"}} {
		told = nil
		must(t, p.Wait(-1))
		if len(told) != len(want) || told[0] != want[0] || told[1] != want[1] {
			t.Errorf("told %v; want %v", told, want)
		}
	}
	if used := len(p.slots) - len(p.free); used != 2 {
		t.Errorf("got %d slots in use; want 2", used)
	}
}

// The kernel gives the number of a closed descriptor to the next that opens.
func TestPollerSameNumberAgain(t *testing.T) {
	var p Poller
	old := readyPipe(t)
	var told []string
	p.Add(old, unix.POLLIN, waiterFunc(func(int, int16) {
		told = append(told, "old")
		p.Remove(old)
		must(t, unix.Dup3(readyPipe(t), old, unix.O_CLOEXEC))
		p.Add(old, unix.POLLIN, waiterFunc(func(int, int16) { told = append(told, "new") }), 0)
	}), 0)
	must(t, p.Wait(-1))
	must(t, p.Wait(-1))
	if len(told) != 2 || told[0] != "old" || told[1] != "new" {
		t.Errorf("told %v; want old, new", told)
	}
}

func TestPollerDeadline(t *testing.T) {
	var p Poller
	r, w := pipe(t)
	told := false
	p.Add(r, unix.POLLIN, waiterFunc(func(int, int16) { told = true }), 0)
	const pause = 20 * time.Millisecond
	begun := Now()
	must(t, p.Wait(begun+pause))
	if took := Now() - begun; took < pause || took > patience || told {
		t.Errorf("waited %v, told %v; want %v, not told", took, told, pause)
	}
	for _, past := range []time.Duration{0, begun} {
		begun := Now()
		must(t, p.Wait(past))
		if took := Now() - begun; took > patience/2 {
			t.Errorf("a deadline that has passed took %v", took)
		}
	}
	ready := readyPipe(t)
	p.Add(ready, unix.POLLIN, waiterFunc(func(int, int16) { told = true }), 0)
	must(t, p.Wait(begun))
	if !told {
		t.Error("a deadline that has passed hides who is ready")
	}
	p.Remove(ready)
	told = false
	go func() {
		_, _ = unix.Write(w, []byte{0}) // shows in what is waited for
	}()
	must(t, p.Wait(Now()+patience))
	if !told {
		t.Error("a write did not end the wait")
	}
}

// A deadline that was changed ends no wait, whoever keeps it: a timer, or where
// there is no descriptor for one the runtime.
func TestPollerDeadlineChanges(t *testing.T) {
	for _, keeper := range []int{0, -1} {
		p := Poller{timer: timer{fd: keeper}}
		r, w := pipe(t)
		told := 0
		p.Add(r, unix.POLLIN, waiterFunc(func(int, int16) {
			if n, _ := unix.Read(r, make([]byte, 1)); n == 1 { // now and then it is told for nothing
				told++
			}
		}), 0)
		const soon, late = 10 * time.Millisecond, 40 * time.Millisecond
		for _, deadlines := range [][2]time.Duration{{soon, late}, {late, soon}, {soon, soon}} {
			_, err := unix.Write(w, []byte{0})
			must(t, err)
			begun := Now()
			must(t, p.Wait(begun+deadlines[0]))
			for waits := 0; Now()-begun < deadlines[1] && waits < 3; waits++ {
				must(t, p.Wait(begun+deadlines[1]))
			}
			if took := Now() - begun; told != 1 || took < deadlines[1] || took > patience {
				t.Errorf("told %d times, waited %v; want once, %v", told, took, deadlines[1])
			}
			told = 0
		}
		must(t, p.Wait(Now()+soon)) // and of this nothing is left
		time.AfterFunc(late, func() { _, _ = unix.Write(w, []byte{0}) })
		for told == 0 {
			must(t, p.Wait(-1))
		}
	}
}
