package logger

import (
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
	quota    quota
	home     int      // the directory below which paths are
	root     string   // of its directory, where all logs have one
	env      []string // of processors
	own      []string // and of those of this log alone
	stream   stream
	inputs   []input
	alone    [1]input // room for them, where there is one
	in       *input   // whose chunk is passed on
	ledger   ledger
	poll     waits
	title    string // whose words these are
	say      func(line string)

	leaving bool // TERM came
	turning bool // ALRM came: rotate now
	trouble string
	gone    bool      // nobody reads standard output, which was said
	looked  time.Time // after the directories
}

// retry is when what failed is tried again.
const retry = 5 * time.Second

// Run logs its inputs as script says, until their end or until TERM. environ is
// the environment of processors; SV_NAME in it is the service, SV_PIPE_NAMES are
// the inputs beside standard input. The error says why it could not begin or go
// on.
func Run(script Script, environ []string) error {
	// As multilog: what modes files have is told in logdir(5).
	unix.Umask(0o022)
	poll := new(fifo.Poller)
	l := &logger{script: script, env: environ, home: unix.AT_FDCWD, poll: poll, title: "svlog"}
	if script.prog != "" {
		l.title = script.prog
	}
	if err := l.openInputs(); err != nil {
		return err
	}
	l.say = fifo.NewNotice(2).Say
	if !script.given {
		l.script = l.usual()
	}
	if err := poll.Signals(l, tagSignal, syscall.SIGTERM, syscall.SIGALRM); err != nil {
		return errors.New("unable to listen to signals: " + reason(err))
	}
	if err := l.begin(); err != nil {
		return err
	}
	err := l.loop()
	l.end()
	return err
}

// begin takes over what the script names.
func (l *logger) begin() error {
	if err := l.openAll(); err != nil {
		return err
	}
	l.settleAccounts()
	if err := l.takeOverAll(); err != nil {
		return err
	}
	l.listen(true)
	return nil
}

// openAll opens what the script names. What is in directories stays as it is.
func (l *logger) openAll() error {
	for _, a := range l.script.actions {
		l.stream.sinks = append(l.stream.sinks, sink{action: a, fd: -1})
	}
	l.ration()
	for _, kind := range [...]kind{status, archive} { // in the order of multilog
		for i := range l.stream.sinks {
			k := &l.stream.sinks[i]
			if k.kind != kind {
				continue
			}
			if err := l.open(k); err != nil {
				return err
			}
		}
	}
	return nil
}

// name is that of the service whose logger we are.
func (l *logger) name() string { return strings.TrimSuffix(l.variable("SV_NAME"), "/"+servicedir.Log) }

// variable is one of the environment, empty if it is not there.
func (l *logger) variable(name string) string {
	for _, env := range [...][]string{l.own, l.env} {
		for _, pair := range env {
			if value, ok := strings.CutPrefix(pair, name+"="); ok {
				return value
			}
		}
	}
	return ""
}

// open opens the status file or the directory of a sink.
func (l *logger) open(k *sink) (err error) {
	if k.kind == status {
		k.fd, err = openStatus(l.home, k.word)
		return err
	}
	k.dir, err = l.openDirectory(k.word, k.bounds.limited(l.quota.share))
	return err
}

// openDirectory makes and opens a directory of the script, and before it that of
// all logs where it is below it.
func (l *logger) openDirectory(path string, b bounds) (*directory, error) {
	if l.root != "" {
		_ = unix.Mkdirat(l.home, l.root, everybody) // it may be there: otherwise that below it cannot be made
	}
	return openDirectory(l.home, path, b, l.script.mode)
}

// openStatus opens a status file; what it says stays until a line comes.
func openStatus(home int, path string) (int, error) {
	fd, err := fifo.Retry(func() (int, error) {
		return unix.Openat(home, path, unix.O_WRONLY|unix.O_CREAT|unix.O_NONBLOCK|unix.O_CLOEXEC, 0o600)
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
// without room is waited for, but for TERM: nothing was read yet. Where lines
// are dropped instead, they are.
func (l *logger) takeOver(d *directory) error {
	current, err := d.find(logdir.Current)
	if err != nil {
		return &Trouble{Verb: Look, Dir: d.path, File: logdir.Current, Err: err}
	}
	if current == unsettled && len(l.inputs) > 1 {
		d.endLine() // what follows may be of another service
	}
	done, err := d.find(logdir.Processed)
	if err != nil {
		return &Trouble{Verb: Look, Dir: d.path, File: logdir.Processed, Err: err}
	}
	if err := d.survey(); err != nil {
		return &Trouble{Verb: ReadDirectory, Dir: d.path, Err: err}
	}
	steps := takeOver(current, done)
	d.roomy = false // of a rotation that was not finished
	for i, s := range steps {
		for err := d.perform(s); err != nil; err = d.perform(s) {
			switch {
			case l.leaving || !spaceless(err):
				return d.trouble(s, err)
			case d.bounds.drops:
				d.rest, d.stuck = steps[i:], true
				l.later(d, d.trouble(s, err))
				return nil
			}
			l.pause(d.trouble(s, err))
		}
	}
	return nil
}

// loop passes on what comes, until there is no more, or enough was read after
// which it was to leave.
func (l *logger) loop() error {
	for l.reads() {
		if err := l.wait(); err != nil {
			return errors.New("unable to wait: " + reason(err))
		}
		if err := l.round(); err != nil {
			return err
		}
	}
	return nil
}

// round does what there is to do after a wait.
func (l *logger) round() error {
	l.tendAll()
	l.claimRest()
	if l.turning {
		l.turn()
	}
	if l.due() {
		_ = l.pass(nil) // nothing is read
	}
	for i := range l.inputs {
		if err := l.read(&l.inputs[i]); err != nil {
			return err
		}
	}
	return nil
}

// pass brings chunk to all files, and before it what is to be told. What was not
// written stays in the pipe, also while a file is rotated.
func (l *logger) pass(chunk []byte) error {
	l.stamp()
	l.restoreAll()
	for more := true; more; more = len(chunk) > 0 {
		l.stream.tell(false)
		n := l.stream.take(chunk)
		if err := l.bring(chunk[:n]); err != nil {
			return err
		}
		l.rotateFull()
		chunk = chunk[n:]
	}
	return nil
}

// bring writes what is in the buffers, which is chunk, and takes that out of the
// pipe.
func (l *logger) bring(chunk []byte) error {
	l.intend(chunk)
	l.flush()
	var err error
	if len(chunk) > 0 {
		err = l.in.take(len(chunk), l.ledger.mark())
	}
	l.ledger.taken()
	l.commit()
	return err
}

// commit says that all is taken.
func (l *logger) commit() {
	for i := range l.stream.sinks {
		k := &l.stream.sinks[i]
		if k.report = 0; k.dir != nil {
			k.dir.account.commit()
		}
	}
}

// confess tells what is owed at the end. What cannot be told stays in the
// ledger.
func (l *logger) confess() {
	for range 2 { // the first may only find that a file is full
		l.stamp()
		l.stream.tell(true)
		_ = l.bring(nil) // nothing is read
		l.rotateFull()
	}
}

// stamp gives all lines that begin now their time.
func (l *logger) stamp() {
	l.stream.now = time.Now()
	l.stream.stamp = appendStamp(l.stream.stamp[:0], l.script.stamp, l.stream.now)
}
