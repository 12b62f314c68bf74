package logger

import (
	"bytes"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
)

// flush writes what waits in the buffers: for each file, once.
func (l *logger) flush() {
	for i := range l.stream.sinks {
		k := &l.stream.sinks[i]
		if len(k.buf) == 0 && !k.fresh {
			continue
		}
		switch k.kind {
		case alert:
			_ = fifo.WriteAll(2, k.buf) // nobody is left to be told
		case output:
			l.writeOutput(k.buf)
		case status:
			l.writeStatus(k)
		case archive:
			l.writeDirectory(k)
		}
		k.buf, k.fresh = k.buf[:0], false
	}
}

// writeDirectory appends b to current, however long that takes.
// Lines for which there is no room are dropped where that is wished.
func (l *logger) writeDirectory(k *sink) {
	d, b := k.dir, k.buf
	for {
		n, err := d.write(b)
		if err == nil {
			l.trouble, d.dry = "", false
			return
		}
		if d.bounds.drops && spaceless(err) {
			l.stream.lose(k, b[max(n, k.report-(len(k.buf)-len(b))):])
			d.next = fifo.Now() + retry
			if !d.dry {
				d.dry = true
				l.warn("unable to write " + d.path + "/" + logdir.Current + ": " + reason(err) + ", dropping lines")
			}
			l.revise()
			return
		}
		b = b[n:]
		l.pause(&Trouble{Verb: Write, Dir: d.path, File: logdir.Current, Err: err})
	}
}

// writeStatus replaces what the status file says: always the same number of
// bytes, as multilog does, the rest newlines.
func (l *logger) writeStatus(k *sink) {
	var text [maxHead + 1]byte
	for i := copy(text[:], k.buf); i < len(text); i++ {
		text[i] = '\n'
	}
	for {
		_, err := fifo.Retry(func() (int, error) { return unix.Pwrite(k.fd, text[:], 0) })
		if err == nil {
			l.trouble = ""
			return
		}
		l.pause(&Trouble{Verb: Write, File: k.word, Err: err})
	}
}

// writeOutput writes to standard output, which others may share: whole lines in
// pieces that the kernel does not mix with theirs. Once nobody reads it, that is
// said and the other files go on.
func (l *logger) writeOutput(b []byte) {
	var err error
	for len(b) > 0 && err == nil {
		n := piece(b)
		err = fifo.WriteAll(1, b[:n])
		b = b[n:]
	}
	if err != nil && !l.gone {
		l.warn("unable to write standard output: " + reason(err))
	}
	l.gone = err != nil
}

// piece is how much of b to write at once: the whole lines that fit into a write
// that a pipe takes as one, or else one line that does not.
func piece(b []byte) int {
	const atomic = 4096 // PIPE_BUF
	if len(b) <= atomic {
		return len(b)
	}
	if n := bytes.LastIndexByte(b[:atomic], '\n'); n >= 0 {
		return n + 1
	}
	if n := bytes.IndexByte(b, '\n'); n >= 0 {
		return n + 1
	}
	return len(b)
}
