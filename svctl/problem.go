package svctl

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// What kind of problem it is, for errors.Is.
var (
	// ErrNotSupervised: the service, or its scan directory, has no supervisor.
	ErrNotSupervised = errors.New("not supervised")
	// ErrUsage: what was asked for makes no sense.
	ErrUsage = errors.New("wrong use")
	// ErrNo: the answer is no.
	ErrNo = errors.New("no")
)

// Problem is an error about one thing that a person named, in one sentence:
// unable to VERB OBJECT: reason.
type Problem struct {
	Verb   string
	Object string
	Reason string
	Kind   error // one of the above, or the error of the system
}

func (p *Problem) Error() string {
	return "unable to " + p.Verb + " " + Show(p.Object) + ": " + p.Reason
}

func (p *Problem) Unwrap() error { return p.Kind }

// problem puts an error of the system into words. path is what the system
// refused, so that a missing permission can name the owner.
func problem(verb, object, path string, err error) *Problem {
	p := &Problem{Verb: verb, Object: object, Reason: reason(err), Kind: err}
	if errors.Is(err, fs.ErrPermission) {
		p.Reason += " (you are " + userName(os.Geteuid()) + owner(path) + ")"
	}
	return p
}

// reason is why err happened, without the names that the sentence around it
// says already.
func reason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}

// owner is whose the thing is that was refused: that of the nearest directory
// on the way to it which may be looked at.
func owner(path string) string {
	for path != "" && path != "/" && path != "." {
		if st, err := os.Stat(path); err == nil {
			if sys, ok := st.Sys().(*syscall.Stat_t); ok {
				return "; its owner is " + userName(int(sys.Uid))
			}
		}
		path = parent(path)
	}
	return ""
}

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return "uid " + strconv.Itoa(uid)
}
