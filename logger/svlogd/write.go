package svlogd

import (
	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// flush writes what waits in the buffers.
func (l *logger) flush() {
	_ = fifo.WriteAll(2, l.stream.alerts) // nobody is left to be told
	l.stream.alerts = l.stream.alerts[:0]
	for _, d := range l.dirs {
		if d.fd >= 0 {
			l.write(d, d.buf)
		}
		d.buf = d.buf[:0]
	}
}

// write writes b to current, and to the next where it is full, however long that
// takes.
func (l *logger) write(d *directory, b []byte) {
	for len(b) > 0 {
		if d.config.size > 0 && d.size >= d.config.size {
			l.rotate(d)
		}
		n, full := d.portion(d.size, l.stream.options.lineMax, b)
		l.append(d, b[:n])
		b = b[n:]
		if full {
			l.rotate(d)
		}
	}
}

// append appends b to current. For a disk that is full, old files go, as many as
// config lets.
func (l *logger) append(d *directory, b []byte) {
	for {
		n, err := d.append(b)
		if err == nil {
			return
		}
		b = b[n:]
		if err != unix.ENOSPC || !l.sacrifice(d) {
			l.pause("unable to write to current", d, err)
		}
	}
}

// sacrifice deletes for room what a processor has left, or else the oldest file,
// if there are more than config wants kept.
func (l *logger) sacrifice(d *directory) bool {
	if d.least >= d.keep {
		return false
	}
	names, err := d.old()
	if err != nil {
		l.warn("unable to read directory, want remove old logfile: " + d.path + ": " + reason(err))
	}
	old, left := surplus(names, d.least, d.busy(), "")
	may := append(left, old...)
	if len(may) == 0 {
		return false
	}
	name := may[0]
	l.warn("out of disk space, delete: " + d.path + "/" + name)
	if err := d.unlink(name); err != nil {
		l.warn("unable to unlink oldest logfile: " + d.path + ": " + reason(err))
		return false
	}
	return true
}
