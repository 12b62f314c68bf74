package s6log

import (
	"math"
	"strconv"
)

// options are what the command line says before the script.
type options struct {
	verbosity int
	block     bool // read nothing while something waits to be written
	protect   bool // TERM is ignored
	limit     int  // of a line, 0 without one
	notify    int  // a descriptor, 0 for none
}

const (
	usualLimit = 8192
	minLimit   = 48
)

// parseOptions reads the options, and returns the script. open says what is
// wrong with a descriptor.
func parseOptions(args []string, open func(fd int) error) (options, []string, error) {
	o := options{verbosity: 1, limit: usualLimit}
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		letters := args[0][1:]
		args = args[1:]
		if letters == "-" {
			break
		}
		for letters != "" {
			c := letters[0]
			letters = letters[1:]
			if c != 'l' && c != 'd' {
				if !o.flag(c) {
					return o, nil, badUsage()
				}
				continue
			}
			value := letters
			letters = ""
			if value == "" {
				if len(args) == 0 {
					return o, nil, badUsage()
				}
				value, args = args[0], args[1:]
			}
			if err := o.value(c, value, open); err != nil {
				return o, nil, err
			}
		}
	}
	if len(args) == 0 {
		return o, nil, badUsage()
	}
	if o.limit > 0 {
		o.limit = max(o.limit, minLimit)
	}
	return o, args, nil
}

// flag takes an option without a value, false if there is none.
func (o *options) flag(c byte) bool {
	switch c {
	case 'q':
		o.verbosity = max(o.verbosity-1, 0)
	case 'v':
		o.verbosity++
	case 'b':
		o.block = true
	case 'p':
		o.protect = true
	default:
		return false
	}
	return true
}

func (o *options) value(c byte, text string, open func(fd int) error) error {
	n, ok := number(text, math.MaxUint32)
	if !ok {
		return badUsage()
	}
	if c == 'l' {
		o.limit = int(n)
		return nil
	}
	if n < 3 {
		return refuse("notification fd must be 3 or more")
	}
	if err := open(int(n)); err != nil {
		return refuse("invalid notification fd" + because(err))
	}
	o.notify = int(n)
	return nil
}

// number reads a number that has nothing but digits.
func number(text string, most uint64) (uint64, bool) {
	n, err := strconv.ParseUint(text, 10, 64)
	return n, err == nil && n <= most && text[0] != '+'
}
