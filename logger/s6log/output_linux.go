package s6log

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

const standardOutput = 1

// flush writes what waits, each file once, as far as that can be done now.
func (l *logger) flush() {
	if len(l.stream.alerts) > 0 {
		_ = fifo.WriteAll(2, l.stream.alerts) // nobody is left to be told
		l.stream.alerts = l.stream.alerts[:0]
	}
	for i := range l.stream.parts {
		for k := range l.stream.parts[i].sinks {
			if s := &l.stream.parts[i].sinks[k]; s.fresh {
				s.fresh = false
				if err := replace(s.word, s.last); err != nil {
					l.warn("unable to write status file " + s.word + because(err))
				}
			}
		}
	}
	for i, d := range l.dirs {
		was := d.child.pid
		d.flush(l.env)
		l.follow(i, was)
	}
	l.flushOutput()
}

// replace makes text the content of a file, which is never seen half.
func replace(name string, text []byte) error {
	draft := name + ".new"
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Open(draft, unix.O_WRONLY|unix.O_CREAT|unix.O_TRUNC|unix.O_NONBLOCK|unix.O_CLOEXEC, newFile)
	})
	if err != nil {
		return err
	}
	err = fifo.WriteAll(fd, text)
	_ = unix.Close(fd) // nobody relies on it over a crash of the machine
	if err == nil {
		err = unix.Rename(draft, name)
	}
	if err != nil {
		_ = unix.Unlink(draft) // best effort: the first error counts
	}
	return err
}

// flushOutput writes to standard output what it takes without waiting. Its flags
// are left alone, since others may share it.
func (l *logger) flushOutput() {
	if l.closed {
		l.stream.out = nil
		return
	}
	n, err := 0, error(nil)
	for out := l.stream.out; n < len(out) && err == nil && !l.stuck; {
		var m int
		m, err = l.writeOutput(out[n:])
		n += max(m, 0)
	}
	l.stream.out = spare(l.stream.out[:copy(l.stream.out, l.stream.out[n:])])
	switch {
	case err == unix.EAGAIN:
		l.stuck = true
		l.poll.Add(standardOutput, unix.POLLOUT, l, tagOutput)
	case err != nil:
		l.notice.Say(prog + ": warning: unable to write to stdout, closing the stream - error was" + because(err) + "\n")
		l.closed, l.stream.out = true, nil
	}
}

// writeOutput writes some of b. Only a pipe or a socket keeps one waiting.
func (l *logger) writeOutput(b []byte) (int, error) {
	if !l.piped {
		return len(b), fifo.WriteAll(standardOutput, b)
	}
	n, err := fifo.Retry(func() (int, error) {
		return unix.Pwritev2(standardOutput, [][]byte{b}, -1, unix.RWF_NOWAIT)
	})
	if err != unix.EOPNOTSUPP && err != unix.ENOSYS {
		return n, err
	}
	// A FIFO, or an older kernel: what has room for anything has it for so much.
	const atomic = 4096 // PIPE_BUF
	out := []unix.PollFd{{Fd: standardOutput, Events: unix.POLLOUT}}
	if n, err := fifo.Retry(func() (int, error) { return unix.Poll(out, 0) }); err == nil && n == 0 {
		return 0, unix.EAGAIN
	}
	return fifo.Retry(func() (int, error) { return unix.Write(standardOutput, b[:min(len(b), atomic)]) })
}

// isPiped says that fd is a pipe or a socket.
func isPiped(fd int) bool {
	var st unix.Stat_t
	err := unix.Fstat(fd, &st)
	kind := st.Mode & unix.S_IFMT
	return err == nil && (kind == unix.S_IFIFO || kind == unix.S_IFSOCK)
}
