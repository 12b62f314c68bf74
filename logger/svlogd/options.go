package svlogd

import "strings"

// Options are the command line.
type options struct {
	stamp   int    // 0 none, or how many -t, up to 3
	verbose bool   // -v
	replace byte   // -r: what stands for others; 0 if nothing is replaced
	charset string // -R: what is replaced besides what cannot be printed
	lineMax uint64 // -l: how much of a line patterns see
	dirs    []string
}

const (
	usageText   = " [-ttv] [-r c] [-R abc] [-l len] [-b buflen] dir ...\n\n"
	versionText = "$Id: 5e55a90e0a1b35ec47fed3021453c50675ea1117 $\n"
)

const (
	usualLine   = 1000
	usualBuffer = 1024
)

// parse reads the arguments as getopt does. Where they make no sense, said is
// what svlogd says before its usage.
func parse(args []string) (o options, said string, ok bool) {
	o.lineMax = usualLine
	bufLen := uint64(usualBuffer)
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		word := args[0][1:]
		args = args[1:]
		if word == "-" {
			break
		}
		if word[0] == '-' {
			return o, "", false
		}
		for word != "" {
			c := word[0]
			word = word[1:]
			if strings.IndexByte("Rrlb", c) < 0 {
				if said, ok = o.flag(c); !ok {
					return o, said, false
				}
				continue
			}
			if word == "" && len(args) == 0 {
				return o, prog + ": option requires an argument -- " + string([]byte{c}) + "\n", false
			}
			if word == "" {
				word, args = args[0], args[1:]
			}
			if c == 'b' {
				bufLen = number(word, usualBuffer)
			} else if !o.value(c, word) {
				return o, "", false
			}
			word = ""
		}
	}
	o.dirs = args
	return o, "", len(args) > 0 && bufLen > o.lineMax
}

// flag takes an option that has no value.
func (o *options) flag(c byte) (said string, ok bool) {
	switch c {
	case 't':
		o.stamp = min(o.stamp+1, 3)
	case 'v':
		o.verbose = true
	case 'V':
		return versionText, false
	default:
		return prog + ": illegal option -- " + string([]byte{c}) + "\n", false
	}
	return "", true
}

// value takes -r, -R or -l.
func (o *options) value(c byte, value string) bool {
	switch c {
	case 'r':
		if len(value) != 1 {
			return false
		}
		o.replace = value[0]
	case 'R':
		o.charset = value
		if o.replace == 0 {
			o.replace = '_'
		}
	case 'l':
		o.lineMax = number(value, usualLine)
	}
	return true
}

// number is the number at the front of a value, or what is usual for 0.
func number(value string, usual uint64) uint64 {
	n, _ := scan(value)
	if n == 0 {
		return usual
	}
	return n
}

// scan reads the digits at the front of text. What is too large wraps, as in
// svlogd.
func scan(text string) (n uint64, size int) {
	for size < len(text) && text[size] >= '0' && text[size] <= '9' {
		n = n*10 + uint64(text[size]-'0')
		size++
	}
	return n, size
}
