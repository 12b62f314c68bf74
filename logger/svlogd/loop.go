package svlogd

import (
	"bytes"
	"syscall"
	"time"

	"github.com/svdir/svdir/fifo"
)

// logger is the one loop and what it holds.
type logger struct {
	voice
	env    []string // of processors
	dirs   []*directory
	stream stream
	socket socket
	in     *input
	poll   fifo.Poller

	listening bool // to standard input
	heard     bool // it may be readable
	leaving   bool // TERM came
	turning   bool // ALRM came: rotate
	reopening bool // HUP came
	died      bool // CHLD came: a processor has ended
}

// retry is when what failed is tried again.
const retry = 3 * time.Second

// The exit codes of svlogd.
const (
	ok     = 0
	failed = 111
)

// Run does what svlogd does with these arguments, its name first, and returns
// its exit code. environ is the environment of processors.
func Run(argv, environ []string) int {
	l := &logger{voice: voice{notice: fifo.NewNotice(2)}, env: environ}
	options, said, good := parse(argv[1:])
	if !good {
		l.notice.Say(said + "usage: " + argv[0] + usageText)
		return failed
	}
	l.verbose, l.stream.options, l.stream.send = options.verbose, options, l.socket.send
	for _, path := range options.dirs {
		d := &directory{path: path, fd: -1, lock: -1, file: -1}
		l.dirs = append(l.dirs, d)
	}
	if err := l.poll.Signals(l, tagSignal, syscall.SIGTERM, syscall.SIGALRM, syscall.SIGHUP, syscall.SIGCHLD); err != nil {
		l.fatal("unable to listen to signals: " + reason(err))
		return failed
	}
	if !l.openAll() {
		return failed
	}
	l.in = openInput()
	if !l.loop() {
		return failed
	}
	l.end()
	return ok
}

// openAll opens all directories, again if need be. It is of no use to go on
// without one.
func (l *logger) openAll() bool {
	l.reopening = false
	l.stream.sinks = l.stream.sinks[:0]
	for _, d := range l.dirs {
		l.close(d)
		if l.open(d) {
			l.stream.sinks = append(l.stream.sinks, &d.sink)
		}
	}
	if len(l.stream.sinks) == 0 {
		l.fatal("no functional log directories.")
		return false
	}
	return true
}

// loop passes on what comes, until there is no more, or TERM came.
func (l *logger) loop() bool {
	for {
		l.listen(true)
		l.mustWait(l.inputDeadline())
		if l.turning {
			l.turn()
		}
		if l.leaving && l.stream.atStart() {
			return true
		}
		if l.reopening && !l.openAll() {
			return false
		}
		l.rotateOld()
		if !l.heard && l.in.patient {
			continue
		}
		l.heard = false
		if !l.pass() {
			if !l.in.part { // else it is for the next logger
				l.stream.end()
			}
			l.flush()
			return true
		}
	}
}

// pass passes on what can be read now. It says false when there is no more.
func (l *logger) pass() bool {
	limit := chunkSize
	if l.leaving {
		limit = 1 // not more than the end of the line
	}
	chunk, end, err := l.in.look(limit)
	n := len(chunk)
	chunk = l.portion(chunk)
	l.stream.stamp = appendStamp(l.stream.stamp[:0], l.stream.options.stamp, time.Now())
	if l.setPart(n > 0 && len(chunk) == 0); l.in.part {
		l.stream.start()
	}
	l.stream.take(chunk)
	l.flush()
	if err == nil && len(chunk) > 0 {
		err = l.in.take(len(chunk))
	}
	if err != nil {
		l.warn("unable to read standard input: " + reason(err))
	}
	return !end && err == nil
}

// portion is how much of chunk is taken now. A line that has not come whole is left in
// the pipe if there may be more of it there, and nothing of it is in a file.
func (l *logger) portion(chunk []byte) []byte {
	last := bytes.LastIndexByte(chunk, '\n')
	if l.leaving {
		last = bytes.IndexByte(chunk, '\n')
	}
	if last >= 0 && (l.leaving || l.in.copying) || l.in.parts() && !l.stream.passing {
		return chunk[:last+1]
	}
	return chunk
}

// turn rotates every current that is not empty: ALRM asks for it.
func (l *logger) turn() {
	l.turning = false
	for _, d := range l.dirs {
		l.rotate(d)
	}
}

// end waits for the processors, and leaves everything in order.
func (l *logger) end() {
	for _, d := range l.dirs {
		for d.run != nil {
			l.listen(false)
			l.mustWait(l.deadline())
		}
		l.close(d)
	}
}
