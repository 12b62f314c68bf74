package logger

import (
	"bytes"
	"time"
)

const (
	// maxHead is how much of a line, with its stamp, patterns and status files
	// see: as in multilog.
	maxHead = 1000
	// maxAlert is how much of a line is an alert.
	maxAlert = 200
	// maxBuffer is how much is looked at at a time: what a pipe holds.
	maxBuffer = 64 << 10
	// enough is what waits for a file, about, when it is written: all of what was
	// looked at, with its stamps.
	enough = 128 << 10
	// maxPiece is how much of a line that is longer than maxHead is taken at
	// once.
	maxPiece = 8 << 10
	// nearlyFull is multilog's: a file that ends so near to its size, with a
	// whole line, is full.
	nearlyFull = 2000
)

// stream takes what is read apart into lines, and puts each, stamped, into the
// buffers of the sinks that select it. It has no clock and writes nothing.
//
// The lines of several sources are never mixed: of each the beginning is in its
// head, and one at most has left it. Where another needs the files, that ends
// there.
type stream struct {
	*source         // whose input is taken
	long    *source // whose head is full or has been used: the rest of its line passes through
	own     source  // of our own lines
	sinks   []sink
	now     time.Time
	stamp   []byte // of now, with its blank
}

// sink is an action of the script, and what waits to be written for it.
type sink struct {
	action
	taking  bool    // the line that has begun is selected for it, and not refused
	refused refusal // it is selected, for a directory
	report  int     // how much of buf is what the directory tells
	buf     []byte
	fresh   bool // the buffer of a status file was not written yet
	json    text
	fd      int        // of a status file
	dir     *directory // of an archive
}

// filled is what a log directory's file will hold when the buffer is written.
func (k *sink) filled() int64 { return k.dir.bytes + int64(len(k.buf)) }

// take puts chunk, or as much of it as the buffers allow before they must be
// written, into these, and says how much that was.
func (s *stream) take(chunk []byte) int {
	n := 0
	for n < len(chunk) && !s.mustWrite() {
		m := s.takeShort(chunk[n:])
		if m == 0 {
			m = s.step(chunk[n:])
		}
		n += m
		if m == 0 {
			break
		}
	}
	return n
}

// mustWrite says that a file is full or a buffer large.
func (s *stream) mustWrite() bool {
	for i := range s.sinks {
		k := &s.sinks[i]
		if len(k.buf) >= enough || k.dir != nil && k.dir.full {
			return true
		}
	}
	return false
}

// step takes one line, or a part of one, from the start of in. 0 means that a
// file must be rotated first.
func (s *stream) step(in []byte) int {
	end := bytes.IndexByte(in, '\n')
	ends := end >= 0
	if !ends {
		end = len(in)
	}
	if s.long == s.source {
		return s.pass(in[:end], ends)
	}
	if s.parted && !s.begun && end == 0 && ends {
		s.parted = false
		return 1 // all of it has been written
	}
	s.start()
	had := len(s.head)
	n := min(end, maxHead-had)
	s.head = append(s.head, in[:n]...)
	if !ends && len(s.head) < maxHead {
		return n
	}
	if s.long != nil {
		s.long.parted = true
		if s.close(); s.owes() { // which is told before the line
			s.head = s.head[:had]
			return 0
		}
	}
	s.selection()
	if !s.fits(in[n:end], ends) {
		s.head = s.head[:had]
		return 0
	}
	s.open()
	if ends && n == end {
		s.close()
		return n + 1
	}
	return n
}

// start begins a line, if none has begun.
func (s *stream) start() {
	if s.begun {
		return
	}
	s.begun, s.parted, s.since, s.mark = true, false, s.now, len(s.stamp)+len(s.label)
	s.head = append(append(s.head[:0], s.stamp...), s.label...)
}

// atStart says that no line of the source has begun.
func (s *source) atStart() bool { return !s.begun }

// selection asks all patterns about the head.
func (s *stream) selection() {
	selected := true
	for i := range s.sinks {
		k := &s.sinks[i]
		switch k.kind {
		case choose:
			selected = selected || match(k.word, s.head)
		case drop:
			selected = selected && !match(k.word, s.head)
		default:
			k.taking, k.refused = selected, accepted
			if selected && k.dir != nil && k.dir.picks() {
				k.refused = k.dir.refuses(s.now)
				k.taking = k.refused == accepted
			}
		}
	}
}

