package supervise

import (
	"errors"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
)

// ErrUsage says that supervise was called wrongly, and that its usage tells how.
var ErrUsage = errors.New("wrong use")

// bound is what -e asked for: supervise ends with the program that holds the
// other end of a descriptor. The guardian ends it where it cannot.
type bound struct {
	life     *fifo.Bound // nil without -e
	guardian *fifo.Guardian
	guards   int  // a guardian: the pipe to whom it guards, else -1
	told     bool // that there is no guardian
}

// Options takes the options off args, and returns the directories.
func (e *Engine) Options(args []string, style *Style) ([]string, error) {
	e.bound.guards = -1
	given := args
	for style.Name == ours.Name && len(args) > 1 && (args[0] == "-e" || args[0] == "-guardian" || args[0] == "-l") {
		if args[0] == "-l" {
			if args[1] == "-l/"+servicedir.Log {
				break // likewise
			}
			e.caught = true
			args = args[1:]
			continue
		}
		fd, err := strconv.Atoi(args[1])
		if err != nil {
			break // a service of this name, and its logger
		}
		if fd < 0 || fd == 1 || fd == 2 {
			return nil, ErrUsage // those are for output
		}
		if args[0] == "-guardian" {
			e.bound.guards = fd
		} else if e.bound.life, err = fifo.OpenBound(fd); err != nil {
			return nil, errors.New("unable to watch descriptor " + args[1] + ": " + reason(err))
		}
		args = args[2:]
	}
	if len(args) < 1 || len(args) > 2 || e.bound.guards >= 0 && e.bound.life == nil {
		return nil, ErrUsage
	}
	if e.bound.life != nil && e.bound.guards < 0 {
		e.bound.guardian = fifo.NewGuardian(e.bound.life, given)
	}
	return args, nil
}

// Guard does what a guardian is for: when whom it guards was killed it takes that
// place, to end what runs there. Who is none goes on at once.
func (e *Engine) Guard() {
	if e.bound.guards >= 0 {
		fifo.Outlive(e.bound.guards, e.bound.life)
		e.leaving = true
	}
}

// Succeeded says that err, of Host, need not be told: it is a guardian's, and
// whom it guarded has a successor.
func (e *Engine) Succeeded(err error) bool { return e.bound.guards >= 0 && errors.Is(err, unix.EAGAIN) }

// bind begins to watch. Where the other end has gone already nothing is started
// any more: what an earlier supervise has left is adopted, and ends.
func (e *Engine) bind() {
	if e.bound.life == nil {
		return
	}
	if e.leaving = e.leaving || e.bound.life.Ended(); !e.leaving {
		e.bound.life.Add(e.poll, e, tagBound)
		e.guard()
	}
}

// guard starts the guardian, if there is to be one and it is due.
func (e *Engine) guard() {
	g := e.bound.guardian
	if g == nil {
		return
	}
	if err := g.Start(e.poll, e, tagGuardian); err != nil && !e.bound.told && len(e.pair.services) > 0 {
		e.bound.told = true
		e.pair.services[0].warn("unable to start the guardian: " + reason(err) + ", trying again in 1 second")
	}
}

// guardDue is when the guardian is to be started, never if it lives.
func (e *Engine) guardDue() time.Duration {
	if g := e.bound.guardian; g != nil && g.Due() != 0 {
		return g.Due()
	}
	return never
}

// unbound is the end of the program that started us.
func (e *Engine) unbound() {
	if e.bound.life.Ended() {
		e.poll.Remove(e.bound.life.FD())
		e.signalled(syscall.SIGTERM)
	}
}

// rebind has the descriptor of -e survive exec, or not, and returns the option
// for the next image, which has a guardian of its own.
func (e *Engine) rebind(flag int) []string {
	if e.bound.life == nil {
		return nil
	}
	fd := e.bound.life.FD()
	_, _ = unix.FcntlInt(uintptr(fd), unix.F_SETFD, flag) // cannot fail: it is open
	return []string{"-e", strconv.Itoa(fd)}
}

// dismiss tells the guardian that we end in order.
func (e *Engine) dismiss() {
	if e.bound.guardian != nil {
		e.bound.guardian.Dismiss()
	}
}
