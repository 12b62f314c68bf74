package svscan

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// listen listens to the signals that mean an order, and to the deaths of
// children.
func listen(orders map[syscall.Signal]order) (int, error) {
	signals := []os.Signal{syscall.SIGCHLD}
	for sig := range orders {
		signals = append(signals, sig)
	}
	return fifo.Signals(signals...)
}

// heard obeys the signals that wait in the pipe.
func (s *scanner) heard() {
	var letters [64]byte
	n, _ := unix.Read(s.signals, letters[:]) // EAGAIN: nothing came
	for i := 0; i < n; i++ {
		sig := syscall.Signal(letters[i])
		if sig == syscall.SIGCHLD {
			s.reap()
			continue
		}
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
