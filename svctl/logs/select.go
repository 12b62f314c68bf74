package logs

import (
	"bytes"
	"regexp"
	"time"

	"github.com/svdir/svdir/logger/logdir"
	"github.com/svdir/svdir/logger/tai64n"
	"github.com/svdir/svdir/svctl"
)

// The streams of a service that a line may say it comes from.
const (
	Stdout = "stdout"
	Stderr = "stderr"
)

// Selection says which lines are wanted: those that fulfil all of it.
type Selection struct {
	Since, Until time.Time      // from the one on, and before the other; zero for any
	Match        *regexp.Regexp // matches what was said
	Stream       string         // is its stream
	Service      string         // is where it comes from: of a log of several
}

// All says that every line is wanted.
func (s *Selection) All() bool { return *s == Selection{} }

// takes says that the line is wanted. One of unknown time is not where times
// are asked for, nor one of unknown stream where streams are.
func (s *Selection) takes(l *Line) bool {
	return s.takesTime(l.Time) && (s.Service == "" || s.Service == l.Service) && (s.Stream == "" || s.Stream == l.Stream) && (s.Match == nil || s.Match.Match(l.Said))
}

func (s *Selection) takesTime(t time.Time) bool {
	if s.Since.IsZero() && s.Until.IsZero() {
		return true
	}
	return !t.IsZero() && !t.Before(s.Since) && (s.Until.IsZero() || t.Before(s.Until))
}

// after says that an archive has no line that is wanted, nor any before it: its
// name is the time of its end. The clocks of loggers differ by leap seconds.
func (s *Selection) after(archive string) bool {
	const leap = time.Minute
	stem, _ := logdir.Stem(archive)
	label, err := tai64n.Parse([]byte(stem))
	if err != nil || s.Since.IsZero() {
		return false
	}
	end, err := tai64n.Unpack(label[:])
	return err == nil && end.Before(s.Since.Add(-leap))
}

// selects says that the line that was read is wanted. All pieces of a line go
// with the first.
func (l *journal) selects() bool {
	if !l.line.Part {
		l.chosen = l.want.takes(&l.line)
		if !l.chosen && l.want.Stream != "" && l.line.Stream == "" && l.want.Service == "" && !l.told {
			l.told = true
			l.warn(&svctl.Problem{Verb: "tell the streams of", Object: l.name, Reason: "lines in " + l.dir + " do not say theirs (svlog j does, of a service with split-stderr), leaving them out"})
		}
	}
	return l.chosen
}

// ended is where no more lines of the first part come.
func (l *journal) ended() {
	if l.read && l.last.IsZero() && !l.want.takesTime(time.Time{}) {
		l.warn(&svctl.Problem{Verb: "tell the times of", Object: l.name, Reason: "lines in " + l.dir + " have none, leaving them out"})
	}
	l.read = false
}

// window are the last lines that are wanted of one log, at most so many.
type window struct {
	most  int
	lines []Line
	whole int // how many lines that is, with all pieces
}

// add copies a line.
func (w *window) add(l Line) {
	if !l.Part {
		if w.whole == w.most {
			w.drop()
		}
		w.whole++
	}
	l.Text, l.Said = bytes.Clone(l.Text), bytes.Clone(l.Said)
	if w.most > 0 {
		w.lines = append(w.lines, l)
	}
}

// drop forgets the first line.
func (w *window) drop() {
	for first := true; len(w.lines) > 0 && (first || w.lines[0].Part); first = false {
		w.lines[0] = Line{}
		w.lines = w.lines[1:]
	}
	w.whole--
}

// take takes the first piece out.
func (w *window) take() (l Line, ok bool) {
	if len(w.lines) == 0 {
		return Line{}, false
	}
	l, w.lines = w.lines[0], w.lines[1:]
	return l, true
}
