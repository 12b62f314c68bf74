package setting

import (
	"errors"
	"strings"
)

// A oneshot puts variables into a directory, as envdir reads it, and what is good of
// that when it has succeeded stands in supervise/export.env: a line for each, its name,
// and, unless it is to be taken away, = and the first line of its file.

var (
	errNoVariable = errors.New("not a name of a variable: letters, digits and _")
	errOurs       = errors.New("names that begin with SV_, and SVDIR, are ours")
)

// CheckExport checks the name of a file in that directory.
func CheckExport(name string) error {
	switch {
	case !isName(name):
		return errNoVariable
	case strings.HasPrefix(name, "SV_"), name == "SVDIR":
		return errOurs
	}
	return nil
}

// AppendExport appends the line of a variable, given the text of its file.
func AppendExport(b []byte, name, text string) []byte {
	b = append(b, name...)
	if text != "" {
		line, _, _ := strings.Cut(text, "\n")
		b = append(append(b, '='), line...)
	}
	return append(b, '\n')
}

// Export is one of them. Where it is Unset, it is to be taken away.
type Export struct {
	Variable
	Unset bool
}

// ParseExports reads supervise/export.env. Lines that cannot be read are passed over:
// another version may have written them.
func ParseExports(text string) []Export {
	var all []Export
	for line := range strings.Lines(text) {
		name, value, has := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if CheckExport(name) != nil {
			continue
		}
		e := Export{Variable: Variable{Name: name}, Unset: !has}
		if has {
			e.Value, _ = ParseVariable(value)
		}
		all = append(all, e)
	}
	return all
}
