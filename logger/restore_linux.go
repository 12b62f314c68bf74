package logger

import (
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
)

// restoreAll looks after the directories, as often as lines come but at most
// once a second: what is written to a file without a name nobody will read.
func (l *logger) restoreAll() {
	if since := l.stream.now.Sub(l.looked); since < time.Second {
		return
	}
	l.looked = l.stream.now
	for i := range l.stream.sinks {
		if d := l.stream.sinks[i].dir; d != nil && !d.stuck {
			l.restore(d)
		}
	}
}

// restore makes anew what somebody has deleted, current or the directory, and
// says whether it had to. Nothing may wait in the buffer of d.
func (l *logger) restore(d *directory) bool {
	var current, dir unix.Stat_t
	if unix.Fstat(d.file, &current) != nil || current.Nlink > 0 || unix.Fstat(d.fd, &dir) != nil {
		return false
	}
	l.abandon(d)
	if dir.Nlink > 0 {
		l.warn(d.path + "/" + logdir.Current + " was deleted, beginning another")
		l.insist(d, step{do: create, name: logdir.Current})
		return true
	}
	l.warn("directory " + d.path + " was deleted, beginning another")
	for _, do := range [...]func(*directory) error{l.replace, l.takeOver} {
		for err := do(d); err != nil; err = do(d) {
			l.pause(&Trouble{Verb: BeginAgain, Dir: d.path, Err: err})
		}
	}
	l.trouble = ""
	return true
}

// abandon ends a rotation whose files were deleted.
func (l *logger) abandon(d *directory) {
	if d.runs {
		d.child.kill()
		_, _ = fifo.Retry(func() (int, error) { return unix.Wait4(d.child.pid, nil, 0, nil) }) // how does not matter
		l.forget(d)
	}
	d.rest, d.again = nil, 0
}

// replace has d be a new directory of the same path, not taken over yet.
func (l *logger) replace(d *directory) error {
	is, err := l.openDirectory(d.path, d.bounds)
	if err != nil {
		return err
	}
	first := d == l.firstDirectory()
	is.account, is.window = d.account, d.window
	for _, fd := range [...]int{d.file, d.lock, d.fd} {
		_ = unix.Close(fd) // it was deleted
	}
	*d = *is
	if first && l.ledger.on {
		l.ledger.end()
		l.openLedger()
	}
	return nil
}
