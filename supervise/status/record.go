// Package status is the record of one service as its files show it:
// supervise/status for the clients of daemontools, runit and s6,
// supervise/stat and supervise/pid for scripts that know runit, and
// supervise/status.env with all of it, for a shell to source.
//
// Readers see whole files: each is written beside its place and renamed. The
// formats have a page, svstatus(5).
package status

import (
	"strings"
	"time"
)

// Record is what is known of one service.
type Record struct {
	State State
	Want  Want
	// Leaving says that supervise was told to leave when the service is down.
	Leaving bool
	// PID is the process of run, that of finish while finishing, 0 for none.
	PID int
	// Ready says that the service told us so; ReadyAt when.
	Ready   bool
	ReadyAt time.Time
	// Paused and GotTerm are runit's flags: both need a process.
	Paused  bool
	GotTerm bool
	// Since is the last start of run while it runs or finishes, else the end
	// of its last cycle.
	Since time.Time
	// Wait is the wait status of the last run that ended, as wait4 gives it;
	// Ended says that there was one, Unknown that nobody saw how: it was no
	// child of supervise, and no svscan was there.
	Wait           uint16
	Ended, Unknown bool
	// Starts and Deaths count since the service was first hosted in this boot,
	// whatever became of its supervise.
	Starts, Deaths int
	// NextStart is when a service in backoff or waiting is tried again.
	NextStart time.Time
	// Flaps counts the runs in a row that did not live for long, where a setting of
	// restarting asks for it.
	Flaps int
	// Leftovers counts processes of its group that outlived a wanted stop.
	Leftovers int
	// Reason is a sentence for people: why it is not simply up or down.
	Reason string
	// StartTicks is the start time of PID (field 22 of /proc/PID/stat), so
	// that nobody mistakes another process for it.
	StartTicks uint64
	// Supervisor and SupervisorTicks are the same of supervise itself, BootID
	// the boot in which all these numbers mean something.
	Supervisor      int
	SupervisorTicks uint64
	BootID          string
	// InitTicks is the start time of process 1: another container, though on
	// the same boot, is another world of pids.
	InitTicks uint64
	// Run numbers the starts: it is that of the last one of which this record
	// knows, and RunPID its process. RunLeads: it leads a session and a process
	// group.
	Run      uint64
	RunPID   int
	RunLeads bool
	// Machine is what the state machine remembers beside all this, in words.
	Machine []byte
	// Reexecs counts how often supervise has executed itself again,
	// ReexecFailures how often it could not, and ReexecFailure is why the last
	// time.
	Reexecs, ReexecFailures int
	ReexecFailure           string
	// Watched says that svwatch watches for changes that restart it.
	Watched bool
	// Lost says that the service was ready, and is not any more.
	Lost bool
	// Exports says that supervise/export.env has variables for those that need it.
	Exports bool
	// Text is what the service says of itself, Phase what it is about (reloading,
	// stopping, or nothing), and Errno what went wrong, 0 if nothing did.
	Text, Phase string
	Errno       int
	// LogDir is where a logger keeps its log, as far as is known.
	LogDir string
}

// Listening is the Reason of a service that is waiting for its first connection: who
// needs it can use it.
const Listening = "listening"

// Listens says that it is.
func (r *Record) Listens() bool { return r.State == Waiting && r.Reason == Listening }

// Already is how the Reason of a oneshot begins that is skipped since its work is done
// already: who needs it can go on.
const Already = "already done: "

// IsAlreadyDone says that it is one.
func (r *Record) IsAlreadyDone() bool {
	return r.State == Skipped && strings.HasPrefix(r.Reason, Already)
}

// Gone says that supervise had left the service in order, so that who comes
// next begins anew.
func (r *Record) Gone() bool { return r.Leaving && !r.State.HasProcess() }

// UnknownWait stands for an end that nobody saw where there is room for a wait
// status alone: exit code 255, which at least is no success.
const UnknownWait = 0xff00

// ExitCode is the exit code of the last run, or -1 if a signal ended it, it
// never ended, or nobody knows.
func (r *Record) ExitCode() int {
	if !r.Ended || r.Unknown || r.Wait&0x7f != 0 {
		return -1
	}
	return int(r.Wait >> 8)
}

// ExitSignal is the number of the signal that ended the last run, or 0.
func (r *Record) ExitSignal() int {
	if !r.Ended || r.Unknown {
		return 0
	}
	return int(r.Wait & 0x7f)
}
