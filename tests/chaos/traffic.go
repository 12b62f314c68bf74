package chaos

import (
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// asked is one request that changes what is wanted: u, d or o, or unsure where
// the client failed and nobody knows whether it was heard. It counts from when
// it was surely said; for a start, from when it may have been heard first.
type asked struct {
	letter byte
	at     time.Duration // of the monotonic clock of the system
}

const unsure byte = '?'

// wish is what one service was asked for. One request at a time is sent, so
// that their order is known.
type wish struct {
	sync.Mutex
	asked  []asked
	paused bool
}

// wanted is the last request.
func (w *wish) wanted() byte {
	w.Lock()
	defer w.Unlock()
	return w.asked[len(w.asked)-1].letter
}

// hear notes that letter was said between two instants.
func (w *wish) hear(letter byte, before, after time.Duration) {
	switch letter {
	case 'u', 'o', unsure:
		w.asked = append(w.asked, asked{letter, before})
	case 'd':
		w.asked = append(w.asked, asked{letter, after})
	}
	switch letter {
	case 'p', unsure:
		w.paused = true // or perhaps
	case 'c', 'd': // d is followed by CONT
		w.paused = false
	}
}

// clock is the monotonic clock of the system, which services note too.
func clock() time.Duration {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) // cannot fail
	return time.Duration(now.Nano())
}

// tell says a letter to a service, by its FIFO. False if nobody read it.
func (s *storm) tell(name string, letter byte) bool {
	w := s.wishes[name]
	w.Lock()
	defer w.Unlock()
	before := clock()
	err := fifo.Send(unix.AT_FDCWD, filepath.Join(s.scan, name, "supervise/control"), []byte{letter}, 0)
	if err != nil {
		return false
	}
	w.hear(letter, before, clock())
	return true
}

// words of svctl for the letters that have one.
var words = map[byte]string{
	'u': "up", 'd': "down", 'o': "once", 't': "term", 'p': "pause", 'c': "cont", 'k': "kill",
}

// traffic performs a letter, or the word for it in the background.
func (s *storm) traffic(e event) {
	if e.do == word && s.suite.ours {
		s.background.Go(func() { s.command(e) })
		return
	}
	e.do = say
	if !s.tell(e.name, e.letter) {
		s.verdict.add(&s.verdict.refused)
		s.verdict.performed(e, "refused")
		return
	}
	s.verdict.mu.Lock()
	s.verdict.said[say]++
	s.verdict.mu.Unlock()
	s.verdict.performed(e, "said")
}

// command runs svctl. Signals may be refused, since no process runs: then
// nothing changed. Of the others it is not known how far they came.
func (s *storm) command(e event) {
	w := s.wishes[e.name]
	w.Lock()
	defer w.Unlock()
	before := clock()
	_, wait, err := s.family.start("/", s.env, s.out, s.program("svctl"), "-C", s.scan, words[e.letter], "--no-wait", e.name)
	var status syscall.WaitStatus
	if err == nil {
		status = <-wait
	}
	if err != nil || status != 0 {
		switch e.letter {
		case 'u', 'd', 'o':
			w.hear(unsure, before, before)
		}
		s.verdict.performed(e, "failed")
		return
	}
	w.hear(e.letter, before, clock())
	s.verdict.mu.Lock()
	s.verdict.said[word]++
	s.verdict.mu.Unlock()
	s.verdict.performed(e, "done")
}
