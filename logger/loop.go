package logger

import (
	"bytes"
	"errors"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/supervise/servicedir"
)

// logger is the one loop and what it holds.
type logger struct {
	script   Script
	settings settings // of the default logger
	env      []string // of processors
	stream   stream
	in       *input
	ledger   ledger
	poll     fifo.Poller
	notice   *fifo.Notice

	heard   bool // standard input may be readable
	leaving bool // TERM came
	turning bool // ALRM came: rotate now
	trouble string
	gone    bool // nobody reads standard output, which was said
}

// retry is when what failed is tried again.
const retry = 5 * time.Second

// Run logs standard input as script says, until its end or until TERM. environ
// is the environment of processors; SV_NAME in it is the service. The error
// says why it could not begin or go on.
func Run(script Script, environ []string) error {
	// As multilog: what modes files have is told in logdir(5).
	unix.Umask(0o022)
	l := &logger{script: script, env: environ, notice: fifo.NewNotice(2)}
	if !script.given {
		l.script = l.usual()
	}
	if err := l.poll.Signals(l, tagSignal, syscall.SIGTERM, syscall.SIGALRM); err != nil {
		return errors.New("unable to listen to signals: " + reason(err))
	}
	if err := l.openAll(); err != nil {
		return err
	}
	l.in = openInput()
	l.settleAccounts()
	if err := l.takeOverAll(); err != nil {
		return err
	}
	l.listen(true)
	err := l.loop()
	l.end()
	return err
}

// openAll opens what the script names. What is in directories stays as it is.
func (l *logger) openAll() error {
	for _, pair := range l.env {
		if name, ok := strings.CutPrefix(pair, "SV_NAME="); ok {
			l.stream.service = strings.TrimSuffix(name, "/"+servicedir.Log)
		}
	}
	for _, a := range l.script.actions {
		l.stream.sinks = append(l.stream.sinks, sink{action: a, fd: -1})
	}
	for _, kind := range [...]kind{status, archive} { // in the order of multilog
		for i := range l.stream.sinks {
			k := &l.stream.sinks[i]
			if k.kind != kind {
				continue
			}
			if err := k.open(l.script.mode); err != nil {
				return err
			}
		}
	}
	return nil
}

// open opens the status file or the directory of a sink; that is made with this
// mode.
func (k *sink) open(mode uint32) (err error) {
	if k.kind == status {
		k.fd, err = openStatus(k.word)
		return err
	}
	k.dir, err = openDirectory(k.word, k.bounds, mode)
	return err
}

// openStatus opens a status file; what it says stays until a line comes.
func openStatus(path string) (int, error) {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Open(path, unix.O_WRONLY|unix.O_CREAT|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o600)
	})
	if err != nil {
		return -1, &Trouble{Verb: Open, File: path, Err: err}
	}
	return fd, nil
}

// takeOverAll takes over all directories.
func (l *logger) takeOverAll() error {
	for i := range l.stream.sinks {
		if d := l.stream.sinks[i].dir; d != nil {
			if err := l.takeOver(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeOver goes on where the last logger of the directory has ended. A disk
// without room is waited for, but for TERM: nothing was read yet.
func (l *logger) takeOver(d *directory) error {
	current, err := d.find(logdir.Current)
	if err != nil {
		return &Trouble{Verb: Look, Dir: d.path, File: logdir.Current, Err: err}
	}
	done, err := d.find(processed)
	if err != nil {
		return &Trouble{Verb: Look, Dir: d.path, File: processed, Err: err}
	}
	for _, s := range takeOver(current, done) {
		for err := d.perform(s); err != nil; err = d.perform(s) {
			if l.leaving || err != unix.ENOSPC && err != unix.EDQUOT {
				return d.trouble(s, err)
			}
			l.pause(d.trouble(s, err))
		}
	}
	return nil
}

// loop passes on what comes, until there is no more, or the line has ended after
// which it was to leave.
func (l *logger) loop() error {
	for !l.leaving || !l.stream.atStart() {
		if err := l.wait(); err != nil {
			return errors.New("unable to wait: " + reason(err))
		}
		if l.turning {
			l.turn()
		}
		limit := maxBuffer
		if l.leaving {
			limit = 1 // not more than the end of the line
		}
		if l.leaving && l.stream.atStart() || !l.heard && l.in.patient {
			continue
		}
		l.heard = false
		chunk, end, err := l.in.look(limit)
		if end || err != nil {
			return l.unreadable(err)
		}
		if err := l.pass(l.portion(chunk)); err != nil {
			return l.unreadable(err)
		}
	}
	return nil
}

func (l *logger) unreadable(err error) error {
	if err != nil {
		return &Trouble{Verb: Read, File: "standard input", Err: err}
	}
	return nil
}

// portion is how much of chunk is taken now. A line that has not come whole is
// left in the pipe if there may be more of it.
func (l *logger) portion(chunk []byte) []byte {
	switch {
	case l.leaving:
		if i := bytes.IndexByte(chunk, '\n'); i >= 0 {
			return chunk[:i+1]
		}
	case l.in.full():
		if i := bytes.LastIndexByte(chunk, '\n'); i >= 0 {
			return chunk[:i+1]
		}
	}
	return chunk
}

// pass brings chunk to all files. What was not written stays in the pipe, also
// while a file is rotated.
func (l *logger) pass(chunk []byte) error {
	l.stamp()
	for len(chunk) > 0 {
		n := l.stream.take(chunk)
		l.intend(chunk[:n])
		l.flush()
		if err := l.in.take(n, l.ledger.mark()); err != nil {
			return err
		}
		l.rotateFull()
		chunk = chunk[n:]
	}
	return nil
}

// stamp gives all lines that begin now their time.
func (l *logger) stamp() {
	l.stream.now = time.Now()
	l.stream.stamp = appendStamp(l.stream.stamp[:0], l.script.stamp, l.stream.now)
}

// turn rotates every file that is not empty: ALRM asks for it.
func (l *logger) turn() {
	l.turning = false
	for i := range l.stream.sinks {
		if d := l.stream.sinks[i].dir; d != nil && d.bytes > 0 {
			d.full = true
		}
	}
	l.rotateFull()
}

// rotateFull rotates the files that are full.
func (l *logger) rotateFull() {
	for i := range l.stream.sinks {
		d := l.stream.sinks[i].dir
		if d == nil || !d.full {
			continue
		}
		if !l.script.given {
			l.reread(d)
		}
		for _, s := range rotation(d.bounds.processor != "") {
			if s.do == process {
				l.process(d)
				continue
			}
			l.insist(d, s)
		}
	}
}

// insist makes a step, however long that takes.
func (l *logger) insist(d *directory, s step) {
	for err := d.perform(s); err != nil; err = d.perform(s) {
		l.pause(d.trouble(s, err))
	}
	l.trouble = ""
}

// process runs the processor of d until it succeeds. Nothing is read meanwhile.
func (l *logger) process(d *directory) {
	for {
		c, err := d.processor(l.env)
		if err != nil {
			l.pause(&Trouble{Verb: StartProcessor, Dir: d.path, Err: err})
			continue
		}
		how := l.await(c)
		if how == nil {
			l.trouble = ""
			return
		}
		l.pause(d.trouble(step{do: process}, how))
	}
}

// end leaves everything in order. A line that has begun gets its newline.
func (l *logger) end() {
	for !l.stream.atStart() {
		l.stream.take([]byte{'\n'})
		l.flush()
		l.rotateFull()
	}
	for i := range l.stream.sinks {
		if d := l.stream.sinks[i].dir; d != nil {
			for _, s := range ending() {
				l.insist(d, s)
			}
		}
	}
}
