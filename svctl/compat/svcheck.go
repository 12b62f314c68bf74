package compat

import (
	"errors"
	"os/exec"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/servicedir"
	"github.com/svdir/svdir/supervise/status"
)

// await waits until what the letters ask for is true of each service, or the
// time is over, and reports each.
func (v *svCall) await(pending []*target) {
	w := newWatch()
	defer w.close()
	deadline := v.start.Add(v.limit)
	for {
		w.begin()
		late := !time.Now().Before(deadline)
		next := deadline
		var rest []*target
		for _, t := range pending {
			w.follow(&t.watched)
			done, checking := v.met(t)
			switch {
			case done:
				t.release()
			case late:
				v.giveUp(t)
			default:
				rest = append(rest, t)
			}
			// Nothing tells when a check script would succeed: that one
			// thing is tried again from time to time.
			if soon := time.Now().Add(lookAgain); checking && soon.Before(next) {
				next = soon
			}
		}
		if pending = rest; len(pending) == 0 {
			return
		}
		w.wait(next)
	}
}

// met says whether the wait for t is over, and reports how it ended. checking
// says that only its check script keeps it waiting.
func (v *svCall) met(t *target) (done, checking bool) {
	r, answer := v.look(t)
	if answer != supervised {
		return true, false
	}
	needsCheck := false
	for _, letter := range []byte(v.letters) {
		holds, checked := letterHolds(letter, &r, &t.before)
		if !holds {
			return false, false
		}
		needsCheck = needsCheck || checked
	}
	if needsCheck && !v.check(t) {
		return false, true
	}
	line, _ := v.line(t, &r)
	v.print("ok: " + line + "\n")
	_ = v.out.Flush() // sv does not care
	return true, false
}

// letterHolds says whether what the letter asks for is so, and whether the
// check script has to agree. Letters not listed are over when they are sent.
func letterHolds(letter byte, now, before *status.Record) (holds, check bool) {
	started := !now.Since.Equal(before.Since)
	switch letter {
	case 'x':
		return false, false // the supervisor is still there
	case 'u':
		return running(now), true
	case 'd':
		return now.PID == 0 && now.State == status.Down, false
	case 'C':
		return true, now.PID != 0
	case 't', 'k':
		if now.PID == 0 && now.Want == status.WantDown {
			return true, false
		}
		return started && now.PID != 0 && !now.GotTerm, true
	case 'o':
		return (now.PID != 0 || started) && (now.PID == 0 || now.Want == status.WantDown), false
	case 'p':
		return now.PID == 0 || now.Paused, false
	case 'c':
		return now.PID == 0 || !now.Paused, false
	}
	return true, false
}

// giveUp reports that the time is over.
func (v *svCall) giveUp(t *target) {
	defer t.release()
	r, answer := v.look(t)
	if answer != supervised {
		return
	}
	v.rc++
	kind := "timeout: "
	if v.kill {
		kind = "kill: "
	}
	line, _ := v.line(t, &r)
	v.print(kind + line + "\n")
	_ = v.out.Flush() // sv does not care
	if v.kill {
		v.send(t, "k")
	}
}

// check runs the check script, to its end, and says whether the service is
// available. One that is not there or cannot be executed says yes.
func (v *svCall) check(t *target) bool {
	var st unix.Stat_t
	err := unix.Fstatat(t.dir, servicedir.Check, &st, 0)
	if err == unix.ENOENT {
		return true
	}
	if err != nil {
		v.say("warning: unable to stat " + t.name + "/check: " + reason(err))
		return false
	}
	// Found as check, so that is what a shell calls $0.
	script := exec.Cmd{Path: servicedir.Check, Args: []string{"./check"}, Dir: t.path, Stderr: v.err}
	if err := script.Start(); err != nil {
		v.say("warning: unable to run " + t.name + "/check: " + reason(err))
		return !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.ENOMEM) // that was fork
	}
	return script.Wait() == nil
}
