package supervise

import (
	"encoding/binary"
	"errors"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
	"github.com/svdir/svdir/supervise/command"
	"github.com/svdir/svdir/supervise/forkexec"
	"github.com/svdir/svdir/supervise/servicedir"
)

// The file supervise/child holds what may have happened since status.env was
// written, for the supervise that comes after one that was killed. Each child
// notes itself in a slot before it executes anything, and how it ended is noted
// there before it is reaped; each letter, and what run says of its readiness,
// moves from its FIFO into the file by one system call, and a letter stays until
// what came of it is in status.env. Nothing here is of use to anybody else.
//
//	0     the world in which the rest means something: boot and process 1
//	32    run
//	64    finish
//	96    control/X, a slot for each letter in the order of svcontrol(5); in place of
//	      those of ours, which have no control/X, the programs in set/
//	1024  what run said on its notification descriptor
//	1536  how the last process of each slot ended, in 16 bytes: the number of its
//	      start, its wait status, and 1
//	2048  letters that were taken and not answered for, 0 where there is none
//	2560  set/check, set/alive and set/diagnose, a slot for each
const (
	worldSize  = forkexec.RecordSize
	runSlot    = 1
	finishSlot = 2
	scriptSlot = 3
	saidAt     = 1024
	endsAt     = 1536
	endSize    = 16
	lettersAt  = 2048
	slotsAt    = lettersAt + maxLetters
	childSize  = slotsAt + 3*forkexec.RecordSize
)

// The slots of what runs beside the service.
const (
	checkSlot = slotsAt/forkexec.RecordSize + iota
	aliveSlot
	diagnoseSlot
)

// slotOf is the slot of control/X, or of a program in set/.
func slotOf(l command.Letter) int { return scriptSlot + slices.Index(scriptLetters[:], l) }

// letterOf is the letter of a slot.
func letterOf(slot int) command.Letter { return scriptLetters[slot-scriptSlot] }

// fieldLetters is how many letters of the field there are: the first in
// command.Letters.
const fieldLetters = 25

// scriptLetters are the letters in the order of their slots.
var scriptLetters = func() (all [fieldLetters + 2]command.Letter) {
	for i := range all[:fieldLetters] {
		all[i] = command.Letters[i].Letter
	}
	all[fieldLetters], all[fieldLetters+1] = drainHook, stopHook
	return all
}()

// openChild opens supervise/child with all the room that it will ever need, so
// that no full disk keeps a child from noting itself.
func (s *Service) openChild() {
	fd, err := fifo.Retry(func() (int, error) {
		return quiet.Openat(s.state, servicedir.Child, unix.O_RDWR|unix.O_CREAT|unix.O_NONBLOCK|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	})
	if err == nil {
		err = makeRoom(fd)
	}
	if err != nil {
		s.tell("unable to use supervise/child: " + reason(err) + ", going on without (if supervise is killed, run may be started twice)")
		if fd >= 0 {
			_ = quiet.Close(fd) // nothing was written
		}
		return
	}
	s.child = fd
	s.engine.woke(s)
}

// errNotFile says that something else has the place of a file of ours.
var errNotFile = errors.New("not a regular file (remove it)")

func makeRoom(fd int) error {
	var st unix.Stat_t
	if err := quiet.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return errNotFile
	}
	if st.Size >= childSize {
		return nil
	}
	return writeZeros(fd, st.Size, int(childSize-st.Size))
}

// zeros are what a slot and a letter are when they say nothing.
var zeros [childSize]byte

func writeZeros(fd int, at int64, n int) error {
	_, err := fifo.Retry(func() (int, error) { return quiet.Pwrite(fd, zeros[:n], at) })
	return err
}

// slot is where the next child notes itself.
func (s *Service) slot(n int, sequence uint64) forkexec.Slot {
	return forkexec.Slot{File: s.notes(), Offset: int64(n) * forkexec.RecordSize, Sequence: sequence}
}

