package logger

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// input is standard input, which others may share: its flags are left alone.
//
// What is in a pipe is looked at through a copy of it, and taken out only when
// it is on its way to every file: if we are killed, the next logger finds it.
type input struct {
	buf     []byte
	copied  [2]int // a pipe of our own, 0 where standard input is none
	patient bool   // it can be waited for
	at, n   int    // of buf, what was looked at and not taken
	id      fileID // zero if it is no pipe
}

const standardInput = 0

func openInput() *input {
	in := &input{buf: make([]byte, maxBuffer), patient: patient(standardInput)}
	var st unix.Stat_t
	if unix.Fstat(standardInput, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO {
		in.id = idOf(&st)
	}
	var p [2]int
	if unix.Pipe2(p[:], unix.O_CLOEXEC|unix.O_NONBLOCK) == nil {
		in.copied = p // else what is read is in memory until it is written
	}
	return in
}

// patient says that epoll can wait for fd: not for a file on a disk, which is
// always ready.
func patient(fd int) bool {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return true
	}
	defer unix.Close(epoll)
	return unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN}) != unix.EPERM
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
		in.n, err = rawTee(standardInput, in.copied[1], len(in.buf))
		switch {
		case err == unix.EAGAIN:
			return nil, false, nil
		case err != nil:
			in.closeCopy()
		case in.n == 0:
			return nil, true, nil
		default:
			return in.readCopy()
		}
	}
	in.n, err = fifo.Retry(func() (int, error) { return unix.Read(standardInput, in.buf[:min(limit, len(in.buf))]) })
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
	if err := readFull(in.copied[0], in.buf[:in.n]); err != nil {
		return nil, true, err
	}
	return in.buf[:in.n], false, nil
}

// closeCopy is for what cannot be copied: standard input is no pipe, or this
// kernel does not let us.
func (in *input) closeCopy() {
	_, _ = unix.Close(in.copied[0]), unix.Close(in.copied[1]) // a pipe has nothing to flush
	in.copied = [2]int{}
}

// full says that there is more than could be looked at.
func (in *input) full() bool { return in.copied != [2]int{} && in.n == len(in.buf) }

// take takes the next n bytes that were looked at out of the pipe. They are
// read to where they are; the first of them to mark, if there is one: in one
// system call, which no signal interrupts where the bytes are there.
func (in *input) take(n int, mark []byte) error {
	was := in.at
	in.at += n
	if in.copied == [2]int{} {
		return nil
	}
	if mark != nil {
		// Where mark cannot be written, nothing was read.
		if n, err := rawReadv(standardInput, mark, in.buf[was+1:in.at]); err == nil {
			was += n
		}
	}
	return readFull(standardInput, in.buf[was:in.at])
}

// readFull reads what is known to be there.
func readFull(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := rawRead(fd, b)
		if n == 0 || err == unix.EAGAIN {
			return nil // another reader was there
		}
		if err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}
