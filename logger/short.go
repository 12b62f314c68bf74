package logger

import (
	"bytes"
	"math"
)

// takeShort is take for what most scripts and most lines are: lines that are
// there whole, in a head, and go to one place as they are, or nowhere. It stops
// before whatever else comes: step would do the same with these, for all others.
func (s *stream) takeShort(chunk []byte) int {
	k := s.only()
	if k == nil || s.begun || s.parted || s.long != nil {
		return 0
	}
	k.prepare()
	n, b, room := 0, k.buf, k.room()
	for room > nearlyFull && len(b) < enough {
		size := bytes.IndexByte(chunk[n:], '\n') + len("\n")
		width := len(s.stamp) + len(s.label) + size
		if size == 0 || width > min(maxHead, room) {
			break
		}
		at := len(b)
		b = append(append(append(b, s.stamp...), s.label...), chunk[n:n+size]...)
		n += size
		if !s.selects(b[at : len(b)-len("\n")]) {
			b = b[:at]
		} else if room -= width; room <= nearlyFull {
			k.dir.full = true
		}
	}
	k.buf = b
	return n
}

// only is the place to which all lines go that are selected, as they are; nil
// if there are more, or it may refuse some.
func (s *stream) only() *sink {
	var one *sink
	for i := range s.sinks {
		k := &s.sinks[i]
		switch {
		case k.kind == choose || k.kind == drop:
		case one != nil || k.kind != archive && k.kind != output || k.form != form{} || k.dir != nil && k.dir.picks():
			return nil
		default:
			one = k
		}
	}
	return one
}

// selects asks the patterns before the first place about a head.
func (s *stream) selects(head []byte) bool {
	selected := true
	for i := range s.sinks {
		switch k := &s.sinks[i]; k.kind {
		case choose:
			selected = selected || match(k.word, head)
		case drop:
			selected = selected && !match(k.word, head)
		default:
			return selected
		}
	}
	return selected
}

// room is how much still fits into the file of k.
func (k *sink) room() int {
	if k.dir == nil {
		return math.MaxInt
	}
	return int(min(k.dir.bounds.size-k.filled(), math.MaxInt))
}
