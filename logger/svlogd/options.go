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

// parse reads the arguments as getopt does. Where they make no sense, said is
// what svlogd says before its usage.
func parse(args []string) (o options, said string, ok bool) {
	const line, buffer = 1000, 1024 // by default
	o.lineMax = line
	bufLen := uint64(buffer)
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
			var value string
			if strings.IndexByte("Rrlb", c) >= 0 {
				if word == "" && len(args) == 0 {
					return o, prog + ": option requires an argument -- " + string(rune(c)) + "\n", false
				}
				if value, word = word, ""; value == "" {
					value, args = args[0], args[1:]
				}
			}
			switch c {
			case 't':
				o.stamp = min(o.stamp+1, 3)
			case 'v':
				o.verbose = true
			case 'V':
				return o, versionText, false
			case 'r':
				if len(value) != 1 {
					return o, "", false
				}
				o.replace = value[0]
			case 'R':
				o.charset = value
				if o.replace == 0 {
					o.replace = '_'
				}
			case 'l':
				o.lineMax = number(value, line)
			case 'b':
				bufLen = number(value, buffer)
			default:
				return o, prog + ": illegal option -- " + string([]byte{c}) + "\n", false
			}
		}
	}
	o.dirs = args
	return o, "", len(args) > 0 && bufLen > o.lineMax
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
