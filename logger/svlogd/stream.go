package svlogd

import "bytes"

// sink is what a log directory gets.
type sink struct {
	config
	selected bool   // the line that passes now
	buf      []byte // to be written
}

// stream takes lines apart and gives each to the sinks that want it. Of a line
// it keeps only the head, which patterns see; what is longer passes through.
type stream struct {
	options options
	sinks   []*sink
	send    func(to address, datagram []byte) (trouble string)
	alerts  []byte // for standard error
	stamp   []byte // of lines that begin now
	begun   []byte // the stamp of the line that has begun
	head    []byte
	inside  bool // a line has begun
	passing bool // its head is out
	packet  []byte
}

// atStart says that no line has begun.
func (s *stream) atStart() bool { return !s.inside }

// take takes what was read.
func (s *stream) take(chunk []byte) {
	for len(chunk) > 0 {
		if s.passing {
			chunk = s.pass(chunk)
			continue
		}
		s.start()
		part := chunk
		if room := s.options.lineMax - uint64(len(s.head)); uint64(len(part)) > room {
			part = part[:room]
		}
		i := bytes.IndexByte(part, '\n')
		if i >= 0 {
			part = part[:i]
		}
		s.head = append(s.head, part...)
		chunk = chunk[len(part):]
		switch {
		case i >= 0:
			chunk = chunk[1:]
			s.emit(false)
			s.finish()
		case uint64(len(s.head)) == s.options.lineMax:
			s.emit(true)
			s.passing = true
		}
	}
}

// start begins a line, if none has begun.
func (s *stream) start() {
	if !s.inside {
		s.inside = true
		s.begun = append(s.begun[:0], s.stamp...)
	}
}

// end ends a line that has no newline.
func (s *stream) end() {
	if s.inside && !s.passing {
		s.emit(false)
	}
	if s.inside {
		s.finish()
	}
}

// pass passes on what comes after the head, and returns what is not of the line.
func (s *stream) pass(chunk []byte) []byte {
	part, rest, found := bytes.Cut(chunk, []byte{'\n'})
	for _, k := range s.sinks {
		if k.selected && !k.only {
			k.buf = append(k.buf, part...)
		}
	}
	if found {
		s.finish()
	}
	return rest
}

// finish is the newline.
func (s *stream) finish() {
	for _, k := range s.sinks {
		if k.selected && !k.only {
			k.buf = append(k.buf, '\n')
		}
	}
	s.inside, s.passing, s.head = false, false, s.head[:0]
}

// emit gives the head to all who want it. There may be more of the line where
// it is long.
func (s *stream) emit(long bool) {
	s.mask()
	for _, k := range s.sinks {
		var alert bool
		if k.selected, alert = verdict(k.patterns, s.head); alert {
			s.alerts = s.appendMessage(s.alerts, k, long)
		}
		if !k.selected {
			continue
		}
		if k.address.port != 0 {
			s.packet = s.appendMessage(s.packet[:0], k, long)
			if trouble := s.send(k.address, s.packet); trouble != "" {
				k.buf = append(append(k.buf, trouble...), s.packet...)
			}
		}
		if !k.only {
			k.buf = append(append(append(k.buf, s.begun...), k.prefix...), s.head...)
		}
	}
}

// appendMessage appends the head as it goes to standard error or by UDP.
func (s *stream) appendMessage(b []byte, k *sink, long bool) []byte {
	b = append(append(append(b, s.begun...), k.prefix...), s.head...)
	if long {
		b = append(b, "..."...)
	}
	return append(b, '\n')
}

// mask replaces what -r and -R want replaced.
func (s *stream) mask() {
	if s.options.replace == 0 {
		return
	}
	for i, c := range s.head {
		if c < 32 || c > 126 || bytes.IndexByte([]byte(s.options.charset), c) >= 0 {
			s.head[i] = s.options.replace
		}
	}
}
