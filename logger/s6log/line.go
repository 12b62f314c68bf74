package s6log

import (
	"bytes"
	"time"

	"github.com/svdir/svdir/logger/tai64n"
)

// stream takes what is read apart into lines, and puts each where the script
// wants it. It has no clock and writes nothing.
type stream struct {
	parts  []routed
	limit  int    // of a line, 0 without one
	head   []byte // of the line that has begun
	label  []byte // of now, with its blank
	local  []byte // likewise
	out    []byte // for standard output
	alerts []byte // for standard error
}

// routed is a part of the script with the places its lines go to.
type routed struct {
	selections []selection
	sinks      []sink
}

// sink is an action, and what waits for it.
type sink struct {
	action
	dir   *directory // of an archive
	last  []byte     // what a status file is to say
	fresh bool       // which it does not yet
}

// at gives all lines that end now their time.
func (s *stream) at(now time.Time) {
	s.label = append(tai64n.Pack(now.Add(leap)).AppendText(s.label[:0]), ' ')
	s.local = append(appendLocal(s.local[:0], now), "  "...)
}

// take takes a chunk of input, which it may change: a NUL ends a line as a newline
// does. A line that is longer than the limit is parted.
func (s *stream) take(chunk []byte) {
	for rest := chunk; ; {
		i := bytes.IndexByte(rest, 0)
		if i < 0 {
			break
		}
		rest[i], rest = '\n', rest[i+1:]
	}
	for len(chunk) > 0 {
		end := bytes.IndexByte(chunk, '\n')
		n := end
		if end < 0 {
			n = len(chunk)
		}
		if s.limit > 0 && len(s.head)+n > s.limit {
			n = s.limit - len(s.head)
			s.line(s.whole(chunk[:n]))
			chunk = chunk[n:]
			continue
		}
		if end < 0 {
			s.head = append(s.head, chunk...)
			return
		}
		s.line(s.whole(chunk[:n]))
		chunk = chunk[n+1:]
	}
}

// whole is the line that rest ends; none has begun then.
func (s *stream) whole(rest []byte) []byte {
	if len(s.head) == 0 {
		return rest
	}
	line := append(s.head, rest...)
	s.head = spare(line[:0])
	return line
}

// begun says that a line has begun.
func (s *stream) begun() bool { return len(s.head) > 0 }

// end ends a line that has begun.
func (s *stream) end() {
	if s.begun() {
		s.line(s.whole(nil))
	}
}

// line puts one line where the script wants it.
func (s *stream) line(line []byte) {
	selected, acted := true, false
	for i := range s.parts {
		part := &s.parts[i]
		for _, c := range part.selections {
			switch c.kind {
			case 'f':
				selected = !acted
			case '+':
				selected = selected || c.pattern.Match(line)
			case '-':
				selected = selected && !c.pattern.Match(line)
			}
		}
		if selected {
			acted = true
			for k := range part.sinks {
				s.put(&part.sinks[k], line)
			}
		}
	}
}

// put gives a line to a sink.
func (s *stream) put(k *sink, line []byte) {
	switch k.kind {
	case output:
		s.out = s.written(s.out, k, line)
	case archive:
		k.dir.buf = s.written(k.dir.buf, k, line)
	case alert:
		s.alert(k, line)
	case status:
		k.last, k.fresh = sized(s.written(k.last[:0], k, line), k.size), true
	}
}

// written appends a line as k wants it.
func (s *stream) written(b []byte, k *sink, line []byte) []byte {
	return append(append(s.before(b, k), line...), '\n')
}

// before appends what stands before a line.
func (s *stream) before(b []byte, k *sink) []byte {
	if k.label {
		b = append(b, s.label...)
	}
	if k.local {
		b = append(b, s.local...)
	}
	if k.prefix != "" {
		b = append(append(b, k.prefix...), ' ')
	}
	return b
}

// alert appends an alert, which has the beginning of a line that is much longer.
func (s *stream) alert(k *sink, line []byte) {
	const more = "..."
	s.alerts = s.before(append(s.alerts, prog+": alert: "...), k)
	if k.size > 0 && len(line) > k.size+len(more) {
		s.alerts = append(append(s.alerts, line[:k.size]...), more...)
	} else {
		s.alerts = append(s.alerts, line...)
	}
	s.alerts = append(s.alerts, '\n')
}

// sized is the text of a status file that always has the same size, unless that
// is 0.
func sized(text []byte, size int) []byte {
	if size == 0 {
		return text
	}
	for len(text) < size {
		text = append(text, '\n')
	}
	return text[:size]
}

// leap is the leap seconds that s6 counts, since 2017: its labels are so much ahead of
// those of daemontools.
const leap = 27 * time.Second

// appendLocal appends a moment as 2026-11-21 19:34:37.548297809, local time.
func appendLocal(b []byte, t time.Time) []byte {
	return t.Local().AppendFormat(b, "2006-01-02 15:04:05.000000000")
}

// spare is b, or nothing where b is empty and its room is more than what is
// needed every day.
func spare(b []byte) []byte {
	if len(b) == 0 && cap(b) > 4*chunkSize {
		return nil
	}
	return b
}
