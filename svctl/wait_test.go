package svctl

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/svdir/svdir/supervise/status"
)

// watching makes a service with this status and watches it for the goal.
func watching(t *testing.T, goal *Goal, r status.Record) (*Watch, *Waiting) {
	t.Helper()
	dir := t.TempDir()
	makeService(t, dir, r)
	one := &Waiting{Target: Target{Name: "web", Dir: dir}, Goal: goal}
	w, err := NewWatch([]*Waiting{one})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w, one
}

var (
	began     = time.Unix(1700000000, 0)
	running   = status.Record{State: status.Up, Want: status.WantUp, PID: 1 << 23, Starts: 1, Since: began}
	another   = status.Record{State: status.Up, Want: status.WantUp, PID: 1<<23 + 1, Starts: 2, Since: began}
	stopping  = status.Record{State: status.Stopping, Want: status.WantDown, PID: 1 << 23, Starts: 1, GotTerm: true, Since: began}
	finishing = status.Record{State: status.Finishing, Want: status.WantDown, PID: 1<<23 + 2, Starts: 1, Since: began}
	down      = status.Record{State: status.Down, Starts: 1, Since: began}
	backoff   = status.Record{State: status.Backoff, Want: status.WantUp, Starts: 1, Since: began}
	listening = status.Record{State: status.Waiting, Want: status.WantUp, Starts: 1, Since: began.Add(time.Second), Reason: status.Listening}
	gaveUp    = status.Record{State: status.Failed, Want: status.WantDown, Starts: 1, Deaths: 1, Since: began}
	exited    = status.Record{State: status.Exited, Want: status.WantOnce, Starts: 2, Deaths: 1, Since: began}
	paused    = status.Record{State: status.Paused, Want: status.WantUp, PID: 1 << 23, Starts: 1, Paused: true, Since: began}
	ready     = status.Record{State: status.Up, Want: status.WantUp, PID: 1 << 23, Starts: 1, Since: began, Ready: true, ReadyAt: began}
)

// Each goal is met by some changes of the status, and not by others.
func TestGoals(t *testing.T) {
	for _, tt := range []struct {
		name          string
		goal          *Goal
		before, after status.Record
		want          Verdict
	}{
		{"up by starting", Up, down, running, Reached},
		{"up while stopping", Up, down, stopping, NotYet},
		{"up in backoff", Up, down, backoff, NotYet},
		{"up by listening", Up, down, listening, Reached},
		{"restarted, and listens", Restarted, running, listening, Reached},
		{"restarted, and listened before", Restarted, listening, listening, Reached},
		{"up gives up", Up, backoff, gaveUp, Never},
		{"up has ended", Up, backoff, exited, Never},
		{"ready when it says so", Ready, running, ready, Reached},
		{"down without finish", Down, running, finishing, Reached},
		{"finished", Finished, finishing, down, Reached},
		{"finished while finish runs", Finished, running, finishing, NotYet},
		{"stopped", Stopped, running, down, Reached},
		{"stopped in backoff", Stopped, running, backoff, NotYet},
		{"restarted", Restarted, running, another, Reached},
		{"restarted not yet", Restarted, running, stopping, NotYet},
		{"restarted from down", Restarted, down, another, Reached},
		{"once runs", RanOnce, down, another, Reached},
		{"once ran", RanOnce, down, exited, Reached},
		{"once listens yet", RanOnce, listening, listening, NotYet},
		{"ended", Ended, running, backoff, Reached},
		{"ended not yet", Ended, running, stopping, NotYet},
		{"paused", Paused, running, paused, Reached},
		{"continued", Continued, paused, running, Reached},
		{"left not yet", Left, running, down, NotYet},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, one := watching(t, tt.goal, tt.before)
			writeStatus(t, one.Dir, tt.after)
			deadline := soon()
			if tt.want == NotYet {
				deadline = time.Now()
			}
			if err := w.Wait(false, deadline); err != nil {
				t.Fatal(err)
			}
			if one.Verdict != tt.want {
				t.Errorf("from %v to %v: got %v, want %v", tt.before.State, tt.after.State, one.Verdict, tt.want)
			}
		})
	}
}

