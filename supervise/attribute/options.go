package attribute

import (
	"errors"
	"strconv"
	"strings"
)

// Usage is the line of svexec(8).
const Usage = "svexec [-s dir] [-e fd] [-g fd] [-u user[:group...]] [--] [prog [arg ...]]"

// Options are what svexec is called with.
type Options struct {
	Dir    string   // the service directory; empty: no set/ is read
	Report int      // the descriptor that hears of the start, -1 for none
	Cgroup int      // cgroup.procs of the cgroup to join, -1 for none
	User   string   // in place of set/user; empty for none
	Argv   []string // empty: set/command
}

var errUsage = errors.New(Usage)

// Parse takes the arguments of svexec apart. Its error is the usage.
func Parse(args []string) (Options, error) {
	o := Options{Report: -1, Cgroup: -1}
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		if args[0] == "--" {
			args = args[1:]
			break
		}
		letter, value := args[0][1], args[0][2:]
		if args = args[1:]; value == "" && len(args) > 0 {
			value, args = args[0], args[1:]
		}
		if err := o.set(letter, value); err != nil {
			return o, err
		}
	}
	o.Argv = args
	if o.Dir == "" && o.User == "" {
		o.Dir = "."
	}
	if o.Dir == "" && len(args) == 0 || len(args) > 0 && args[0] == "" {
		return o, errUsage
	}
	return o, nil
}

func (o *Options) set(letter byte, value string) error {
	if value == "" || strings.IndexByte("segu", letter) < 0 {
		return errUsage
	}
	switch letter {
	case 's':
		o.Dir = value
	case 'u':
		o.User = value
	case 'e', 'g':
		fd, err := strconv.ParseUint(value, 10, 31)
		if err != nil {
			return errUsage
		}
		if letter == 'e' {
			o.Report = int(fd)
		} else {
			o.Cgroup = int(fd)
		}
	}
	return nil
}
