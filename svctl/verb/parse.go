package verb

import (
	"strings"

	"github.com/svdir/svdir/svctl"
)

// parse takes the options of list and those that are always taken out of args,
// and leaves the rest. It goes up to the first other word if first is set, else
// up to --, which it leaves.
func (o *options) parse(args []string, list string, first bool) ([]string, error) {
	var rest []string
	for len(args) > 0 {
		arg := args[0]
		if arg == "--" || !strings.HasPrefix(arg, "-") && first {
			break
		}
		args = args[1:]
		if !strings.HasPrefix(arg, "-") || arg == "-" {
			rest = append(rest, arg)
			continue
		}
		p, value, given := lookUp(arg, list+" "+always)
		if head, tail, ok := cluster(arg, list+" "+always); p == nil && ok {
			args = append([]string{head, tail}, args...)
			continue
		}
		if p == nil && first {
			return append([]string{arg}, args...), nil // letters, or an option of the table
		}
		if p == nil {
			return nil, unknown(arg, list+" "+always)
		}
		if p.value != "" && !given {
			if len(args) == 0 {
				return nil, usageError(arg + " needs a value: " + p.value)
			}
			value, args = args[0], args[1:]
		}
		if p.value == "" && given {
			return nil, usageError("--" + p.long + " takes no value")
		}
		if err := p.set(o, value); err != nil {
			return nil, err
		}
	}
	return append(rest, args...), nil
}

// lookUp finds the option that arg is, with the value that is part of it.
func lookUp(arg, list string) (p *option, value string, given bool) {
	word, long := strings.CutPrefix(arg, "--")
	if long {
		word, value, given = strings.Cut(word, "=")
	} else {
		word = arg[1:]
	}
	for i := range optionTable {
		p := &optionTable[i]
		switch {
		case !p.takes(list):
		case long && p.long == word && word != "", !long && p.short == word:
			return p, value, given
		case !long && p.value != "" && p.short != "" && strings.HasPrefix(word, p.short):
			return p, word[1:], true
		}
	}
	return nil, "", false
}

// cluster splits the first of several short options off: -lR is -l -R.
func cluster(arg, list string) (head, tail string, ok bool) {
	if len(arg) < 3 || arg[1] == '-' {
		return "", "", false
	}
	p, _, _ := lookUp(arg[:2], list)
	return arg[:2], "-" + arg[2:], p != nil && p.value == ""
}

func unknown(arg, list string) error {
	var known []string
	for i := range optionTable {
		if p := &optionTable[i]; p.takes(list) && p.long != "" {
			known = append(known, "--"+p.long)
		}
	}
	text := "no option " + svctl.Show(arg) + " here"
	if near := svctl.Near(arg, known); near != "" && strings.HasPrefix(arg, "--") {
		text += ": did you mean " + near + "?"
	}
	return usageError(text)
}
