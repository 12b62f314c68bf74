// Package status is the record of one service as its files show it:
// supervise/status for the clients of daemontools, runit and s6,
// supervise/stat and supervise/pid for scripts that know runit, and
// supervise/status.env with all of it, for a shell to source.
//
// Readers see whole files: each is written beside its place and renamed. The
// formats have a page, svstatus(5).
package status

import "time"

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
	// Ended says that there was one.
	Wait  uint16
	Ended bool
	// Starts and Deaths count since this supervise began.
	Starts, Deaths int
	// NextStart is when a service in backoff or waiting is tried again.
	NextStart time.Time
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
}

// ExitCode is the exit code of the last run, or -1 if a signal ended it or it
// never ended.
func (r *Record) ExitCode() int {
	if !r.Ended || r.Wait&0x7f != 0 {
		return -1
	}
	return int(r.Wait >> 8)
}

// ExitSignal is the number of the signal that ended the last run, or 0.
func (r *Record) ExitSignal() int {
	if !r.Ended {
		return 0
	}
	return int(r.Wait & 0x7f)
}
