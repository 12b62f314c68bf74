package compat

import (
	"errors"
	"strconv"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/status"
)

// answer is what came of a look at a service.
type answer int

const (
	supervised answer = iota
	gone              // nobody supervises it
	unknown           // it cannot be told
)

// look reads the status of t, and reports when it cannot.
func (v *svCall) look(t *target) (status.Record, answer) {
	err := t.alive()
	if errors.Is(err, fifo.ErrNotRunning) {
		v.notRunning(t)
		return status.Record{}, gone
	}
	if err != nil {
		v.warnOf(t, "unable to open "+okFile, err)
		return status.Record{}, unknown
	}
	r, layout, err := t.status()
	if err == nil && layout == status.Daemontools {
		err = status.ErrFormat // it does not say what sv prints
	}
	if err != nil {
		doing := "read"
		if !errors.Is(err, status.ErrFormat) {
			doing = failed(err)
		}
		v.warnOf(t, "unable to "+doing+" "+statusFile, err)
		return r, unknown
	}
	return r, supervised
}

// send writes letters to the service, unless it is wanted like that already,
// and says whether there is something to wait for.
func (v *svCall) send(t *target, letters string) bool {
	r, answer := v.look(t)
	if answer != supervised {
		return false
	}
	t.before = r
	if letters[0] == 'u' && r.Want == status.WantUp || letters[0] == 'd' && r.Want == status.WantDown && r.GotTerm {
		return true
	}
	err := fifo.Send(t.dir, controlFile, []byte(letters), 0)
	switch {
	case err == nil:
		return true
	case errors.Is(err, fifo.ErrNotRunning):
		v.notRunning(t)
	case failed(err) == "write":
		v.warnOf(t, "unable to write to "+controlFile, err)
	default:
		v.warnOf(t, "unable to open "+controlFile, err)
	}
	return false
}

// line is the status of a service in sv's words; ok is false when a part of it
// cannot be told.
func (v *svCall) line(t *target, r *status.Record) (text string, ok bool) {
	normallyUp, err := t.normallyUp()
	if err != nil {
		v.say("warning: unable to stat " + t.name + "/down: " + reason(err))
		return "", false
	}
	name := t.name
	if t.log {
		name = "log"
	}
	switch r.State {
	case status.Down:
		text = "down: " + name + ": "
	case status.Finishing:
		text = "finish: " + name + ": (pid " + strconv.Itoa(r.PID) + ") "
	default:
		text = "run: " + name + ": (pid " + strconv.Itoa(r.PID) + ") "
	}
	text += seconds(r.Since) + "s" + remarks(r, normallyUp)
	if r.PID != 0 && r.GotTerm {
		text += ", got TERM"
	}
	return text, true
}

// notRunning reports that there is no supervisor, which is what exit wants.
func (v *svCall) notRunning(t *target) {
	if v.letters == "x" {
		v.report("ok: ", t, "runsv not running", nil)
		return
	}
	v.rc++
	v.report("fail: ", t, "runsv not running", nil)
}

// warnOf reports what went wrong with t.
func (v *svCall) warnOf(t *target, text string, err error) {
	v.rc++
	v.report("warning: ", t, text, err)
}

func (v *svCall) report(kind string, t *target, text string, err error) {
	name := t.name
	if t.log {
		name += "/log"
	}
	v.tell(kind, name, text, err)
}

// tell prints a line of sv about a service: all but trouble with down and
// check goes to standard output.
func (v *svCall) tell(kind, name, text string, err error) {
	if err != nil {
		text += ": " + reason(err)
	}
	v.print(kind + name + ": " + text + "\n")
	_ = v.out.Flush() // sv does not care
}

func (v *svCall) print(text string) {
	_, _ = v.out.WriteString(text) // sv does not care
}
