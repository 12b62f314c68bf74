package svctl

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/setting"
	"github.com/svdir/svdir/svctl/inotify"
)

// Waiting is one service whose goal is waited for.
type Waiting struct {
	Target
	Goal   *Goal
	Before Service // its status before the letters were sent
	Asked  bool    // some were
	// Now is its last status, Verdict what it means: Never with an Err where
	// it cannot be told.
	Now     Service
	Verdict Verdict
	Err     error

	changed bool // the status was written since, all of it
	left    bool // its supervisor closed a FIFO
	dirty   bool // an event came: look again
}

// checkPause is the time between two runs of a check: what it looks at has no
// event that could be waited for.
const checkPause = 250 * time.Millisecond

// Watch is a wait that sees everything from the moment it was made: make it,
// then send letters, then Wait.
type Watch struct {
	watches watches
	all     []*Waiting
}

// NewWatch reads the status of each service into Before and begins to watch.
func NewWatch(all []*Waiting) (*Watch, error) {
	in, err := inotify.New()
	if err != nil {
		return nil, &Problem{"watch", "the services", reason(err), err}
	}
	w := &Watch{watches{in, map[int][]*Waiting{}}, all}
	for _, one := range all {
		if err := w.watches.watch(one); err != nil {
			one.Verdict, one.Err = Never, err
		}
		one.Before, one.dirty = Read(one.Target), true
		one.Now = one.Before
	}
	return w, nil
}

// Close ends the watch.
func (w *Watch) Close() { w.watches.Close() }

// Wait waits until every service has its verdict, with first until one has
// reached its goal, at most until deadline. The zero deadline is none.
func (w *Watch) Wait(first bool, deadline time.Time) error {
	for {
		pending, probing := 0, false
		for _, one := range w.all {
			if one.Verdict == Never || one.Verdict == Reached && !one.Goal.whole {
				continue
			}
			w.look(one, deadline)
			switch {
			case one.Verdict == Reached && first:
				return nil
			case one.Verdict == NotYet:
				pending++
				probing = probing || one.Goal.probes && one.Now.Running()
			}
		}
		late := !deadline.IsZero() && !time.Now().Before(deadline)
		if pending == 0 && !late {
			again, err := w.stirred()
			if err != nil || !again {
				return err
			}
			continue
		}
		if pending == 0 || late {
			return nil
		}
		until := deadline
		pause := checkPause
		if w.leaving() {
			pause, probing = leavingPause, true
		}
		if next := time.Now().Add(pause); probing && (deadline.IsZero() || next.Before(deadline)) {
			until = next
		}
		if err := w.watches.wait(until); err != nil {
			return err
		}
	}
}

// stirred says that one of those that are what they are to be, all together, has
// changed while the others were looked at.
func (w *Watch) stirred() (bool, error) {
	whole := func(one *Waiting) bool { return one.Goal.whole && one.Verdict == Reached }
	if !slices.ContainsFunc(w.all, whole) {
		return false, nil
	}
	if err := w.watches.wait(time.Now()); err != nil {
		return false, err
	}
	return slices.ContainsFunc(w.all, func(one *Waiting) bool { return whole(one) && one.dirty }), nil
}

// leavingPause is how long a supervisor that closes its FIFOs is given until it
// is looked at again: the kernel tells of a close before it is one.
const leavingPause = 5 * time.Millisecond

// leaving says that a service is to be looked at once more, since its
// supervisor is about to be gone.
func (w *Watch) leaving() bool {
	again := false
	for _, one := range w.all {
		if (one.Verdict == NotYet || one.Goal.whole) && one.left && one.Now.Supervised {
			one.left, one.dirty, again = false, true, true
		}
	}
	return again
}

// look reads the status of a service of which an event came.
func (w *Watch) look(one *Waiting, deadline time.Time) {
	if !one.dirty && !one.Goal.probes {
		return
	}
	one.dirty = false
	if one.Err = w.watches.watch(one); one.Err == nil {
		one.Now = Read(one.Target)
		one.Err = one.Now.Err
	}
	if one.Err != nil {
		one.Verdict = Never
		return
	}
	one.Verdict = one.Goal.judge(&one.Before, &one.Now, one.changed, one.Asked, deadline)
	if one.Goal.fails != nil && one.Verdict == NotYet {
		if why := one.Goal.fails(&one.Before, &one.Now); why != "" {
			one.Verdict, one.Err = Never, &Problem{"reexec", one.Name, why, ErrNo}
		}
	}
	if one.Goal == Left && one.left {
		one.Verdict = Reached // and svscan has brought the next one already
	}
}

// Arrive waits until each of the services has a supervisor, at most until
// deadline: a name may have been linked a moment ago. Where it is certain that
// nobody will come, it does not wait.
func Arrive(all []Target, deadline time.Time) error {
	var late []*Waiting
	for _, t := range all {
		if ok, err := supervised(t); !ok && err == nil && t.Scan != "" && !t.Removed && !scanStopped(t.Scan) {
			late = append(late, &Waiting{Target: t, Goal: arrived})
		}
	}
	if late == nil {
		return nil
	}
	w, err := NewWatch(late)
	if err != nil {
		return err
	}
	defer w.Close()
	return w.Wait(false, deadline)
}

var arrived = &Goal{Word: "supervised", met: func(_, now *Service) bool { return now.Supervised }}

// Limit is what the service itself allows for its end, 0 if it sets nothing.
func Limit(t Target) time.Duration {
	dir, err := openPath(t.Dir)
	if err != nil {
		return 0
	}
	defer unix.Close(dir)
	// A setting that cannot be read limits nothing; supervise warns of it.
	kill, _ := servicedir.Millis(dir, servicedir.TimeoutKill, 0, 0)
	if plan, err := servicedir.Value(dir, servicedir.StopSignals, nil, nil, setting.ParsePlan); err == nil && plan != nil {
		kill = plan.Limit()
	}
	drain, _ := servicedir.Value(dir, servicedir.DrainTime, 0, 0, setting.ParseDrainTime)
	finish, _ := servicedir.Millis(dir, servicedir.TimeoutFinish, 0, 0)
	return drain + kill + finish
}

// stateParent is the directory in which supervise/ will appear: the service
// directory, or wherever its symbolic link leads.
func stateParent(t Target) string {
	state := filepath.Join(t.Dir, servicedir.State)
	link, err := os.Readlink(state)
	switch {
	case err != nil:
		return t.Dir
	case filepath.IsAbs(link):
		return filepath.Dir(link)
	}
	return filepath.Dir(filepath.Join(t.Dir, link))
}
