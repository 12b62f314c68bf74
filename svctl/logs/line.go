package logs

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/svdir/svdir/logger/logdir"
)

// Line is one line of a log, or a piece of a long one. It is valid until the
// next line of the same log is read.
type Line struct {
	Name  string // the service whose log it is, or which it comes from
	Text  []byte // with its stamp, without its newline
	Stamp logdir.Stamp
	// Time is that of the line, else that of the line before. Timed: it is its
	// own.
	Time  time.Time
	Timed bool
	// Said is what was written, without the stamp, and without what svlog j puts
	// around it.
	Said []byte
	// Service, Instance and Stream are what such a line says of where it comes
	// from, "" if nothing; also its label, where that is of whom is asked for.
	Service, Instance, Stream string
	Foreign                   bool // its log is that of several services, and it is not asked for by name
	Part                      bool // the piece before belongs to the same line
	Open                      bool // no newline follows, as far as is known

	log int // the place of its log among all
}

// zone is that of the stamps which do not say theirs.
var zone = time.Local

// wrapped is a line of svlog j.
type wrapped struct {
	Time     *time.Time `json:"time"`
	Service  string     `json:"service"`
	Instance string     `json:"instance"`
	Stream   string     `json:"stream"`
	Line     *string    `json:"line"`
}

// understand takes the whole line apart. JSON that programs write themselves is
// text: svlog's has time and line.
func (l *Line) understand() {
	l.Said, l.Time, l.Timed = l.Text[l.Stamp.Size:], l.Stamp.Time, l.Stamp.Size > 0
	if l.Part || l.Timed || !bytes.HasPrefix(l.Text, []byte(`{"`)) {
		return
	}
	var w wrapped
	if json.Unmarshal(l.Text, &w) == nil && w.Time != nil && w.Line != nil {
		l.Time, l.Timed = *w.Time, true
		l.Said, l.Service, l.Instance, l.Stream = []byte(*w.Line), w.Service, w.Instance, w.Stream
	}
}