// noted is what a child noted last in a slot, nothing where there is none.
func (s *Service) noted(slot int) forkexec.Record {
	var b [forkexec.RecordSize]byte
	if s.notes() < 0 {
		return forkexec.Record{}
	}
	n, err := fifo.Retry(func() (int, error) { return quiet.Pread(s.notes(), b[:], int64(slot)*forkexec.RecordSize) })
	if err != nil || n < len(b) {
		return forkexec.Record{}
	}
	r, _ := forkexec.Unpack(b[:])
	return r
}

// noteRun notes another process as that of this run.
func (s *Service) noteRun() {
	if s.notes() >= 0 {
		b := forkexec.Record{PID: s.run.pid, Time: boottime(), Sequence: s.runs}.Pack()
		_, _ = fifo.Retry(func() (int, error) { return quiet.Pwrite(s.notes(), b[:], runSlot*forkexec.RecordSize) }) // best effort: there is room
	}
}

// noteEnding notes how a process ended that is about to be reaped.
func (s *Service) noteEnding(slot int, p *process, e ending) {
	if s.notes() < 0 || e.unknown {
		return
	}
	var b [endSize]byte
	binary.LittleEndian.PutUint64(b[:], p.sequence)
	binary.LittleEndian.PutUint32(b[8:], uint32(e.wait))
	b[12] = 1
	at := int64(endsAt + slot*endSize)
	_, _ = fifo.Retry(func() (int, error) { return quiet.Pwrite(s.notes(), b[:], at) }) // best effort: there is room
}

// notedEnding is how the process p of a slot ended, if it was noted.
func (s *Service) notedEnding(slot int, p *process) (ending, bool) {
	var b [endSize]byte
	if s.notes() < 0 || p.sequence == 0 {
		return ending{}, false
	}
	at := int64(endsAt + slot*endSize)
	n, err := fifo.Retry(func() (int, error) { return quiet.Pread(s.notes(), b[:], at) })
	if err != nil || n < len(b) || b[12] != 1 || binary.LittleEndian.Uint64(b[:]) != p.sequence {
		return ending{}, false
	}
	return ending{wait: uint16(binary.LittleEndian.Uint32(b[8:]))}, true
}

// clear empties a slot.
func (s *Service) clear(slot int) {
	if s.notes() >= 0 {
		_ = writeZeros(s.notes(), int64(slot)*forkexec.RecordSize, forkexec.RecordSize) // best effort: it names a process that is gone
	}
}

// forgetPast empties supervise/child: what it says is of another world, or of a
// service that has left.
func (s *Service) forgetPast() {
	if s.notes() >= 0 {
		world := s.engine.world
		// Best effort: there is room, and most of it was empty before.
		_ = writeZeros(s.notes(), worldSize, childSize-worldSize)
		_, _ = fifo.Retry(func() (int, error) { return quiet.Pwrite(s.notes(), world[:], 0) })
	}
}

// ofThisWorld says that supervise/child was begun in this boot and container.
func (s *Service) ofThisWorld() bool {
	var b [worldSize]byte
	n, err := fifo.Retry(func() (int, error) { return quiet.Pread(s.notes(), b[:], 0) })
	return err == nil && n == len(b) && b == s.engine.world
}

// thisWorld names the boot, by the first half of its id, and process 1 by its
// start.
func thisWorld(boot string, initTicks uint64) (w [worldSize]byte) {
	n := copy(w[:worldSize-8], boot)
	binary.LittleEndian.PutUint64(w[n:], initTicks)
	return w
}

// move moves what waits in the FIFO fd to the place at of supervise/child, and
// returns it: by a kill at any instant it is in the one or in the other. Where
// the file takes nothing, it is only read.
func (s *Service) move(fd int, at int64, buf []byte) (n int, moved bool, err error) {
	if s.notes() >= 0 {
		n, err = fifo.Retry(func() (int, error) { return quiet.Splice(fd, s.notes(), at, len(buf)) })
		if err == unix.EAGAIN {
			return 0, false, err
		}
		if err == nil {
			n, err = fifo.Retry(func() (int, error) { return quiet.Pread(s.notes(), buf[:n], at) })
			return max(n, 0), true, err
		}
		// No room, or a file system without splice.
	}
	n, err = fifo.Retry(func() (int, error) { return quiet.Read(fd, buf) })
	return max(n, 0), false, err
}
