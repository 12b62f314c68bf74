package logs

import (
	"time"

	"github.com/svdir/svdir/logger/logdir"
)

// Line is one line of a log, or a piece of a long one. It is valid until the
// next line of the same log is read.
type Line struct {
	Name  string // the service
	Text  []byte // with its stamp, without its newline
	Stamp logdir.Stamp
	// Time is that of the stamp, else that of the line before.
	Time time.Time
	Part bool // the piece before belongs to the same line
	Open bool // no newline follows, as far as is known
}

// zone is that of the stamps which do not say theirs.
var zone = time.Local
