package logger

import "golang.org/x/sys/unix"

// desk is what a log works with during its turn, and no longer: what it reads
// through and writes from. Logs that are waiting have none of it.
type desk struct {
	glass *glass
	bufs  [][]byte
	room  [halfSize]byte // for an intent
}

// spareDesks is how many are kept that nobody uses: who waits for a disk keeps
// his, so that there may be many.
const spareDesks = 2

// sit gives a desk. Without room for another one it waits for one that is used:
// there is one at least.
func (s *server) sit() *desk {
	s.Lock()
	defer s.Unlock()
	for len(s.desks) == 0 {
		d := &desk{glass: newGlass()}
		if d.glass.pipe != [2]int{} || s.seated == 0 {
			d.glass.told = true
			s.desks = append(s.desks, d)
			break
		}
		s.rises.Wait()
	}
	d := s.desks[len(s.desks)-1]
	s.desks = s.desks[:len(s.desks)-1]
	s.seated++
	return d
}

// rise takes it back.
func (s *server) rise(d *desk) {
	s.seated--
	if len(s.desks) < spareDesks {
		s.desks = append(s.desks, d)
	} else {
		_ = unix.Close(d.glass.pipe[0]) // it is empty
		_ = unix.Close(d.glass.pipe[1]) // likewise
	}
	s.rises.Signal()
}

// lend has l work with d.
func (d *desk) lend(l *logger) {
	for i := range l.inputs {
		in := &l.inputs[i]
		if in.glass = d.glass; in.copied != [2]int{} {
			in.copied = d.glass.pipe
		}
	}
	n := 0
	for i := range l.stream.sinks {
		if k := &l.stream.sinks[i]; k.buffers() && n < len(d.bufs) {
			k.buf = d.bufs[n]
			n++
		}
	}
	l.ledger.room = d.room[:]
}

// takeBack ends that. What is in the buffers was written, unless l was killed.
func (d *desk) takeBack(l *logger) {
	for i := range l.inputs {
		l.inputs[i].glass = nil
	}
	d.bufs = d.bufs[:0]
	for i := range l.stream.sinks {
		if k := &l.stream.sinks[i]; k.buffers() && k.buf != nil {
			d.bufs = append(d.bufs, k.buf[:0]) // it may have grown
			k.buf = nil
		}
	}
	l.ledger.unmapPage()
	l.ledger.room = nil
}

// buffers says that lines wait in its buffer.
func (k *sink) buffers() bool { return k.kind == alert || k.kind == output || k.kind == archive }
