package supervise

import (
	"errors"

	"github.com/svdir/svdir/fifo"
	"github.com/svdir/svdir/supervise/servicedir"
)

// trouble is what keeps a service from being hosted: unable to VERB OBJECT.
type trouble struct {
	verb, object string
	err          error
}

func (t *trouble) Error() string {
	return "unable to " + t.verb + " " + t.object + ": " + reason(t.err)
}

func (t *trouble) Unwrap() error { return t.err }

// reason is why err happened, in one piece of a sentence.
func reason(err error) string {
	if errors.Is(err, fifo.ErrNotFIFO) {
		return fifo.ErrNotFIFO.Error()
	}
	return servicedir.Reason(err)
}
