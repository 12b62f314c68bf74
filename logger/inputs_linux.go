package logger

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/fifo"
)

// firstPipe is the descriptor of the first pipe that SV_PIPE_NAMES names.
const firstPipe = 3

// pipeNames is what the supervise of a logger of several inputs tells it. It is
// about our descriptors: what we start has others.
const pipeNames = "SV_PIPE_NAMES"

// openInputs opens standard input and the pipes that are named. It comes before
// all that opens descriptors of our own, which would be taken for such a pipe.
// Other names of the engine read standard input alone, as their originals.
func (l *logger) openInputs() error {
	names := ""
	if l.script.prog == "" {
		names = l.variable(pipeNames)
	}
	all := sources(l.name(), l.variable("SV_INSTANCE"), names)
	fds := make([]int, len(all))
	fds[0] = standardInput
	for i := 1; i < len(all); i++ {
		fds[i] = firstPipe + i - 1
		if err := isPipe(fds[i]); err != nil {
			return &Trouble{Verb: Read, File: describe(fds[i]), Err: err}
		}
		unix.CloseOnExec(fds[i])
	}
	l.takeInputs(all, fds, newGlass())
	return nil
}

// takeInputs takes what is read: from the descriptors fds come the lines of all.
func (l *logger) takeInputs(all []source, fds []int, g *glass) {
	l.inputs = slices.Grow(l.alone[:0], len(all))
	for i, from := range all {
		l.inputs = append(l.inputs, openInput(fds[i], from, g))
		l.inputs[i].tag = tagInput + i
	}
	isPipeNames := func(pair string) bool { return strings.HasPrefix(pair, pipeNames+"=") }
	if l.own == nil {
		l.env = slices.DeleteFunc(l.env, isPipeNames)
	}
	l.own = slices.DeleteFunc(l.own, isPipeNames)
	l.in = &l.inputs[0]
	l.stream.source, l.stream.own = &l.in.source, origin{l.name(), l.variable("SV_INSTANCE"), ""}.source("")
}

// isPipe says why a descriptor that was given to us is none.
func isPipe(fd int) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFIFO {
		return errors.New("not a pipe")
	}
	return nil
}

// describe is what an input is called where it cannot be read.
func describe(fd int) string {
	if fd == standardInput {
		return "standard input"
	}
	return "descriptor " + strconv.Itoa(fd) + " of " + pipeNames
}

// listen waits for all inputs, or for none: where they are not read now, the
// wait would never wait.
func (l *logger) listen(on bool) {
	for i := range l.inputs {
		switch in := &l.inputs[i]; {
		case !in.patient || in.ended || !in.claimed:
		case on:
			l.expect(in)
		default:
			l.poll.Remove(in.fd)
		}
	}
}

// expect waits for what is in an input; where that begins with a part of a line, for
// what comes to it.
func (l *logger) expect(in *input) {
	events := int16(unix.POLLIN)
	if in.part {
		events |= fifo.Edge
	}
	l.poll.Add(in.fd, events, l, in.tag)
}

// setPart says whether an input begins with a part of a line.
func (l *logger) setPart(in *input, part bool) {
	if in.part != part {
		in.part = part
		l.poll.Remove(in.fd)
		l.expect(in)
	}
}

// claimRest claims the inputs that another logger has read until now.
func (l *logger) claimRest() {
	for i := range l.inputs {
		in := &l.inputs[i]
		if in.claimed || in.ended {
			continue
		}
		if in.claim(); in.claimed && in.patient {
			l.expect(in)
		}
	}
}

// claimed says that no other logger has an input of ours.
func (l *logger) claimed() bool {
	for i := range l.inputs {
		if in := &l.inputs[i]; !in.claimed && !in.ended {
			return false
		}
	}
	return true
}

// release is for an input that is not read any more.
func (l *logger) release(in *input) {
	in.ended = true
	if in.patient {
		l.poll.Remove(in.fd)
	}
}

// reads says that there is still an input to be read, and lets go of those that
// are done with after TERM.
func (l *logger) reads() bool {
	more := false
	for i := range l.inputs {
		in := &l.inputs[i]
		if l.leaving && !in.ended && (!in.claimed || in.done()) {
			l.release(in)
		}
		more = more || !in.ended
	}
	return more
}

// patient says that all that is read can be waited for.
func (l *logger) patient() bool {
	for i := range l.inputs {
		if in := &l.inputs[i]; !in.patient && !in.ended {
			return false
		}
	}
	return true
}

// leave is TERM: what is in the inputs that are held now is read, since perhaps
// nobody comes after us who would.
func (l *logger) leave() {
	if l.leaving {
		return
	}
	l.leaving = true
	for i := range l.inputs {
		if in := &l.inputs[i]; in.held && in.claimed {
			in.left, in.heard = in.waiting(), true
		}
	}
}

// waiting is how much there is in a pipe.
func (in *input) waiting() int {
	n, _ := fifo.Retry(func() (int, error) { return unix.IoctlGetInt(in.fd, unix.TIOCINQ) }) // 0 where it fails
	return n
}

// done says that enough was read after TERM: the line that had begun, if there
// was one. In what is held it may never end, nor come to an end: then it is what
// was there, and at most as much again.
func (in *input) done() bool {
	if !in.held {
		return in.source.atStart()
	}
	return in.left <= 0 && in.source.atStart() || in.left <= -maxBuffer || in.waiting() == 0
}

// portion is how much of chunk is taken now. A line that has not come whole is
// left in the pipe if there may be more of it there, and nothing of it is in a file.
func (l *logger) portion(in *input, chunk []byte) []byte {
	if l.leaving && in.left > 0 {
		return chunk[:min(in.left, len(chunk))]
	}
	last := bytes.LastIndexByte(chunk, '\n')
	if l.leaving {
		last = bytes.IndexByte(chunk, '\n')
	}
	if in.standing() && (last >= 0 || in.parts() && l.stream.long != &in.source) {
		return chunk[:last+1]
	}
	return chunk
}

// read passes on what an input has now: each that was heard has one turn before
// any has another.
func (l *logger) read(in *input) error {
	if in.ended || !in.claimed || !in.heard && in.patient || l.leaving && in.done() {
		return nil
	}
	in.heard = false
	limit := maxBuffer
	if l.leaving {
		limit = 1 // not more than the end of the line
	}
	chunk, end, err := in.look(limit)
	if err != nil {
		return &Trouble{Verb: Read, File: describe(in.fd), Err: err}
	}
	if end {
		l.release(in)
		l.complete(in)
		return nil
	}
	l.in, l.stream.source = in, &in.source
	n := len(chunk)
	chunk = l.portion(in, chunk)
	if l.setPart(in, n > 0 && len(chunk) == 0); in.part {
		l.stamp()
		l.stream.start()
	}
	if len(chunk) == 0 {
		return nil
	}
	if err := l.pass(chunk); err != nil {
		return &Trouble{Verb: Read, File: describe(in.fd), Err: err}
	}
	return nil
}

// complete gives a line that has begun its newline. What is in the pipe of one is for
// the next logger.
func (l *logger) complete(in *input) {
	if in.part {
		return
	}
	l.stream.source = &in.source
	for !in.source.atStart() {
		l.stream.take([]byte{'\n'})
		l.flush()
		l.note()
		l.rotateFull()
	}
}
