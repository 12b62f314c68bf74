package supervise

import (
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// Host is the program of which an Engine is a part. It waits for the Engine, is
// the parent of orphans, hears all signals, and says how often it has executed
// itself again.
type Host interface {
	// Ended: both halves of p have left. Where they were let go, what they had
	// runs on.
	Ended(p *Pair)
	// Reexec: somebody asks a supervise to execute its program again, which is
	// the program of the Host. If it cannot, it says so with Stay.
	Reexec()
	// Look: p has made a FIFO that is to be held while nobody else does.
	Look(p *Pair)
	// EssentialEnded: the end of this service, with that exit code, is to be the end
	// of all.
	EssentialEnded(name string, code int)
	// IsOwn: this child is there for the Host itself, and belongs to no service.
	IsOwn(pid int) bool
}

// Embed is an Engine that is part of a program: poll is its one wait, notice says
// what is to be said, null is the standard input of services. Of environ it takes
// what supervise takes of its own.
func Embed(environ []string, host Host, poll *fifo.Poller, notice *fifo.Notice, null int) *Engine {
	e := newEngine(environ, poll, notice)
	e.host, e.null, e.subreaper, e.near = host, null, true, nearby()
	_ = e.starter.Narrow() // best effort: starts take longer
	return e
}

// Manner is how services are taken.
type Manner struct {
	// Dir is the service directory, open, or -1: it stays so as long as the Pair.
	Dir int
	// Leaving: what an earlier supervise has left is stopped, and that is all.
	Leaving bool
	// Again: an earlier image of this program hosted them.
	Again bool
	// Caught: the catch-all of svscan reads what a service without a logger writes.
	Caught bool
	// Notify is the socket on which the service says how it is, or -1: it stays open.
	Notify int
}

// Take hosts a service, and perhaps its logger, as HostPair does: base is the
// directory below which they are. Then it starts what is wanted up.
func (e *Engine) Take(base string, names []string, m Manner) (*Pair, error) {
	p := newPair(e)
	p.base, p.dir, p.leaving, p.again, p.caught = base, m.Dir, m.Leaving, m.Again, m.Caught
	if m.Notify >= 0 {
		e.given, _ = unix.FcntlInt(uintptr(m.Notify), unix.F_DUPFD_CLOEXEC, 0) // -1: it binds one
	}
	defer e.refuseSocket()
	if err := p.take(names, e.named(ours.Name)); err != nil {
		p.release()
		return nil, err
	}
	p.boot()
	return p, nil
}

// Stop stops the service. When it has ended, its logger reads to the end; then the
// Host is told.
func (p *Pair) Stop() { p.signalled(syscall.SIGTERM) }

// LetGo leaves both to the supervise that comes next. The Host is not told.
func (p *Pair) LetGo() {
	for _, s := range p.services {
		s.part()
	}
	p.release()
}

// Owns says that the Engine reaps this child, as soon as the wait tells it of its
// end. Until then that may hide the ends of others.
func (e *Engine) Owns(pid int) bool { return e.owns(pid) }

// Turn does what is due. Deadline is when it is to be called again, negative for
// never.
func (e *Engine) Turn() {
	e.timeouts()
	for _, p := range e.parting {
		p.LetGo() // of whoever is left
		e.host.Ended(p)
	}
	e.parting = e.parting[:0]
	e.rest()
}

func (e *Engine) Deadline() time.Duration {
	if len(e.parting) > 0 {
		return 0
	}
	return e.deadline()
}

// Keep writes down what is so, for an image of this program that takes our place,
// and returns what that is to hold until it hosts all again: so no letter that
// waits is lost, who looks finds somebody, and no logger sees an end.
func (e *Engine) Keep() (descriptors []int) {
	for _, s := range e.services {
		s.show()
		descriptors = s.relied(descriptors)
	}
	return descriptors
}

// Relied are those descriptors of both.
func (p *Pair) Relied() (descriptors []int) {
	for _, s := range p.services {
		descriptors = s.relied(descriptors)
	}
	return descriptors
}

func (s *Service) relied(descriptors []int) []int {
	descriptors = append(descriptors, s.control.FD(), s.ok)
	for _, fd := range s.writing {
		if fd >= 0 {
			descriptors = append(descriptors, fd)
		}
	}
	return descriptors
}

// Stay tells those who asked for a reexec why there is none.
func (e *Engine) Stay(why string) {
	for _, p := range e.reexec.pairs {
		p.failExec(why)
	}
	e.reexec.pairs = nil
}
