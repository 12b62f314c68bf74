package svscan

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/svdir/svdir/fifo"
)

// order is what a signal asks for.
type order uint8

const (
	orderNothing order = iota
	orderScan          // look at the scan directory now
	orderLabel         // the same, and write .forced-rescan (Debian's runsvdir)
	orderStop          // stop everything, wait for it, exit 0
	orderLeave         // exit 0, everything goes on
	orderAbandon       // stop everything, exit 111 without waiting
)

// style is what differs by the name under which svscan is called.
type style struct {
	supervise string // the name of its supervise
	usage     string
	logArg    bool // supervise is told of the logger
	svdir     bool // SVDIR tells services their scan directory
	hangup    bool // a HUP of the kernel is a TERM
	feeds     bool // producer-for, consumer-for and .svscan/log say who reads what a service writes
	departs   bool // it ends by finish or crash, and tells what still runs
	orders    map[syscall.Signal]order
}

var styles = map[string]style{
	"svscan": {
		supervise: "supervise", usage: "svscan [-run rundir] [-log-dir logdir] [-no-user-change] [-dense] [-C max] [-guard code] [-e fd] [dir]",
		logArg: true, svdir: true, hangup: true, feeds: true, departs: true,
		orders: map[syscall.Signal]order{
			syscall.SIGTERM: orderStop, syscall.SIGINT: orderStop, syscall.SIGQUIT: orderLeave,
			syscall.SIGHUP: orderScan, syscall.SIGALRM: orderScan,
		},
	},
	"runsvdir": {
		supervise: "runsv", usage: "runsvdir [-P] dir [log]",
		orders: map[syscall.Signal]order{
			syscall.SIGTERM: orderLeave, syscall.SIGINT: orderLeave, syscall.SIGQUIT: orderLeave,
			syscall.SIGHUP: orderAbandon, syscall.SIGALRM: orderLabel,
		},
	},
	"s6-svscan": {
		supervise: "s6-supervise", usage: "s6-svscan [-c max] [-C max] [-L namemax] [-t ms] [-d fd] [-X fd] [dir]",
		logArg: true, svdir: true, departs: true,
		orders: map[syscall.Signal]order{
			syscall.SIGTERM: orderStop, syscall.SIGINT: orderStop, syscall.SIGQUIT: orderStop,
			syscall.SIGHUP: orderScan, syscall.SIGALRM: orderScan, syscall.SIGABRT: orderLeave,
		},
	},
}

// Config is what the command line asks for.
type Config struct {
	// Environ is the environment of finish and crash, ours where it is nil.
	Environ []string

	prog   string
	style  style
	dir    string
	log    string // of runsvdir: part of our argv, where ps shows what stderr said
	group  bool   // each supervise leads its own session
	run    string // where the state of the services is, "" in their directories
	logDir string // where default loggers write, "" beside them
	// sameUser: services run as our user, whatever they ask for.
	sameUser bool
	dense    bool   // they are supervised by us
	most     int    // services, 0 for any number
	guard    string // the code of terminate, "" if everybody may end it
	bound    int    // the descriptor of -e, -1 without
	life     *fifo.Bound
	guards   int  // the pipe of a guardian, -1 if we are none
	ready    int  // a newline is written to it when all has begun, -1 nowhere
	check    bool // start, and do nothing
}

// checkOption is by what a program shows that it starts. It is an option of the
// name svscan alone. checkFileOption asks whether it knows a handover in a file too.
const checkOption, checkFileOption = "-check", "-check-file"

// Parse reads the arguments as the program prog does: svscan, runsvdir or
// s6-svscan. The error is how it is called.
func Parse(prog string, args []string) (Config, error) {
	s := styleOf(prog)
	c := Config{prog: prog, style: s, dir: ".", ready: -1, bound: -1, guards: -1}
	usage := errors.New(s.usage)
	names, err := c.options(args)
	if err != nil {
		return c, usage
	}
	most := 1
	if s.supervise == "runsv" {
		most = 2
		if len(names) == 0 {
			return c, usage
		}
	}
	if len(names) > most || c.guards >= 0 && c.bound < 0 {
		return c, usage
	}
	if len(names) > 0 {
		c.dir = names[0]
	}
	if len(names) > 1 {
		c.log = names[1]
	}
	if c.dir == "" {
		return c, usage
	}
	return c, nil
}

// styleOf is the style of the program prog.
func styleOf(prog string) style {
	s, known := styles[prog]
	if !known {
		s = styles["svscan"]
	}
	return s
}

// options takes the options off args.
func (c *Config) options(args []string) ([]string, error) {
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "--":
			return args, nil
		case c.style.supervise == "supervise":
			var err error
			if args, err = c.option(strings.TrimPrefix(arg[1:], "-"), args); err != nil {
				return nil, err
			}
		case c.style.supervise == "runsv" && arg == "-P":
			c.group = true
		case c.style.supervise == "s6-supervise" && strings.IndexByte("cCLtdX", arg[1]) >= 0:
			value := arg[2:]
			if value == "" {
				if len(args) == 0 {
					return nil, os.ErrInvalid
				}
				value, args = args[0], args[1:]
			}
			n, err := strconv.ParseUint(value, 10, 31)
			if err != nil {
				return nil, err
			}
			// The others set limits and periods that are not needed here.
			if arg[1] == 'd' {
				c.ready = int(n)
			}
		default:
			return nil, os.ErrInvalid
		}
	}
	return args, nil
}

// option takes one of our own, and its value off args.
func (c *Config) option(arg string, args []string) ([]string, error) {
	switch "-" + arg {
	case "-no-user-change":
		c.sameUser = true
		return args, nil
	case "-dense":
		c.dense = true
		return args, nil
	case checkOption, checkFileOption:
		c.check = true
		return args, nil
	}
	if len(args) == 0 {
		return nil, os.ErrInvalid
	}
	value := args[0]
	switch arg {
	case "run":
		c.run = value
	case "log-dir":
		c.logDir = value
	case "guard":
		c.guard = value
	case "C":
		if n, err := strconv.ParseUint(value, 10, 31); err == nil {
			c.most = int(n)
		}
	case "e":
		c.bound = descriptor(value)
	case "guardian":
		c.guards, c.prog = descriptor(value), "svscan"
	default:
		return nil, os.ErrInvalid
	}
	bad := value == "" || arg == "C" && c.most == 0 || arg == "guard" && !isCode(value)
	if bad || c.bound == noDescriptor || c.guards == noDescriptor {
		return nil, os.ErrInvalid
	}
	return args[1:], nil
}

// noDescriptor is what descriptor makes of a wrong number.
const noDescriptor = -2

// descriptor reads the number of a descriptor that is not for our output.
func descriptor(value string) int {
	if n, err := strconv.ParseUint(value, 10, 31); err == nil && n != 1 && n != 2 {
		return int(n)
	}
	return noDescriptor
}
