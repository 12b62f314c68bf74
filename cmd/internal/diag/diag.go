// Package diag is how every program of the suite speaks and ends: one grammar
// of messages, one table of exit codes.
//
//	prog: fatal: unable to VERB OBJECT: reason
//	prog: warning: unable to VERB OBJECT: reason
//	prog: usage: prog dir
package diag

import (
	"errors"
	"os"
	"syscall"
)

// Exit codes. Each manual page repeats those that its program uses.
const (
	OK        = 0
	No        = 1   // the answer is no
	TimedOut  = 99  // what was waited for did not come
	Usage     = 100 // called wrongly
	NoService = 102 // no supervisor there
	System    = 111 // the system failed; trying again may help
)

// Fatal says that prog cannot go on, and ends it with 111.
func Fatal(prog, text string) {
	Complain(prog, text)
	os.Exit(System)
}

// Refuse says what about the call makes no sense, and ends prog with Usage.
func Refuse(prog, text string) {
	say(prog + ": fatal: " + text + "\n")
	os.Exit(Usage)
}

// Complain says that prog cannot go on, for one that then ends in its own way.
func Complain(prog, text string) { say(prog + ": fatal: " + text + "\n") }

// Warn says what is not as it should be, for one that goes on.
func Warn(prog, text string) { say(prog + ": warning: " + text + "\n") }

// BadUsage says how prog is called, and ends it with code: Usage, but for
// names that have another.
func BadUsage(prog, usage string, code int) {
	say(prog + ": usage: " + usage + "\n")
	os.Exit(code)
}

// Reason is why err happened, in the words of the system, without the names
// that the sentence around it says already.
func Reason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}

func say(line string) {
	_, _ = os.Stderr.WriteString(line) // nobody is left to be told
}
