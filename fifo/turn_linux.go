package fifo

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo/quiet"
)

// A file of turns bounds how many may do something at a time. Nothing is written to
// it: it is locked, byte by byte, and the kernel gives a lock back when its holder
// dies. The first so many bytes are the turns. Who needs several takes them one by
// one, and only who has the byte head may have fewer than it needs: so no two ever
// have a part each and wait for the rest. Others have a byte after queue, by their
// place, and whoever has a lower one goes before them: also before the one that has
// the head, which gives way.
//
// Nobody is told by the kernel of a lock that is free. Who gives something back
// tells those who wait, and they try again.
const (
	head  = 1 << 20
	queue = 1 << 21
)

// Turns are those that somebody has, or waits for.
type Turns struct {
	fd    int
	place int64 // in the queue, 0 if it was not asked for
	first bool  // it has the head
}

// OpenTurns opens the file of turns name below dir.
func OpenTurns(dir int, name string) (*Turns, error) {
	fd, err := Retry(func() (int, error) {
		return unix.Openat(dir, name, unix.O_RDWR|unix.O_CREAT|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o600)
	})
	if err != nil {
		return nil, wrap("open", name, err)
	}
	return &Turns{fd: fd}, nil
}

// Take takes so many turns of those that there are, or all of them where that is
// more. It does not wait: taken is false where it is to be tried again when somebody
// has told. place is asked, where others wait, for the place in the queue: 1 is the
// first, and no two have the same. yields: what it had is left to one that goes
// before it, who is to be told.
func (t *Turns) Take(want, all int, place func() int64) (taken, yields bool) {
	if t.first && t.isAfter(place) {
		t.unlock(0, queue)
		t.first = false
		return false, true
	}
	if !t.first {
		alone := t.place == 0 && !t.Awaited() && t.lock(head)
		t.first = alone || !t.isAfter(place) && t.lock(head)
	}
	if !t.first || !t.collect(want, all) {
		return false, false
	}
	t.place, t.first = 0, false
	return true, false
}

// Retake takes what is free for somebody whose turn it was already, by another
// process, which died.
func (t *Turns) Retake(want, all int) { t.collect(want, all) }

// Awaited says that somebody is in the queue. Who has had its turn tells it: who goes
// next may have waited for that alone.
func (t *Turns) Awaited() bool { return t.isTaken(queue, 0) }

// Close gives everything back.
func (t *Turns) Close() {
	_ = quiet.Close(t.fd) // nothing was written
	t.fd = -1
}

// isAfter says that somebody in the queue goes before us, who are in it from now on.
func (t *Turns) isAfter(place func() int64) bool {
	if t.place == 0 {
		t.place = place()
		t.lock(queue + t.place)
	}
	return t.isTaken(queue, t.place)
}

// collect takes turns until it has as many as it wants. Then it gives back what lies
// behind: turns that it had from before, the head, and the place.
func (t *Turns) collect(want, all int) bool {
	want = min(want, all)
	for i, has := int64(0), 0; i < int64(all); i++ {
		if !t.lock(i) { // what we have we get again
			continue
		}
		if has++; has == want {
			t.unlock(i+1, 0)
			return true
		}
	}
	return false
}

func (t *Turns) lock(at int64) bool {
	one := unix.Flock_t{Type: unix.F_WRLCK, Start: at, Len: 1}
	return unix.FcntlFlock(uintptr(t.fd), unix.F_OFD_SETLK, &one) == nil
}

// unlock gives back so many bytes, 0 for all that follow. For want of memory it may
// not: then others wait until we close.
func (t *Turns) unlock(from, count int64) {
	some := unix.Flock_t{Type: unix.F_UNLCK, Start: from, Len: count}
	_ = unix.FcntlFlock(uintptr(t.fd), unix.F_OFD_SETLK, &some) // as said
}

// isTaken says that somebody else has one of so many bytes, 0 for all that follow.
func (t *Turns) isTaken(from, count int64) bool {
	some := unix.Flock_t{Type: unix.F_WRLCK, Start: from, Len: count}
	err := unix.FcntlFlock(uintptr(t.fd), unix.F_OFD_GETLK, &some)
	return err == nil && some.Type != unix.F_UNLCK
}
