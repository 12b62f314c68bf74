package svscan

import (
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// listen listens to the signals that mean an order, and to the deaths of
// children.
func (s *scanner) listen() error {
	var signals []os.Signal
	for _, sig := range s.config.signals() {
		signals = append(signals, sig)
	}
	for _, sig := range fatal {
		if s.config.style.departs {
			signals = append(signals, sig)
		}
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

// early are the signals that came before the loop could listen.
var early chan os.Signal

// ListenEarly is for the first moment of the program prog: after a reexec a
// signal would end what was kept.
func ListenEarly(prog string) {
	if _, again := os.LookupEnv(handoverKey); !again {
		return
	}
	early = make(chan os.Signal, 16)
	for sig := range styleOf(prog).orders {
		signal.Notify(early, sig)
	}
}

// hearEarly obeys them.
func (s *scanner) hearEarly() {
	if early == nil {
		return
	}
	signal.Stop(early)
	for {
		select {
		case sig := <-early:
			s.heard(sig.(syscall.Signal))
		default:
			return
		}
	}
}

// heard obeys a signal.
func (s *scanner) heard(sig syscall.Signal) {
	switch o := s.meaning(sig); {
	case sig == syscall.SIGCHLD:
		s.unreaped = true
	case o == orderNothing && slices.Contains(fatal, sig):
		s.fatalSignal(sig)
	case o.ends() && s.guarded(o) && s.refuses(strings.TrimPrefix(unix.SignalName(sig), "SIG")):
	default:
		s.obey(o)
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
