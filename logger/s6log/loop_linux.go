package s6log

import (
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// logger is the one loop and what it holds.
type logger struct {
	options
	env    []string // of processors
	stream stream
	dirs   []*directory
	poll   fifo.Poller
	notice *fifo.Notice
	buf    []byte // room for what is read

	patient   bool // standard input can be waited for
	listening bool // it is waited for
	heard     bool // it may be readable
	leaving   bool // a signal came: not more than the end of the line
	exiting   bool // nothing is read any more
	piped     bool // standard output may keep one waiting
	stuck     bool // it does
	closed    bool // nobody reads it
}

const (
	standardInput = 0
	chunkSize     = 64 << 10 // what is read at once
	maxWaiting    = 1 << 20  // so much waits for a file before nothing is read
)

// The tags of what the loop waits for; those of children are the numbers of
// their directories.
const (
	tagSignal = -1 - iota
	tagInput
	tagOutput
)

// Run is s6-log with these arguments; environ is the environment of processors.
// The result is the exit code.
func Run(args, environ []string) int {
	l := &logger{env: environ, notice: fifo.NewNotice(2)}
	err := l.begin(args)
	if err == nil {
		err = l.loop()
	}
	var f *failure
	if errors.As(err, &f) {
		_ = fifo.WriteAll(2, []byte(prog+": "+f.text+"\n")) // nobody is left to be told
		return f.code
	}
	return 0
}

// begin does everything up to the first line.
func (l *logger) begin(args []string) error {
	o, words, err := parseOptions(args, func(fd int) error {
		_, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		return err
	})
	if err != nil {
		return err
	}
	s, err := parse(words)
	if err != nil {
		return err
	}
	l.options, l.stream.limit, l.buf = o, o.limit, make([]byte, chunkSize)
	if s.extraneous {
		l.warn("ignoring extraneous non-action directives")
	}
	if err := l.poll.Signals(l, tagSignal, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGALRM); err != nil {
		return unable("trap signals" + because(err))
	}
	if err := l.open(s); err != nil {
		return err
	}
	l.patient, l.piped = fifo.Patient(standardInput), isPiped(standardOutput)
	if o.notify > 0 {
		_ = fifo.WriteAll(o.notify, []byte("\n")) // nobody waits for it
		_ = unix.Close(o.notify)                  // it was only for this
	}
	return nil
}

// open opens what the script names.
func (l *logger) open(s script) error {
	umask := unix.Umask(0)
	unix.Umask(umask)
	for _, p := range s.parts {
		to := routed{selections: p.selections}
		for _, a := range p.actions {
			k := sink{action: a}
			if a.kind == archive {
				d, err := openDirectory(a.word, a.bounds, newFile&^uint32(umask), l.warn)
				if err != nil {
					return err
				}
				k.dir, l.dirs = d, append(l.dirs, d)
			}
			to.sinks = append(to.sinks, k)
		}
		l.stream.parts = append(l.stream.parts, to)
	}
	return nil
}

// loop passes on what comes, until there is no more and all is written.
func (l *logger) loop() error {
	for {
		l.flush()
		waits, many := l.waiting()
		if l.exiting && !waits {
			break
		}
		reading := !l.exiting && !many && !(l.block && waits)
		if err := l.wait(reading); err != nil {
			return err
		}
		if reading && !l.exiting && (l.heard || !l.patient) {
			l.heard = false
			l.read()
		}
	}
	for _, d := range l.dirs {
		d.steps = ending()
	}
	for {
		l.flush()
		if waits, _ := l.waiting(); !waits {
			return nil
		}
		if err := l.wait(false); err != nil {
			return err
		}
	}
}

// waiting says whether something waits to be written, and whether it is so much
// that nothing must be added.
func (l *logger) waiting() (some, many bool) {
	some, many = len(l.stream.out) > 0, len(l.stream.out) >= maxWaiting
	for _, d := range l.dirs {
		some, many = some || d.waits(), many || len(d.buf) >= maxWaiting
	}
	return some, many
}

// read reads what there is. After a signal that is one byte, so that nothing
// behind the line leaves the pipe.
func (l *logger) read() {
	room := l.buf
	if l.leaving {
		room = room[:1]
	}
	n, err := fifo.Retry(func() (int, error) { return unix.Read(standardInput, room) })
	switch {
	case err == unix.EAGAIN:
	case n <= 0:
		if err != nil {
			l.warn("unable to read from stdin" + because(err))
		}
		l.finish()
	case l.leaving:
		l.last(room[0])
	default:
		l.stream.at(time.Now())
		l.stream.take(room[:n])
	}
}

// last takes a byte of the last line.
func (l *logger) last(c byte) {
	s := &l.stream
	if c != '\n' && c != 0 {
		s.head = append(s.head, c)
		if s.limit == 0 || len(s.head) <= s.limit {
			return
		}
		l.warn("input line too long, stopping before the end")
	}
	l.finish()
}

// finish reads nothing any more, and ends the line that has begun.
func (l *logger) finish() {
	l.stream.at(time.Now())
	l.stream.end()
	l.exiting = true
}

// warn says what went wrong, unless that is not wished, and never waits for
// whoever reads it.
func (l *logger) warn(text string) {
	if l.verbosity > 0 {
		l.notice.Say(prog + ": warning: " + text + "\n")
	}
}
