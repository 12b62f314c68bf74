package attribute

import (
	"errors"
	"syscall"
)

// trouble is why a service is not started: unable to VERB OBJECT: reason.
type trouble struct {
	verb, object string
	err          error
}

func (t *trouble) Error() string {
	return "unable to " + t.verb + " " + t.object + ": " + reason(t.err)
}

func (t *trouble) Unwrap() error { return t.err }

// unusable is the trouble with the setting name, unless err says already which.
func unusable(name string, err error) error {
	var t *trouble
	if errors.As(err, &t) {
		return err
	}
	return &trouble{"use", name, err}
}

// about is an error with the thing that it is about before it, as a path that
// a setting names.
func about(thing string, err error) error { return errors.New(thing + ": " + reason(err)) }

// reason is the system's word for err.
func reason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}
