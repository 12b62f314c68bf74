package forkexec

import (
	"encoding/binary"
	"time"
)

// RecordSize is the size of a packed Record.
const RecordSize = 32

// Record is what a child notes of itself. Time is CLOCK_BOOTTIME at the note:
// a process of that pid which was started later is another one. Without a PID
// it says that a child was about to be started at Time, and nobody knows
// whether it was.
type Record struct {
	PID      int
	Time     time.Duration
	Sequence uint64
}

// Pack is the form in the file, four little-endian words of 64 bits: pid, time
// in nanoseconds, sequence, check.
func (r Record) Pack() (b [RecordSize]byte) {
	words := r.words()
	for i, w := range words {
		binary.LittleEndian.PutUint64(b[8*i:], w)
	}
	return b
}

// Unpack takes a Record from the front of b. What is empty, torn or of somebody
// else is none.
func Unpack(b []byte) (r Record, ok bool) {
	if len(b) < RecordSize {
		return Record{}, false
	}
	var words [4]uint64
	for i := range words {
		words[i] = binary.LittleEndian.Uint64(b[8*i:])
	}
	const maxPID = 1<<31 - 1
	r = Record{int(words[0]), time.Duration(words[1]), words[2]}
	if words[0] > maxPID || words[1]>>63 != 0 || r.words() != words {
		return Record{}, false
	}
	return r, true
}

// words runs in the child too.
//
//go:nosplit
//go:norace
func (r Record) words() [4]uint64 {
	pid, now := uint64(r.PID), uint64(r.Time)
	const magic = 0x7376646972206368 // "svdir ch": zeros are no record
	check := magic ^ pid ^ (now<<21 | now>>43) ^ (r.Sequence<<42 | r.Sequence>>22)
	return [4]uint64{pid, now, r.Sequence, check}
}
