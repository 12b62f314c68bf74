// Package tally is the memory of deaths: supervise/death_tally as s6 2.11
// writes it, and supervise/history, which says more in plain lines. Both are
// bounded. See svstatus(5).
package tally

import (
	"time"

	"github.com/svdir/svdir/logger/tai64n"
)

// RecordSize is the length of one death in death_tally: a label, the exit
// code, the signal.
const RecordSize = tai64n.Size + 2

// Max is the largest number of deaths that s6 reads, Default what it keeps
// where max-death-tally does not say.
const (
	Max     = 4096
	Default = 100
)

// s6Ahead: s6 counts the leap seconds in its labels.
const s6Ahead = 27 * time.Second

// Death is one record of death_tally.
type Death struct {
	At     time.Time
	Code   int // exit code, 128 + signal if a signal ended it
	Signal int // 0 if it exited
}

// Pack makes the 14 bytes of a death.
func Pack(d Death) [RecordSize]byte {
	var b [RecordSize]byte
	label := tai64n.Pack(d.At.Add(s6Ahead))
	copy(b[:], label[:])
	b[tai64n.Size], b[tai64n.Size+1] = byte(d.Code), byte(d.Signal)
	return b
}

// Unpack reads a whole death_tally, oldest first. Records that make no sense
// and a torn last one are passed over.
func Unpack(b []byte) []Death {
	var all []Death
	for ; len(b) >= RecordSize; b = b[RecordSize:] {
		at, err := tai64n.Unpack(b)
		if err != nil || at.IsZero() {
			continue
		}
		all = append(all, Death{at.Add(-s6Ahead), int(b[tai64n.Size]), int(b[tai64n.Size+1])})
	}
	return all
}

// Trim is what of the tally old is kept when one more record follows and at
// most keep may stay: its newest records, whole.
func Trim(old []byte, keep int) []byte {
	n := len(old) / RecordSize
	keep = min(n, max(keep-1, 0))
	return old[(n-keep)*RecordSize : n*RecordSize]
}