// A tree is settled when nothing in it is on its way, all at the same time.
func TestSettled(t *testing.T) {
	failed := status.Record{State: status.Failed, Want: status.WantUp, Since: began}
	for name, tt := range map[string]struct {
		r    status.Record
		want Verdict
	}{
		"up": {running, Reached}, "starting": {status.Record{State: status.Starting, Want: status.WantUp, PID: 1 << 23}, NotYet},
		"waiting": {status.Record{State: status.Waiting, Want: status.WantUp}, NotYet}, "backoff": {backoff, NotYet}, "failed": {failed, Reached},
		"ended": {exited, Reached}, "skipped": {status.Record{State: status.Skipped, Want: status.WantUp}, Reached}, "down": {down, Reached},
		"about to start": {status.Record{State: status.Down, Want: status.WantUp}, NotYet}, "stopping": {stopping, NotYet}, "finishing": {finishing, NotYet},
	} {
		w, one := watching(t, Settled, tt.r)
		if err := w.Wait(false, time.Now()); err != nil || one.Verdict != tt.want {
			t.Errorf("%s: got %v, %v, want %v", name, one.Verdict, err, tt.want)
		}
	}
	_, a := watching(t, Settled, down)
	_, b := watching(t, Settled, backoff)
	w, err := NewWatch([]*Waiting{a, b})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Wait(false, time.Now()); err != nil || a.Verdict != Reached || b.Verdict != NotYet {
		t.Fatalf("at first: got %v and %v, %v", a.Verdict, b.Verdict, err)
	}
	writeStatus(t, a.Dir, backoff) // it is not any more
	writeStatus(t, b.Dir, running)
	if err := w.Wait(false, time.Now().Add(50*time.Millisecond)); err != nil || a.Verdict != NotYet || b.Verdict != Reached {
		t.Fatalf("the other way round: got %v and %v, %v", a.Verdict, b.Verdict, err)
	}
	writeStatus(t, a.Dir, another)
	if err := w.Wait(false, soon()); err != nil || a.Verdict != Reached || b.Verdict != Reached {
		t.Errorf("in the end: got %v and %v, %v", a.Verdict, b.Verdict, err)
	}
}

// A failure from before the letters proves nothing.
func TestOldFailure(t *testing.T) {
	w, one := watching(t, Up, gaveUp)
	if err := w.Wait(false, time.Now()); err != nil || one.Verdict != NotYet {
		t.Fatalf("got %v, %v, want not yet", one.Verdict, err)
	}
	writeStatus(t, one.Dir, gaveUp) // what comes late of it
	if err := w.Wait(false, time.Now().Add(50*time.Millisecond)); err != nil || one.Verdict != NotYet {
		t.Fatalf("told again: got %v, %v, want not yet", one.Verdict, err)
	}
	writeStatus(t, one.Dir, another)
	if err := w.Wait(false, soon()); err != nil || one.Verdict != Reached {
		t.Errorf("got %v, %v, want reached", one.Verdict, err)
	}
}

// Nor does it while the status was written only in part: our supervise writes
// status.env last, which says it all.
func TestFailureHalfWritten(t *testing.T) {
	w, one := watching(t, Up, gaveUp)
	packed := status.Pack(&another)
	write(t, filepath.Join(one.Dir, "supervise/status"), string(packed[:]))
	write(t, filepath.Join(one.Dir, "supervise/pid"), "1\n")
	if err := w.Wait(false, time.Now().Add(50*time.Millisecond)); err != nil || one.Verdict != NotYet {
		t.Fatalf("got %v, %v, want not yet", one.Verdict, err)
	}
	again := gaveUp
	again.Deaths++
	writeStatus(t, one.Dir, again)
	if err := w.Wait(false, soon()); err != nil || one.Verdict != Never {
		t.Errorf("got %v, %v, want never", one.Verdict, err)
	}
}

