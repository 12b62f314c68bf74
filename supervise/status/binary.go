package status

import (
	"encoding/binary"
	"errors"
	"math"
	"time"

	"github.com/svdir/svdir/logger/tai64n"
)

// Size is the length of supervise/status: runit's 20 bytes, of which
// daemontools reads the first 18, then 15 where s6 looks for them.
const Size = 35

// ErrFormat says that a status file is too short or makes no sense.
var ErrFormat = errors.New("bad format")

// Layout is whose status file was read.
type Layout uint8

const (
	Daemontools Layout = iota // 18 bytes
	Runit                     // 20 bytes
	S6                        // 35 bytes, s6's own
	Hybrid                    // 35 bytes, ours
)

// The flags in the last byte, from s6.
const (
	flagPaused = 1 << iota
	flagFinishing
	flagWantUp
	flagReady
)

// runit's states in byte 19.
const (
	runitDown = iota
	runitRun
	runitFinish
)

// Pack makes the 35 bytes of supervise/status.
//
// 0-11 label, 12-15 pid little-endian, 16 paused, 17 'u' or 'd', 18 got TERM,
// 19 runit's state, 20-23 nanoseconds of readiness, 24-31 pid big-endian,
// 32-33 wait status big-endian, 34 flags.
func Pack(r *Record) [Size]byte {
	var b [Size]byte
	label := tai64n.Pack(r.Since)
	copy(b[:], label[:])
	binary.LittleEndian.PutUint32(b[12:], uint32(r.PID))
	b[17] = 'd'
	var flags byte
	if r.Want == WantUp {
		b[17] = 'u'
		flags |= flagWantUp
	}
	switch {
	case r.State == Finishing:
		b[19] = runitFinish
		flags |= flagFinishing
	case r.PID != 0:
		b[19] = runitRun
		if r.Paused {
			b[16] = 1
			flags |= flagPaused
		}
		if r.GotTerm {
			b[18] = 1
		}
		if r.Ready {
			flags |= flagReady
		}
	default:
		// s6 calls a service that is down and done with finish "ready" too.
		flags |= flagReady
	}
	if r.Ready {
		binary.BigEndian.PutUint32(b[20:], uint32(r.ReadyAt.Nanosecond()))
	}
	binary.BigEndian.PutUint64(b[24:], uint64(r.PID))
	binary.BigEndian.PutUint16(b[32:], r.Wait)
	b[34] = flags
	return b
}

// Unpack reads a status file of any of the suites. Only up, paused, finishing
// and down can be told apart in it, and stopping as wanted down with a process.
func Unpack(b []byte) (Record, Layout, error) {
	if len(b) < 18 {
		return Record{}, Daemontools, ErrFormat
	}
	if len(b) >= Size && !isHybrid(b) {
		r, err := unpackS6(b)
		return r, S6, err
	}
	since, err := tai64n.Unpack(b)
	pid := binary.LittleEndian.Uint32(b[12:])
	if err != nil || pid > math.MaxInt32 {
		return Record{}, Daemontools, ErrFormat
	}
	r := Record{Since: since, PID: int(pid), Paused: pid != 0 && b[16] != 0}
	r.Want = WantDown
	switch b[17] {
	case 'u':
		r.Want = WantUp
	case 0:
		r.Want = WantOnce
	}
	layout, state := Daemontools, byte(runitDown)
	if r.PID != 0 {
		state = runitRun
	}
	if len(b) >= 20 {
		layout, state = Runit, b[19]
		r.GotTerm = b[18] != 0
	}
	if len(b) >= Size {
		layout = Hybrid
		r.Ready = r.PID != 0 && b[34]&flagReady != 0
		r.Wait = binary.BigEndian.Uint16(b[32:])
		r.Ended = r.Wait != 0
	}
	r.State = coarse(&r, state)
	return r, layout, nil
}

// coarse is the state as far as a binary status can tell.
func coarse(r *Record, runit byte) State {
	switch {
	case runit == runitFinish:
		return Finishing
	case runit == runitDown:
		return Down
	case r.Paused:
		return Paused
	case r.Want == WantDown && r.GotTerm:
		return Stopping
	}
	return Up
}

// isHybrid tells our 35 bytes from s6's, where 12-19 are seconds.
func isHybrid(b []byte) bool {
	return uint64(binary.LittleEndian.Uint32(b[12:])) == binary.BigEndian.Uint64(b[24:]) &&
		b[16] <= 1 && (b[17] == 'u' || b[17] == 'd') && b[18] <= 1 && b[19] <= runitFinish
}

// s6Ahead is how far an s6 label is ahead of ours: it counts leap seconds.
const s6Ahead = 27 * time.Second

func unpackS6(b []byte) (Record, error) {
	var r Record
	since, err := tai64n.Unpack(b)
	if err != nil {
		return r, ErrFormat
	}
	ready, err := tai64n.Unpack(b[12:])
	pid := binary.BigEndian.Uint64(b[24:])
	if err != nil || pid > math.MaxInt32 {
		return r, ErrFormat
	}
	flags := b[34]
	r.Since, r.ReadyAt = since, ready
	if !since.IsZero() {
		r.Since = since.Add(-s6Ahead)
	}
	if !ready.IsZero() {
		r.ReadyAt = ready.Add(-s6Ahead)
	}
	r.PID = int(pid)
	r.Wait = binary.BigEndian.Uint16(b[32:])
	r.Ended = r.Wait != 0
	r.Paused = r.PID != 0 && flags&flagPaused != 0
	if flags&flagWantUp != 0 {
		r.Want = WantUp
	}
	r.Ready = r.PID != 0 && flags&flagReady != 0
	state := byte(runitDown)
	switch {
	case flags&flagFinishing != 0:
		state = runitFinish
	case r.PID != 0:
		state = runitRun
	}
	r.State = coarse(&r, state)
	return r, nil
}
