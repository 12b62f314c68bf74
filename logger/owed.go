package logger

import (
	"bytes"
	"slices"
	"strconv"
	"time"

	"github.com/svdir/svdir/supervise/setting"
)

// owed is how many lines a directory did not get and has not told of: for want
// of space, and beyond its rate.
type owed struct{ space, rate int64 }

func (o owed) plus(p owed) owed  { return owed{o.space + p.space, o.rate + p.rate} }
func (o owed) minus(p owed) owed { return owed{o.space - p.space, o.rate - p.rate} }

// account is what a directory owes its reader, and what is on its way.
type account struct {
	owed  owed // as the ledger has it when all is taken
	fresh owed // of what is being written now
	told  owed // by what is being written now
}

// after is what is owed once all that is on its way has come.
func (a *account) after() owed { return a.owed.minus(a.told).plus(a.fresh) }

// commit says that it has come.
func (a *account) commit() { *a = account{owed: a.after()} }

// window counts lines for a rate: it begins with the first line after the end
// of the one before.
type window struct {
	began time.Time
	lines int
}

// over says that the window has ended, or has not begun.
func (w *window) over(r setting.Rate, now time.Time) bool {
	return w.lines == 0 || now.Sub(w.began) >= r.Window
}

// admits says that one more line may pass.
func (w *window) admits(r setting.Rate, now time.Time) bool {
	return r.Lines == 0 || w.over(r, now) || w.lines < r.Lines
}

// pass counts a line that passes.
func (w *window) pass(r setting.Rate, now time.Time) {
	if w.over(r, now) {
		*w = window{began: now}
	}
	w.lines++
}

// refusal is why a line that is selected does not go to a directory.
type refusal uint8

const (
	accepted refusal = iota
	noSpace
	tooMany
)

// picks says that the directory may refuse lines.
func (d *directory) picks() bool { return d.stuck || d.bounds.rate.Lines > 0 }

// refuses says whether the directory takes a line that begins now.
func (d *directory) refuses(now time.Time) refusal {
	switch {
	case d.stuck:
		return noSpace
	case !d.window.admits(d.bounds.rate, now):
		return tooMany
	}
	return accepted
}

// count counts a line that begins, as it was decided about.
func (d *directory) count(r refusal, now time.Time) {
	switch {
	case r == noSpace:
		d.account.fresh.space++
	case r == tooMany:
		d.account.fresh.rate++
	case d.bounds.rate.Lines > 0:
		d.window.pass(d.bounds.rate, now)
	}
}

// tell puts before all that comes what directories owe, where that can be said
// now. The rate is told of when its window has ended; last says that there is
// no later.
func (s *stream) tell(last bool) {
	for i := range s.sinks {
		if k := &s.sinks[i]; s.quiet(k) {
			s.tellOf(k, last)
		}
	}
}

// quiet says that k owes something and is not within a line.
func (s *stream) quiet(k *sink) bool {
	return k.dir != nil && k.dir.account.owed != owed{} && k.dir.account.told == owed{} && !k.dir.stuck && !(s.long != nil && k.taking)
}

// owes says that a directory owes something.
func (s *stream) owes() bool {
	return slices.ContainsFunc(s.sinks, func(k sink) bool { return k.dir != nil && k.dir.account.owed != owed{} })
}

func (s *stream) tellOf(k *sink, last bool) {
	d := k.dir
	told := d.account.owed
	if !last && !d.window.over(d.bounds.rate, s.now) {
		told.rate = 0
	}
	if told == (owed{}) || len(k.buf) > 0 {
		return
	}
	if d.ragged {
		k.buf = append(k.buf, '\n') // the end of a line was dropped
	}
	if told.space > 0 {
		s.report(k, told.space, "no space")
	}
	if told.rate > 0 {
		s.report(k, told.rate, "over the rate")
	}
	if d.bytes > 0 && k.filled() > d.bounds.size {
		k.buf, d.full = k.buf[:0], true // it is told in the next file
		return
	}
	d.account.told, k.report = told, len(k.buf)
}

// report puts a line of our own, as k wants lines, into the buffer of k.
func (s *stream) report(k *sink, n int64, why string) {
	lines := " lines"
	if n == 1 {
		lines = " line"
	}
	from := s.source
	s.source = &s.own
	s.since, s.head, s.mark = s.now, s.stamp, len(s.stamp)
	s.begin(k, []byte("-- "+strconv.FormatInt(n, 10)+lines+" dropped: "+why+" --"))
	k.finish()
	s.source = from
}

// lose counts the lines of which some is in b, the end of the buffer of k, as
// dropped. What is still to come of the last goes nowhere either.
func (s *stream) lose(k *sink, b []byte) {
	d := k.dir
	d.account.told = owed{}
	d.account.fresh.space += int64(bytes.Count(b, []byte{'\n'}))
	s.interrupt(k, len(b) > 0)
	d.full = false // it may have been full by what was dropped
}

// interrupt ends for k a line that has not ended, and counts it as dropped.
func (s *stream) interrupt(k *sink, counts bool) {
	if s.long != nil && k.taking {
		k.taking = false
		if counts {
			k.dir.account.fresh.space++
		}
	}
}
