package setting

import (
	"errors"
	"strings"

	"golang.org/x/sys/unix"
)

// resources are those of getrlimit(2), by their names in prlimit(1).
var resources = []struct {
	name string
	id   int
}{
	{"as", unix.RLIMIT_AS}, {"core", unix.RLIMIT_CORE}, {"cpu", unix.RLIMIT_CPU}, {"data", unix.RLIMIT_DATA},
	{"fsize", unix.RLIMIT_FSIZE}, {"locks", unix.RLIMIT_LOCKS}, {"memlock", unix.RLIMIT_MEMLOCK},
	{"msgqueue", unix.RLIMIT_MSGQUEUE}, {"nice", unix.RLIMIT_NICE}, {"nofile", unix.RLIMIT_NOFILE},
	{"nproc", unix.RLIMIT_NPROC}, {"rss", unix.RLIMIT_RSS}, {"rtprio", unix.RLIMIT_RTPRIO},
	{"rttime", unix.RLIMIT_RTTIME}, {"sigpending", unix.RLIMIT_SIGPENDING}, {"stack", unix.RLIMIT_STACK},
}

// ParseResource is the number that getrlimit(2) gives to the limit name.
func ParseResource(name string) (int, error) {
	for _, r := range resources {
		if r.name == name {
			return r.id, nil
		}
	}
	return 0, errors.New("unknown limit " + name)
}

// Limit is a limit as given. Without a hard one that of the process stays, but
// it is never below the soft one.
type Limit struct {
	Soft, Hard uint64 // Unlimited for none
	HasHard    bool
}

// Unlimited is no limit, as the kernel has it.
const Unlimited = ^uint64(0)

// ParseLimit reads soft[:hard]: numbers with k, M, G or T, or unlimited.
func ParseLimit(value string) (Limit, error) {
	var l Limit
	soft, hard, has := strings.Cut(value, ":")
	l.HasHard = has
	var err error
	if l.Soft, err = parseBound(soft); err != nil {
		return Limit{}, err
	}
	if !has {
		return l, nil
	}
	if l.Hard, err = parseBound(hard); err != nil {
		return Limit{}, err
	}
	if l.Soft > l.Hard {
		return Limit{}, errors.New("the soft limit is above the hard one")
	}
	return l, nil
}

func parseBound(word string) (uint64, error) {
	if word == "unlimited" {
		return Unlimited, nil
	}
	n, err := ParseBytes(word)
	if err != nil || n == Unlimited {
		return 0, errors.New("not a number, as 1024 or 64M, or unlimited")
	}
	return n, nil
}