func TestFirstOfMany(t *testing.T) {
	var all []*Waiting
	for _, r := range []status.Record{down, running, down} {
		dir := t.TempDir()
		makeService(t, dir, r)
		all = append(all, &Waiting{Target: Target{Name: "web", Dir: dir}, Goal: Up})
	}
	w, err := NewWatch(all)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Wait(true, soon()); err != nil || all[1].Verdict != Reached {
		t.Errorf("got %v, %v, want the second reached", all[1].Verdict, err)
	}
}

// A supervisor that comes while it is waited for is noticed: in a service
// directory that nobody has looked at, in one with a leftover FIFO, and in one
// whose supervise is a link that leads nowhere yet.
func TestArrive(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, dir string){
		"new":      func(*testing.T, string) {},
		"link":     func(t *testing.T, dir string) { symlink(t, t.TempDir()+"/supervise.web", dir+"/supervise") },
		"leftover": func(t *testing.T, dir string) { leaveFIFO(t, dir+"/supervise/ok") },
	} {
		t.Run(name, func(t *testing.T) {
			scan := t.TempDir()
			target := Target{Name: "web", Dir: scan + "/web", Scan: scan}
			mkdir(t, target.Dir)
			prepare(t, target.Dir)
			arrived := make(chan error, 1)
			go func() { arrived <- Arrive([]Target{target}, soon()) }()
			supervisor(t, target.Dir)
			if err := <-arrived; err != nil {
				t.Fatal(err)
			}
			if err := Supervised("find", target); err != nil {
				t.Error(err)
			}
		})
	}
}

// Where it is certain that nobody will come, Arrive does not wait.
func TestArriveWithoutScan(t *testing.T) {
	scan := t.TempDir()
	mkdir(t, scan+"/web")
	write(t, scan+"/.svscan/lock", "")
	target := Target{Name: "web", Dir: scan + "/web", Scan: scan}
	begin := time.Now()
	if err := Arrive([]Target{target}, begin.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("it took %v, want no wait", took)
	}
	err := Supervised("control", target)
	if want := "unable to control web: no svscan runs in " + scan; !errors.Is(err, ErrNotSupervised) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestCheck(t *testing.T) {
	for script, want := range map[string]bool{
		"":                                     true, // none
		"#!/bin/sh\nexit 0\n":                  true,
		"#!/bin/sh\ntest -f marker\n":          true, // runs in the service directory
		"#!/bin/sh\nexit 1\n":                  false,
		"#!/nonexistent/interpreter\nexit 0\n": false,
	} {
		dir := t.TempDir()
		write(t, dir+"/marker", "")
		if script != "" {
			write(t, dir+"/check", script)
			if err := os.Chmod(dir+"/check", 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if got := passes(Target{Dir: dir}, soon()); got != want {
			t.Errorf("check %q: got %v, want %v", script, got, want)
		}
	}
}

func TestLimit(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/timeout-kill", "2500\n")
	write(t, dir+"/timeout-finish", "500\n")
	if got, want := Limit(Target{Dir: dir}), 3*time.Second; got != want {
		t.Errorf("Limit = %v, want %v", got, want)
	}
}

func symlink(t *testing.T, to, from string) {
	t.Helper()
	if err := os.Symlink(to, from); err != nil {
		t.Fatal(err)
	}
}

// supervisor begins as ours does: what is missing is made, ok comes last.
func supervisor(t *testing.T, dir string) {
	t.Helper()
	state := filepath.Join(dir, "supervise")
	if to, err := os.Readlink(state); err == nil {
		state = to
	}
	mkdir(t, state)
	writeStatus(t, dir, down)
	openOK(t, filepath.Join(state, "ok"))
}
