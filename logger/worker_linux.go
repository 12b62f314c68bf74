package logger

import (
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// worker gives turns to logs, one after the other, at a desk. A system call that
// waits for a disk holds it up, and with it nobody else: who has been at one turn
// for long is stuck, and another takes his place.
type worker struct {
	desk  *desk
	since time.Duration // when this turn began
	stuck bool
}

// desk is what a log works with during its turn, and no longer: what it reads
// through and writes from. Logs that are waiting have none of it.
type desk struct {
	glass *glass
	bufs  [][]byte
	room  [halfSize]byte // for an intent
}

const (
	// atWork is how many workers there are that are not stuck.
	atWork = 2
	// stall is when one is.
	stall = 5 * time.Millisecond
)

// crew are the workers of a server, and who waits for them. It is for who has the
// lock.
type crew struct {
	queue    []*served
	workers  []*worker
	stuck    int
	watching bool    // somebody will look who is stuck
	desks    []*desk // that nobody uses
}

// enqueue gives v a turn, after those who wait already.
func (s *server) enqueue(v *served) {
	s.queue = append(s.queue, v)
	s.employ()
}

// employ starts a worker if some log waits for one. Where there are enough, it is
// looked at after a while whether they work.
func (s *server) employ() {
	switch {
	case len(s.queue) == 0:
	case len(s.workers)-s.stuck < atWork:
		w := &worker{since: fifo.Now()}
		s.workers = append(s.workers, w)
		go s.work(w)
	case !s.watching:
		s.watching = true
		time.AfterFunc(stall, s.watch)
	}
}

// watch finds who is stuck.
func (s *server) watch() {
	s.Lock()
	defer s.Unlock()
	s.watching = false
	for _, w := range s.workers {
		if !w.stuck && fifo.Now()-w.since >= stall {
			w.stuck = true
			s.stuck++
		}
	}
	s.employ()
}

// work is what a worker does, until nobody waits or there are too many of them.
func (s *server) work(w *worker) {
	s.Lock()
	defer s.Unlock()
	w.desk = s.sit()
	for len(s.queue) > 0 && w.desk != nil && len(s.workers)-s.stuck <= atWork {
		v := s.queue[0]
		s.queue = s.queue[1:]
		w.since = fifo.Now()
		s.Unlock()
		v.turn(w)
		s.Lock()
		if w.stuck {
			w.stuck = false
			s.stuck--
		}
	}
	i := slices.Index(s.workers, w)
	s.workers = slices.Delete(s.workers, i, i+1)
	if w.desk != nil {
		s.rise(w.desk)
		s.employ()
	}
}

// pause says that a worker waits, for whatever.
func (s *server) pause(w *worker) {
	if !w.stuck {
		w.stuck = true
		s.stuck++
		s.employ()
	}
}

// sit gives a desk, nil without room for another one: then somebody has one, who
// goes on.
func (s *server) sit() *desk {
	if n := len(s.desks); n > 0 {
		d := s.desks[n-1]
		s.desks = s.desks[:n-1]
		return d
	}
	d := &desk{glass: newGlass()}
	if d.glass.pipe == [2]int{} && len(s.workers) > 1 {
		return nil
	}
	return d
}

// rise takes it back. More than enough are not kept.
func (s *server) rise(d *desk) {
	if len(s.desks) < atWork {
		s.desks = append(s.desks, d)
		return
	}
	_ = unix.Close(d.glass.pipe[0]) // it is empty
	_ = unix.Close(d.glass.pipe[1]) // likewise
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
