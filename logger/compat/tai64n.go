package compat

import (
	"bytes"
	"time"

	"github.com/svdir/svdir/logger/tai64n"
)

// stampLines is tai64n: it puts a label and a blank before each line. It takes
// no notice of arguments.
func stampLines(_, _ []string) int {
	var s stamper
	return filter(func(out, in []byte) []byte { return s.add(out, in, time.Now()) })
}

// stamper knows whether a line has begun.
type stamper struct{ begun bool }

// add appends in, and before each line that begins there the label of now.
func (s *stamper) add(out, in []byte, now time.Time) []byte {
	if len(in) == 0 {
		return out
	}
	var room [tai64n.TextSize + 1]byte
	stamp := append(tai64n.Pack(now).AppendText(room[:0]), ' ')
	for len(in) > 0 {
		if !s.begun {
			out = append(out, stamp...)
		}
		n := bytes.IndexByte(in, '\n') + 1
		s.begun = n == 0
		if s.begun {
			n = len(in)
		}
		out = append(out, in[:n]...)
		in = in[n:]
	}
	return out
}
