package s6log

import (
	"time"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
)

// waits says that something of the directory is still to be done.
func (d *directory) waits() bool { return len(d.buf) > 0 || len(d.steps) > 0 }

// failed says what could not be done, and puts it off.
func (d *directory) failed(what string, err error) {
	d.warn("unable to " + what + because(err))
	d.retry = fifo.Now() + d.bounds.retry
}

// flush makes what steps there are, and writes what is in the buffer, as far as
// that can be done now.
func (d *directory) flush(env []string) {
	wrote := 0
	for d.advance(env) && wrote < len(d.buf) {
		n, full := portion(d.buf[wrote:], d.bytes, &d.bounds)
		n, err := d.write(d.buf[wrote : wrote+n])
		wrote += n
		if err != nil {
			d.failed("write to "+path(d.path, logdir.Current), err)
			break
		}
		if full {
			d.turn()
		}
	}
	if wrote > 0 {
		d.buf = d.buf[:copy(d.buf, d.buf[wrote:])]
	}
	d.buf = spare(d.buf)
}

// turn begins a rotation.
func (d *directory) turn() {
	if len(d.steps) == 0 {
		d.steps = rotation(d.bounds.processor != "")
	}
}

// advance makes the steps that are left, and says whether there are none any
// more.
func (d *directory) advance(env []string) bool {
	if fifo.Now() < d.retry {
		return false
	}
	for len(d.steps) > 0 {
		s := d.steps[0]
		if s.do == process {
			d.run(env)
			return false
		}
		if err := d.perform(s); err != nil {
			d.failed(s.what(d.path), err)
			return false
		}
		d.steps = d.steps[1:]
	}
	return true
}

// run starts the processor, unless it runs.
func (d *directory) run(env []string) {
	if d.child.pid != 0 {
		return
	}
	if err := d.start(env); err != nil {
		d.warn("unable to fork processor for logdir " + d.path + because(err))
		d.retry = fifo.Now() + d.bounds.retry
	}
}

// ended takes note of the end of the processor, if it has ended: one that
// failed is started again.
func (d *directory) ended() bool {
	how, ended := d.child.reap()
	if !ended {
		return false
	}
	d.child = child{}
	if how != "" {
		d.warn("processor " + how + " in " + d.path)
		d.retry = fifo.Now() + d.bounds.retry
		return true
	}
	d.steps = d.steps[1:]
	return true
}

// due is when something can be done without anybody telling us, false if there is
// nothing.
func (d *directory) due() (time.Duration, bool) {
	return max(d.retry, 0), d.waits() && d.child.pid == 0
}