// fits marks as full each file in which the line would not end, unless that is
// empty, and says whether there is none. rest follows the head.
func (s *stream) fits(rest []byte, ends bool) bool {
	ok := true
	for i := range s.sinks {
		k := &s.sinks[i]
		if k.dir == nil || !k.taking || k.filled() == 0 {
			continue
		}
		if k.filled()+int64(s.width(k, rest, ends)) > k.dir.bounds.size {
			k.dir.full, ok = true, false
		}
	}
	return ok
}

// width is how many bytes the head and rest are where k writes them.
func (s *stream) width(k *sink, rest []byte, ends bool) int {
	n := 0
	if ends {
		n = len("\n")
	}
	if k.form.json {
		line := s.head[s.mark:]
		n += len(opening) + len("2026-11-21T10:20:30.123456Z") + len(s.json) + len(closing)
		return n + jsonSize([]byte(k.form.prefix)) + jsonSize(line) + jsonSize(rest)
	}
	return n + len(s.head) + len(k.form.prefix) + len(rest)
}

// open puts the head where it is selected.
func (s *stream) open() {
	s.long = s.source
	for i := range s.sinks {
		k := &s.sinks[i]
		if k.dir != nil && k.dir.picks() && (k.taking || k.refused != accepted) {
			k.dir.count(k.refused, s.now)
		}
		if k.taking {
			switch k.kind {
			case alert:
				s.alert(k)
			case status:
				k.buf, k.fresh = append(k.buf[:0], s.head...), true
			default:
				s.begin(k, s.head[s.mark:])
			}
		}
	}
}

// The parts of a line as JSON, beside those of its source.
const (
	opening = `{"time":"`
	lining  = `","line":"`
	closing = `"}`
)

// begin puts the beginning of a line, as k wants it, into the buffer of k.
func (s *stream) begin(k *sink, line []byte) {
	k.prepare()
	if !k.form.json {
		k.buf = append(k.buf, s.head[:s.mark]...)
		k.buf = append(k.buf, k.form.prefix...)
		k.buf = append(k.buf, line...)
		return
	}
	k.buf = append(k.buf, opening...)
	k.buf = append(appendUTC(k.buf, s.since), s.json...)
	k.buf = k.json.end(k.json.add(k.buf, []byte(k.form.prefix)))
	k.buf = k.json.add(k.buf, line)
}

// prepare gives k its buffer, before the first line.
func (k *sink) prepare() {
	if k.buf == nil {
		k.buf = make([]byte, 0, enough+2*maxPiece) // untouched pages cost nothing
	}
}

// finish ends a line in the buffer of k.
func (k *sink) finish() {
	if k.form.json {
		k.buf = append(k.json.end(k.buf), closing...)
	}
	k.buf = append(k.buf, '\n')
}

// alert puts the beginning of the line, as k wants it, into the buffer of k.
func (s *stream) alert(k *sink) {
	line, more := s.head[s.mark:], ""
	if k.form.json && len(line) > maxAlert {
		line, more = line[:maxAlert], "..."
	}
	at := len(k.buf)
	s.begin(k, line)
	if !k.form.json && len(k.buf)-at > maxAlert {
		k.buf, more = k.buf[:at+maxAlert], "..."
	}
	k.buf = append(k.json.end(k.buf), more...)
	k.finish()
}

// pass takes in, of a line whose beginning was taken, or a part of it; then the
// line ends if ends says so.
func (s *stream) pass(in []byte, ends bool) int {
	n := s.room(min(len(in), maxPiece))
	if n == 0 && len(in) > 0 {
		return 0
	}
	for i := range s.sinks {
		k := &s.sinks[i]
		switch {
		case !k.taking || k.kind != output && k.kind != archive:
		case k.form.json:
			k.buf = k.json.add(k.buf, in[:n])
		default:
			k.buf = append(k.buf, in[:n]...)
		}
	}
	if ends && n == len(in) {
		s.close()
		n++
	}
	return n
}

// room is how much of want fits into all files that take it. Where nothing
// does, the file is full, and the line goes on in the next.
func (s *stream) room(want int) int {
	n := want
	for i := range s.sinks {
		k := &s.sinks[i]
		if k.dir == nil || !k.taking {
			continue
		}
		left := k.dir.bounds.size - k.filled()
		if k.form.json {
			left /= widest
		}
		if left <= 0 && want > 0 {
			k.dir.full = true
		}
		n = int(min(int64(n), max(left, 0)))
	}
	return n
}

// close ends the line that has left its head.
func (s *stream) close() {
	s.long.begun, s.long = false, nil
	for i := range s.sinks {
		k := &s.sinks[i]
		if !k.taking || k.kind != output && k.kind != archive {
			continue
		}
		k.finish()
		if k.dir != nil && k.filled() >= k.dir.bounds.size-nearlyFull {
			k.dir.full = true
		}
	}
}
