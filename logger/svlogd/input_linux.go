package svlogd

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// input is standard input, which others may share: its flags are left alone.
// What is in a pipe is looked at through a copy of it, and taken out only when
// it is on its way to every file. A line that has not come whole stays there, for as
// long as more of it may come.
type input struct {
	buf     []byte
	n       int    // how much of buf was looked at
	part    bool   // it begins with a part of a line: it is waited for more
	rest    bool   // no more of that may come
	copied  [2]int // a pipe of our own
	copying bool   // standard input is a pipe, and can be copied
	patient bool   // it can be waited for
}

const standardInput = 0

// chunkSize is how much is read at once.
const chunkSize = 16 << 10

func openInput() *input {
	in := &input{buf: make([]byte, chunkSize), patient: fifo.Patient(standardInput)}
	in.copying = unix.Pipe2(in.copied[:], unix.O_CLOEXEC|unix.O_NONBLOCK) == nil
	return in
}

// look is what can be read now, at most limit bytes where they are not left in a
// pipe. Nothing may mean that there is nothing yet; end says that there will be
// nothing.
func (in *input) look(limit int) (chunk []byte, end bool, err error) {
	if in.copying {
		n, err := fifo.Retry(func() (int, error) {
			n, err := unix.Tee(standardInput, in.copied[1], len(in.buf), unix.SPLICE_F_NONBLOCK)
			return int(n), err // whose type is another on other processors
		})
		switch {
		case err == unix.EAGAIN:
			return nil, false, nil
		case err == nil && n == 0:
			return nil, true, nil
		case err == nil:
			in.n = n
			if in.part {
				in.rest = !fifo.Expects(standardInput, in.copied[1])
			}
			return in.buf[:n], false, fifo.ReadAll(in.copied[0], in.buf[:n])
		}
		in.copying = false
		_, _ = unix.Close(in.copied[0]), unix.Close(in.copied[1]) // a pipe has nothing to flush
	}
	n, err := fifo.Retry(func() (int, error) { return unix.Read(standardInput, in.buf[:min(limit, len(in.buf))]) })
	switch {
	case err == unix.EAGAIN:
		return nil, false, nil
	case err != nil:
		return nil, true, err
	}
	return in.buf[:n], n == 0, nil
}

// parts says that a part of a line is to be left where it is.
func (in *input) parts() bool {
	return in.copying && in.n < len(in.buf) && !(in.part && in.rest)
}

// take takes what was looked at, the first n bytes, out of the pipe.
func (in *input) take(n int) error {
	if !in.copying {
		return nil
	}
	return fifo.ReadAll(standardInput, in.buf[:n])
}
