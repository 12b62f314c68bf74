package svscan

import (
	"time"
	"unsafe"

	"github.com/svdir/svdir/fifo"

	"golang.org/x/sys/unix"
)

const (
	titleLength = 7 // the least that a log argument has
	titleFixed  = 5 // the characters that stay
	titleDot    = 900 * time.Second
)

// title is the log argument of runsvdir: what we and our children write to
// standard error moves through it, so that ps shows it.
type title struct {
	text  []byte        // our argv itself, nil without a log argument
	read  int           // the end of the pipe that standard error became
	dotAt time.Duration // a dot a quarter of an hour shows how old the rest is
}

// openTitle makes standard error a pipe into the argument arg. After a reexec it
// is one already, with the reading end read.
func openTitle(arg string, read int) (title, error) {
	// The runtime's os.Args point into the memory that ps reads.
	text := unsafe.Slice(unsafe.StringData(arg), len(arg))
	if read >= 0 {
		return title{text: text, read: read, dotAt: fifo.Now() + titleDot}, nil
	}
	var pipe [2]int
	if err := unix.Pipe2(pipe[:], unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		return title{}, err
	}
	err := unix.Dup3(pipe[1], 2, 0)
	_ = unix.Close(pipe[1]) // 2 is the writing end now
	if err != nil {
		return title{}, err
	}
	return title{text: text, read: pipe[0], dotAt: fifo.Now() + titleDot}, nil
}

// shift reads what was written and moves it in from the right.
func (t *title) shift() {
	var buf [4096]byte
	n, _ := fifo.Retry(func() (int, error) { return unix.Read(t.read, buf[:]) }) // EAGAIN: nothing
	for i := 0; i < n; i++ {
		if buf[i] != 0 {
			t.push(buf[i])
		}
	}
}

func (t *title) push(b byte) {
	copy(t.text[titleFixed:], t.text[titleFixed+1:])
	t.text[len(t.text)-1] = b
}

// tick pushes the dot when it is due.
func (t *title) tick(now time.Duration) {
	if t.text != nil && t.dotAt <= now {
		t.push('.')
		t.dotAt = now + titleDot
	}
}

// openTitle begins to show standard error in the log argument of runsvdir.
func (s *scanner) openTitle() {
	s.notice = fifo.NewNotice(2)
	if s.config.log == "" {
		return
	}
	if len(s.config.log) < titleLength {
		s.warn("log must have at least seven characters")
		return
	}
	var err error
	if s.title, err = openTitle(s.config.log, s.title.read); err != nil {
		s.warn("unable to create pipe for log: " + reason(err))
		return
	}
	s.notice = fifo.NewNotice(2) // a pipe by now
	s.poll.Add(s.title.read, unix.POLLIN, s, tagTitle)
}
