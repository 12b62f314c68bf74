// Package logs reads the logs of services: the directories that svlog,
// multilog, svlogd and s6-log write, see logdir(5).
//
// A log is read as one text over all of its files, from its last lines on, and
// followed while its logger rotates them, ends and comes back. What has been
// read is never looked for by its place: a file that was read to its end stays
// open until it is known under which name the logger put it away, so that it
// cannot be read again, and the files after it cannot be passed over. Lines are
// lost only where the logger removed their file before it could be read, which
// is told.
//
// A line may be of any length. Where lines are marked with anything, one that
// is longer than MaxLine comes in pieces.
package logs

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/svdir/svdir/svctl"
)

// MaxLine is how many bytes of a line are held in memory.
const MaxLine = 1 << 20

// All as the number of lines is all that there are.
const All = -1

// Reader reads the logs of several services together.
type Reader struct {
	Last   int  // how many of the lines that are selected of each, or All
	Follow bool // go on with what is written from now on
	Select Selection
	// Warn is told what is passed over.
	Warn func(error)

	logs  []*journal
	watch *watch
}

// Log is where the lines of a service are.
type Log struct {
	Dir     string
	Service string // of those that are there its own are wanted, under this name; "" for all
	Shared  bool   // there are lines of several services
}

// Add opens the log of a service at its last lines. What is written from now on
// belongs to what is followed.
func (r *Reader) Add(name string, at Log) error {
	l := &journal{name: name, dir: at.Dir, shared: at.Shared, follow: r.Follow, warn: r.Warn, want: r.Select, place: len(r.logs)}
	l.want.Service = at.Service
	if r.Follow {
		if err := r.watchFor(l); err != nil {
			return l.problem("watch", err)
		}
	}
	last := r.Last
	if !l.want.All() {
		last = All // which of them, is seen when they are read
	}
	if err := l.open(last); err != nil {
		return l.problem("read", err)
	}
	r.logs = append(r.logs, l)
	return nil
}

func (r *Reader) watchFor(l *journal) error {
	if r.watch == nil {
		w, err := newWatch()
		if err != nil {
			return err
		}
		r.watch = w
	}
	l.watch = r.watch
	return l.watch.add(l)
}

// Close closes all files.
func (r *Reader) Close() {
	for _, l := range r.logs {
		l.close()
	}
	if r.watch != nil {
		r.watch.Close()
	}
}

// problem puts an error about the log into words.
func (l *journal) problem(verb string, err error) error {
	var own *svctl.Problem
	if errors.As(err, &own) {
		return err
	}
	return &svctl.Problem{Verb: verb + " the log of", Object: l.name, Reason: l.dir + ": " + reason(err), Kind: err}
}

// reason is why err happened; the sentence around it names the file.
func reason(err error) string {
	var errno syscall.Errno
	var path *fs.PathError
	switch {
	case errors.As(err, &errno):
		return errno.Error()
	case errors.As(err, &path):
		return path.Err.Error()
	}
	return err.Error()
}
