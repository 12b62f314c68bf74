package svctl

import (
	"strconv"
	"syscall"
	"time"

	"github.com/svdir/svdir/supervise/proc"
	"github.com/svdir/svdir/supervise/status"
)

// Ending is a service that a shutdown ends.
type Ending struct {
	Waiting
	Reads bool // it reads what others write

	of    *Ending   // the service whose logger it is
	below []*Ending // the services of the tree that it keeps
}

// Ended says that its supervisor has left.
func (e *Ending) Ended() bool { return Left.met(&e.Before, &e.Now) }

// isTold says that it was told to end, and has not.
func (e *Ending) isTold() bool {
	return !e.Ended() && e.Now.Leaving && e.Now.Want == status.WantDown
}

// keeps says that it keeps a tree in which somebody is left.
func (e *Ending) keeps() bool {
	for _, b := range e.below {
		if !b.Ended() {
			return true
		}
	}
	return false
}

// WasKilled says that a process of it was ended by KILL since the shutdown began.
func (s *Shutdown) WasKilled(e *Ending) bool {
	lines, err := History(e.Target)
	for _, l := range lines {
		if syscall.Signal(l.Signal) == syscall.SIGKILL && !l.At.Before(s.began) {
			return true
		}
	}
	now := Read(e.Target)
	return err != nil && now.Deaths > e.Before.Deaths && syscall.Signal(now.ExitSignal()) == syscall.SIGKILL
}

// Survives is what is left of a service when the shutdown is over, in words, or "".
func (s *Shutdown) Survives(e *Ending) string {
	now := Service{Target: e.Target}
	_ = now.readStatus() // without one nothing is known to be left
	there, _ := supervised(e.Target)
	switch {
	case there && (now.Supervisor == e.Before.Supervisor || !IsScanned(s.Scan)):
		return "it was not told to end, and its supervisor is still there"
	case there:
		return "" // of the next svscan
	case now.PID != 0 && isProcess(now.PID, now.StartTicks):
		return "its process (pid " + strconv.Itoa(now.PID) + ") still runs, without a supervisor"
	case now.Leftovers > 0 && !now.Since.Before(s.began):
		return strconv.Itoa(now.Leftovers) + " processes of it outlived its stop"
	}
	return ""
}

// isProcess says that this process is there, and that it is no zombie.
func isProcess(pid int, ticks uint64) bool {
	var b proc.Buffer
	stat := b.Stat(pid)
	state := string(stat.Field(3))
	return state != "" && state != "Z" && state != "X" && stat.Number(22) == ticks
}

// KillAfter has those get KILL that still run so long after the shutdown began.
func (s *Shutdown) KillAfter(grace time.Duration) { s.Killed = s.began.Add(grace) }
