package svlogd

import (
	"errors"
	"syscall"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/errstr"
)

const prog = "svlogd"

// voice says on standard error what svlogd says, and never waits for whoever
// reads it.
type voice struct {
	notice  *fifo.Notice
	verbose bool
}

func (v *voice) fatal(text string) { v.notice.Say(prog + ": fatal: " + text + "\n") }
func (v *voice) warn(text string)  { v.notice.Say(prog + ": warning: " + text + "\n") }
func (v *voice) pausing(text string) {
	v.notice.Say(prog + ": pausing: " + text + "\n")
}

func (v *voice) info(text string) {
	if v.verbose {
		v.notice.Say(prog + ": info: " + text + "\n")
	}
}

// reason is why err happened, in the words of daemontools and runit.
func reason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errstr.Of(errno)
	}
	return err.Error()
}
