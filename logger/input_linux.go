package logger

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/fifo/quiet"
)

// input is standard input or another, which others may share: its flags are left
// alone.
//
// What is in a pipe is looked at through a copy of it, and taken out only when
// it is on its way to every file: if we are killed, the next logger finds it. A
// line that has not come whole stays there, for as long as more of it may come.
type input struct {
	fd      int
	tag     int // by which the wait tells of it
	source  source
	patient bool   // it can be waited for
	part    bool   // it begins with a part of a line: it is waited for more
	rest    bool   // no more of that may come
	heard   bool   // it may be readable
	ended   bool   // it is not read any more
	held    bool   // we may write to it: so it has no end
	claimed bool   // no other logger reads it
	left    int    // how much of what is held is read after TERM
	at, n   int    // of buf, what was looked at and not taken
	id      fileID // zero if it is no pipe
	copied  [2]int // the pipe of glass, 0 where the input is none
	*glass
}

// glass is what inputs are looked at through, one at a time.
type glass struct {
	buf  []byte
	pipe [2]int // of our own
}

const standardInput = 0

func newGlass() *glass {
	g := &glass{buf: make([]byte, maxBuffer)}
	if unix.Pipe2(g.pipe[:], unix.O_CLOEXEC|unix.O_NONBLOCK) != nil {
		g.pipe = [2]int{} // what is read is in memory until it is written
	}
	return g
}

func openInput(fd int, from source, g *glass) input {
	in := input{fd: fd, source: from, patient: fifo.Patient(fd), glass: g}
	var st unix.Stat_t
	if unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO {
		in.id, in.copied = idOf(&st), g.pipe
		mode, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
		in.held = err == nil && mode&unix.O_ACCMODE == unix.O_RDWR
	}
	in.claim()
	return in
}

// claim finds out whether we may read a pipe, and has the next logger wait. Two that
// look at the same bytes would both write them, and what follows would be lost: a
// service may be given another logger while the one before still reads. The lock
// goes with our process. Two loggers that are not to write to a pipe are of one
// supervise, which lets one of them run at a time.
func (in *input) claim() {
	lock := unix.Flock_t{Type: unix.F_RDLCK}
	if in.held {
		lock.Type = unix.F_WRLCK
	}
	var err error
	if in.standing() {
		err = unix.FcntlFlock(uintptr(in.fd), unix.F_SETLK, &lock)
	}
	in.claimed = err != unix.EAGAIN && err != unix.EACCES
}

// standing says that what is read stays in the pipe until it is taken.
func (in *input) standing() bool { return in.id != fileID{} && in.copied != [2]int{} }

// peek is what the pipe begins with, nothing if that cannot be seen.
func (in *input) peek() []byte {
	if !in.standing() {
		return nil
	}
	chunk, _, _ := in.look(0) // which sees it, or fails
	return chunk
}

// look is what can be read now, at most limit bytes where it cannot be left in
// the pipe. Nothing may mean that there is nothing yet; end says that there
// will be nothing.
func (in *input) look(limit int) (chunk []byte, end bool, err error) {
	in.at = 0
	if in.copied != [2]int{} {
		in.n, err = fifo.Retry(func() (int, error) { return quiet.Tee(in.fd, in.copied[1], len(in.buf)) })
		switch {
		case err == unix.EAGAIN:
			return nil, false, nil
		case err != nil:
			in.copied = [2]int{} // this kernel does not let us
		case in.n == 0:
			return nil, true, nil
		default:
			if in.part {
				in.rest = !fifo.Expects(in.fd, in.copied[1])
			}
			return in.readCopy()
		}
	}
	in.n, err = fifo.Retry(func() (int, error) { return unix.Read(in.fd, in.buf[:min(limit, len(in.buf))]) })
	switch {
	case err == unix.EAGAIN:
		return nil, false, nil
	case err != nil:
		return nil, true, err
	}
	return in.buf[:in.n], in.n == 0, nil
}

// readCopy empties our pipe.
func (in *input) readCopy() ([]byte, bool, error) {
	if err := fifo.ReadAll(in.copied[0], in.buf[:in.n]); err != nil {
		return nil, true, err
	}
	return in.buf[:in.n], false, nil
}

// parts says that a part of a line is to be left where it is.
func (in *input) parts() bool {
	return in.n < len(in.buf) && !(in.part && in.rest)
}

// take takes the next n bytes that were looked at out of the pipe. They are
// read to where they are; the first of them to mark, if there is one: in one
// system call, which no signal interrupts where the bytes are there.
func (in *input) take(n int, mark []byte) error {
	was := in.at
	in.at += n
	in.left -= n
	if in.copied == [2]int{} {
		if mark != nil {
			mark[0] = in.buf[was] // it was read already
		}
		return nil
	}
	if mark != nil {
		// Where mark cannot be written, nothing was read.
		if n, err := fifo.Retry(func() (int, error) { return quiet.Readv(in.fd, mark, in.buf[was+1:in.at]) }); err == nil {
			was += n
		}
	}
	return fifo.ReadAll(in.fd, in.buf[was:in.at])
}
