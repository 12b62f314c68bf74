package restart

import (
	"syscall"
	"time"
)

// Success is which ends are a success: the zero value is exit code 0 alone.
type Success struct {
	Codes   [256 / 64]uint64 // a bit for each code beside 0
	Signals uint64           // a bit for each signal
}

// AddCodes makes the exit codes from lo to hi a success.
func (s *Success) AddCodes(lo, hi int) {
	for code := lo; code <= hi; code++ {
		s.Codes[code/64] |= 1 << (code % 64)
	}
}

// AddSignal makes the end by a signal one.
func (s *Success) AddSignal(sig syscall.Signal) { s.Signals |= 1 << (sig - 1) }

// Has says that an end is a success. Code is -1 where there is none; an end
// that nobody saw is none.
func (s *Success) Has(code int, sig syscall.Signal) bool {
	switch {
	case sig > 0:
		return s.Signals&(1<<(sig-1)) != 0
	case code < 0 || code > 255:
		return false
	}
	return code == 0 || s.Codes[code/64]&(1<<(code%64)) != 0
}

// Reply is what an end is answered with.
type Reply uint8

const (
	Usual Reply = iota // as restart says
	Again
	Stop
	Fail
)

// Answer is a Reply, and with Again how long to wait before it, 0 for the usual
// pause.
type Answer struct {
	Do    Reply
	Delay time.Duration
}
