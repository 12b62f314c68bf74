package chain

import "strings"

// options takes the options off args as getopt of daemontools does: it stops at
// --, at a lone dash and at what is no option. Those in spec with a colon have a
// value. An option that is none is '?', one whose value is missing ':'; value
// is its letter then.
func options(args []string, spec string, each func(letter byte, value string) bool) (rest []string, ok bool) {
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		word := args[0][1:]
		args = args[1:]
		if word == "-" {
			break
		}
		for word != "" {
			letter, value := word[0], ""
			word = word[1:]
			at := strings.IndexByte(spec, letter)
			switch {
			case at < 0 || letter == ':':
				letter, value = '?', string(letter)
			case at+1 < len(spec) && spec[at+1] == ':':
				switch {
				case word != "":
					value, word = word, ""
				case len(args) > 0:
					value, args = args[0], args[1:]
				default:
					letter, value = ':', string(letter)
				}
			}
			if !each(letter, value) {
				return args, false
			}
		}
	}
	return args, true
}

// badOption says what daemontools and runit say of an option that is none, or
// lacks its value.
func (c *call) badOption(letter byte, value string) {
	switch letter {
	case '?':
		say(c.name + ": illegal option -- " + value + "\n")
	case ':':
		say(c.name + ": option requires an argument -- " + value + "\n")
	}
}
