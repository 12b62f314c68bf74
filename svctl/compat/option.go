package compat

import "strings"

// options walks the options of a command line as getopt does in all three
// suites: clusters, attached arguments, and the first word that is no option
// ends them.
type options struct {
	args []string // what is left
	pos  int      // in a cluster: the next letter of args[0]
	// doubleDash: any word that begins with -- ends the options and is passed
	// over, as in daemontools and runit; in s6 only -- itself does.
	doubleDash bool
	problem    string // why the last letter was '?'
}

// next is the next option among those in known, where a letter that takes an
// argument is followed by a colon. It is '?' for a bad one and 0 at the end.
func (o *options) next(known string) (letter byte, arg string) {
	if o.pos > 0 && o.pos == len(o.args[0]) {
		o.args, o.pos = o.args[1:], 0
	}
	if o.pos == 0 {
		if len(o.args) == 0 || len(o.args[0]) < 2 || o.args[0][0] != '-' {
			return 0, ""
		}
		if o.args[0] == "--" || o.doubleDash && o.args[0][1] == '-' {
			o.args = o.args[1:]
			return 0, ""
		}
		o.pos = 1
	}
	letter = o.args[0][o.pos]
	o.pos++
	i := strings.IndexByte(known, letter)
	if i < 0 || letter == ':' {
		o.problem = "illegal option -- " + string(letter)
		return '?', ""
	}
	if i+1 < len(known) && known[i+1] == ':' {
		return o.argument(letter)
	}
	return letter, ""
}

// argument is the rest of the word, or the next word.
func (o *options) argument(letter byte) (byte, string) {
	arg := o.args[0][o.pos:]
	o.args, o.pos = o.args[1:], 0
	if arg != "" {
		return letter, arg
	}
	if len(o.args) == 0 {
		o.problem = "option requires an argument -- " + string(letter)
		return '?', ""
	}
	arg, o.args = o.args[0], o.args[1:]
	return letter, arg
}
