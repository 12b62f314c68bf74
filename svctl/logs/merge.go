package logs

// merge writes what logs have now in the order of its times; the lines of one
// log stay in their own order. A line without a time comes after the line before
// it of the same log. Of each log no more than turn lines are taken: one that
// has more may then be dirty still.
//
// Of each log one line is held, or the window of the last that are selected.
func (r *Reader) merge(p *Printer, logs []*journal, turn int) error {
	for _, l := range logs {
		l.left = turn
		if err := r.take(l); err != nil {
			return err
		}
	}
	for {
		first := earliest(logs)
		if first == nil {
			return nil
		}
		for once := true; first.ahead && (once || !first.line.Timed); once = false {
			if err := p.put(first.line); err != nil {
				return err
			}
			if err := r.take(first); err != nil {
				return err
			}
		}
	}
}

// earliest is the log whose next line is the oldest, nil if none has one. Of
// two it is the first.
func earliest(logs []*journal) (first *journal) {
	for _, l := range logs {
		if l.ahead && (first == nil || l.line.Time.Before(first.line.Time)) {
			first = l
		}
	}
	return first
}

// take takes the next line of a log.
func (r *Reader) take(l *journal) (err error) {
	if l.ahead = false; l.left == 0 {
		l.dirty = true
		return nil
	}
	l.left--
	if l.on {
		l.ahead, err = r.next(l)
		return err
	}
	if l.window == nil && !l.want.All() && r.Last != All {
		if err := r.fill(l); err != nil {
			return err
		}
	}
	if l.window != nil {
		if line, ok := l.window.take(); ok {
			l.line, l.ahead = line, true
		}
		return nil
	}
	if l.ahead, err = r.next(l); !l.ahead && err == nil {
		l.ended()
	}
	return err
}

// fill reads the first part of a log for the last lines that are wanted.
func (r *Reader) fill(l *journal) error {
	l.window = &window{most: r.Last}
	for {
		ok, err := r.next(l)
		if err != nil {
			return err
		}
		if !ok {
			l.ended()
			return nil
		}
		l.window.add(l.line)
	}
}
