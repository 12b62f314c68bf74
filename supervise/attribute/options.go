package attribute

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/svdir/svdir/supervise/setting"
)

// Usage is the line of svexec(8).
const Usage = "svexec [--beside] [--oneshot] [-s dir] [-e fd] [-l fd] [-g fd] [-L names] [-u user[:group...]] [--background pidfile [--timeout time]] [--] [prog [arg ...]]"

// Options are what svexec is called with.
type Options struct {
	Dir        string        // the service directory; empty: no set/ is read
	Report     int           // the descriptor that hears of the start, -1 for none
	Lock       int           // the descriptor to be locked first, -1 for none
	Cgroup     int           // cgroup.procs of the cgroup to join, -1 for none
	Listen     string        // LISTEN_FDNAMES of the sockets from descriptor 3 on; empty for none
	User       string        // in place of set/user; empty for none
	Background string        // the pid file of a daemon to stay in front of; empty for none
	Timeout    time.Duration // for that file
	Argv       []string      // empty: set/command
	Beside     bool          // of a service that runs: it has all that is made for it
	Oneshot    bool          // it is up of a oneshot, whose work may be done already
}

var errUsage = errors.New(Usage)

// Parse takes the arguments of svexec apart. Its error is the usage.
func Parse(args []string) (Options, error) {
	const unsaid = -1
	o := Options{Report: -1, Lock: -1, Cgroup: -1, Timeout: unsaid}
	placed := false
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		if args[0] == "--" {
			args = args[1:]
			break
		}
		if args[0] == "--beside" || args[0] == "--oneshot" {
			o.Beside, o.Oneshot = o.Beside || args[0] == "--beside", o.Oneshot || args[0] == "--oneshot"
			args = args[1:]
			continue
		}
		name, value, rest, ok := firstOption(args)
		if !ok || o.set(name, value) != nil {
			return o, errUsage
		}
		placed = placed || name == "-s"
		args = rest
	}
	o.Argv = args
	if !placed && o.User == "" && o.Background == "" {
		o.Dir = "."
	}
	switch {
	case o.Dir == "" && len(args) == 0, len(args) > 0 && args[0] == "":
		return o, errUsage
	case o.Background == "" && o.Timeout != unsaid, o.Background != "" && (o.Report >= 0 || o.Lock >= 0):
		return o, errUsage
	case o.Timeout == unsaid:
		o.Timeout = 10 * time.Second
	}
	return o, nil
}

// firstOption takes the first option off args: -x value, -xvalue, --word value or
// --word=value.
func firstOption(args []string) (name, value string, rest []string, ok bool) {
	name, rest = args[0], args[1:]
	if strings.HasPrefix(name, "--") {
		if name, value, ok = strings.Cut(name, "="); ok {
			return name, value, rest, true
		}
	} else if name, value = name[:2], name[2:]; value != "" {
		return name, value, rest, true
	}
	if len(rest) == 0 {
		return name, "", nil, false
	}
	return name, rest[0], rest[1:], true
}

func (o *Options) set(name, value string) (err error) {
	if value == "" && name != "-s" {
		return errUsage
	}
	switch name {
	case "-s":
		o.Dir = value
	case "-u":
		o.User = value
	case "-e":
		o.Report, err = descriptor(value)
	case "-l":
		o.Lock, err = descriptor(value)
	case "-g":
		o.Cgroup, err = descriptor(value)
	case "-L":
		o.Listen = value
	case "--background":
		o.Background = value
	case "--timeout":
		o.Timeout, err = setting.ParseDuration(value)
	default:
		err = errUsage
	}
	return err
}

func descriptor(value string) (int, error) {
	fd, err := strconv.ParseUint(value, 10, 31)
	return int(fd), err
}

// Inner are the arguments with which svexec becomes the program that it stays
// in front of: all but --background and --timeout.
func (o Options) Inner() []string {
	argv := []string{"svexec", "-s", o.Dir}
	if o.Beside {
		argv = append(argv, "--beside")
	}
	if o.User != "" {
		argv = append(argv, "-u", o.User)
	}
	return append(append(argv, "--"), o.Argv...)
}
