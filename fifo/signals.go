package fifo

import (
	"os"
	"os/signal"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"
)

// woken are the signals that came since the last Wait, each once. Another
// goroutine brings them and ends the wait by its deadline: a pipe for that
// would be a system call, in which the runtime may want one more thread, and
// there may be none.
type woken struct {
	sync.Mutex
	signals []syscall.Signal
	room    [8]syscall.Signal

	waiter Waiter
	tag    int

	asked  chan os.Signal
	passed chan struct{} // closed when no signal is on its way

	children children
}

// Signals tells w of each of these signals that comes; revents is its number.
// What comes again before Wait tells it is told once. It is called once, before
// the first Wait, and once after each Deafen.
//
// The Go runtime takes signals on threads of its own, so a signalfd would lose
// them. os/signal drops what finds no room in its channel.
func (p *Poller) Signals(w Waiter, tag int, sigs ...os.Signal) error {
	if err := p.open(); err != nil {
		return err
	}
	k := &p.woken
	if k.signals == nil {
		k.signals = k.room[:0]
	}
	k.waiter, k.tag = w, tag
	const many = 13 // of a size that the standard library uses too: any other costs a resident 8 kB
	k.asked, k.passed = make(chan os.Signal, many), make(chan struct{})
	k.children.hush()
	for _, s := range sigs {
		if s == syscall.SIGCHLD {
			p.Children()
		} else {
			signal.Notify(k.asked, s)
		}
	}
	go p.pass(k.asked, k.passed)
	spareThread()
	return nil
}

// Children has Wait tell of CHLD too, from now on, to the Waiter of Signals: it
// does nothing before that.
func (p *Poller) Children() {
	if p.woken.asked != nil {
		p.woken.children.hear(p)
	}
}

// Deafen ends Signals, and returns what came and was not told yet: the next Wait
// tells it. CHLD may be lost: who listens again should look for children.
func (p *Poller) Deafen() []syscall.Signal {
	p.woken.children.deafen()
	signal.Stop(p.woken.asked)
	close(p.woken.asked) // Stop promises that nobody sends any more
	<-p.woken.passed
	return p.woken.signals
}

// pass wakes the Wait for the signals that are asked for, until there are no more.
func (p *Poller) pass(asked <-chan os.Signal, passed chan<- struct{}) {
	defer close(passed)
	for s := range asked {
		if n, ok := s.(syscall.Signal); ok {
			p.wake(n)
		}
	}
}

// note has the end of this Wait, or of the next, tell of sig.
func (k *woken) note(sig syscall.Signal) (first bool) {
	if slices.Contains(k.signals, sig) {
		return false
	}
	k.signals = append(k.signals, sig)
	return true
}

func (p *Poller) wake(sig syscall.Signal) {
	p.woken.Lock()
	defer p.woken.Unlock()
	if !p.woken.note(sig) {
		return
	}
	p.timed = true
	_ = p.file.SetReadDeadline(time.Unix(0, 0)) // fails when it is closed, which it never is
}

// tellSignals tells of the signals that came.
func (p *Poller) tellSignals() {
	p.woken.Lock()
	var room [8]syscall.Signal
	came := append(room[:0], p.woken.signals...)
	p.woken.signals = p.woken.signals[:0]
	p.woken.Unlock()
	for _, s := range came {
		p.woken.waiter.Ready(p.woken.tag, int16(s))
	}
}

// spareThread has the runtime start now the thread that it will want when a
// system call takes long, and keep it: later the system may have none to give,
// which would be our end.
func spareThread() {
	holding, done := make(chan bool), make(chan bool)
	go func() {
		runtime.LockOSThread()
		holding <- true
		<-done
		runtime.UnlockOSThread()
	}()
	<-holding // and go on in another thread
	close(done)
	// Let all goroutines come to rest on this thread.
	runtime.Gosched()
}
