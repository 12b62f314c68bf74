package svscan

import (
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// listen listens to the signals that mean an order, and to the deaths of
// children.
func (s *scanner) listen() error {
	var signals []os.Signal
	for _, sig := range s.config.signals() {
		signals = append(signals, sig)
	}
	return s.poll.Signals(s, tagSignal, signals...)
}

// signals are those that are listened to.
func (c *Config) signals() []syscall.Signal {
	signals := []syscall.Signal{syscall.SIGCHLD}
	for sig := range c.style.orders {
		signals = append(signals, sig)
	}
	return signals
}

// Signals are those that the program prog listens to. Where they are blocked when
// it begins none is lost over a reexec.
func Signals(prog string) []syscall.Signal {
	c := Config{style: styleOf(prog)}
	return c.signals()
}

// addSignal adds sig to set.
func addSignal(set *unix.Sigset_t, sig syscall.Signal) {
	const bits = 8 * int(unsafe.Sizeof(set.Val[0]))
	set.Val[(int(sig)-1)/bits] |= 1 << ((int(sig) - 1) % bits)
}

// heard obeys a signal.
func (s *scanner) heard(sig syscall.Signal) {
	if sig == syscall.SIGCHLD {
		s.reap()
	} else {
		s.obey(s.meaning(sig))
	}
}

// meaning is what sig asks for, here and now.
func (s *scanner) meaning(sig syscall.Signal) order {
	switch {
	case s.first && (sig == syscall.SIGTERM || sig == syscall.SIGINT):
		return orderStop // nothing can go on without process 1
	case sig == syscall.SIGHUP && s.config.style.hangup && s.terminal.hungUp():
		return orderStop
	}
	return s.config.style.orders[sig]
}

func (s *scanner) obey(o order) {
	switch o {
	case orderScan, orderLabel:
		s.askAll()
		s.label = s.label || o == orderLabel
	case orderStop:
		s.stop()
	case orderLeave:
		s.leave(0)
	case orderAbandon:
		s.stop()
		s.perform()
		s.leave(111)
	}
}
