package fifo

import (
	"os"
	"os/signal"
	"runtime"
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

	asked, died chan os.Signal
	deaf        chan bool // closed when all that came was taken over
}

// Signals tells w of each of these signals that comes; revents is its number.
// What comes again before Wait tells it is told once. It is called once, before
// the first Wait, and again after Deaf.
//
// The Go runtime takes signals on threads of its own, so a signalfd would lose
// them. os/signal drops what finds no room in its channel. CHLD, which comes in
// heaps, has its own, where it hides no other signal.
func (p *Poller) Signals(w Waiter, tag int, sigs ...os.Signal) error {
	if err := p.open(); err != nil {
		return err
	}
	p.woken.signals, p.woken.waiter, p.woken.tag = p.woken.room[:0], w, tag
	asked := make(chan os.Signal, 16)
	died := make(chan os.Signal, 1)
	p.woken.asked, p.woken.died, p.woken.deaf = asked, died, make(chan bool)
	for _, s := range sigs {
		if s == syscall.SIGCHLD {
			signal.Notify(died, s)
		} else {
			signal.Notify(asked, s)
		}
	}
	go p.pass(asked, died)
	spareThread()
	return nil
}

// Deaf ends what Signals began: from now on a signal does what it does by
// default. Those that came before, and of which nobody was told, are returned.
// Signals may be called again.
func (p *Poller) Deaf() []syscall.Signal {
	signal.Stop(p.woken.asked) // waits until what came is in the channel
	signal.Stop(p.woken.died)
	p.woken.asked <- noMore
	<-p.woken.deaf
	p.woken.Lock()
	defer p.woken.Unlock()
	came := p.woken.signals
	p.woken.signals = nil
	return came
}

// noMore is behind the last signal in the channel.
const noMore = syscall.Signal(0)

// pass wakes the Wait for the signals of both channels, until Deaf.
func (p *Poller) pass(asked, died <-chan os.Signal) {
	for {
		var s os.Signal
		select {
		case s = <-asked:
		case s = <-died:
		}
		n, ok := s.(syscall.Signal)
		if n == noMore {
			close(p.woken.deaf)
			return
		}
		if ok {
			p.wake(n)
		}
	}
}

func (p *Poller) wake(sig syscall.Signal) {
	p.woken.Lock()
	defer p.woken.Unlock()
	for _, s := range p.woken.signals {
		if s == sig {
			return
		}
	}
	p.woken.signals = append(p.woken.signals, sig)
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
