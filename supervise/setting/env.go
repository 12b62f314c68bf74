package setting

import (
	"errors"
	"strconv"
	"strings"
)

// MaxVariable bounds a variable of the environment, as the kernel does: 128 KiB.
const MaxVariable = 128 << 10

// Variable is one of the environment.
type Variable struct{ Name, Value string }

// CheckVariable checks its name, which is that of its file.
func CheckVariable(name string) error {
	if name == "" || strings.ContainsAny(name, "=\x00\n") {
		return errors.New("not a name of a variable")
	}
	return nil
}

// ParseVariable reads a file of an environment directory, as envdir does: the
// bytes before the first newline, without blanks at the end, NUL standing for a
// newline. An empty file, and only that, takes the variable away.
func ParseVariable(text string) (value string, unset bool) {
	if text == "" {
		return "", true
	}
	value, _, _ = strings.Cut(text, "\n")
	value = strings.TrimRight(value, " \t")
	return strings.ReplaceAll(value, "\x00", "\n"), false
}

func checkVariableText(text string) error {
	if len(text) > MaxVariable {
		return errors.New("too long: at most 131072 bytes")
	}
	value, _ := ParseVariable(text)
	return CheckPlaceholders(value)
}

// ParseEnvFile reads a file of NAME=value lines: those that are blank or begin
// with # are passed over, as is the word export. A value in single quotes is
// taken as it stands; in double quotes \n, \t, \", \\, \$ and \` mean what they
// do elsewhere; without quotes it ends before " #" and has no blanks around it.
// Nothing is expanded.
func ParseEnvFile(text string) ([]Variable, error) {
	if strings.IndexByte(text, 0) >= 0 {
		return nil, errText
	}
	var all []Variable
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		v, err := parseAssignment(line)
		if err != nil {
			return nil, errors.New("line " + strconv.Itoa(n) + ": " + err.Error())
		}
		all = append(all, v)
	}
	return all, nil
}

func parseAssignment(line string) (Variable, error) {
	if rest, ok := strings.CutPrefix(line, "export"); ok && rest != strings.TrimLeft(rest, " \t") {
		line = strings.TrimLeft(rest, " \t")
	}
	name, value, ok := strings.Cut(line, "=")
	if !ok || !isName(name) {
		return Variable{}, errors.New("not NAME=value")
	}
	value, err := unquote(strings.TrimLeft(value, " \t"))
	return Variable{name, value}, err
}

// isName says that a shell would take name for a variable.
func isName(name string) bool {
	for i := 0; i < len(name); i++ {
		c := name[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

func unquote(s string) (string, error) {
	if s == "" || s[0] != '\'' && s[0] != '"' {
		if s != "" && s[0] == '#' {
			return "", nil
		}
		for i := 1; i < len(s); i++ {
			if s[i] == '#' && (s[i-1] == ' ' || s[i-1] == '\t') {
				s = s[:i]
			}
		}
		return strings.TrimRight(s, " \t"), nil
	}
	value, rest, closed := cutQuoted(s[1:], s[0])
	rest = strings.TrimLeft(rest, " \t")
	switch {
	case !closed:
		return "", errors.New("a quote is not closed")
	case rest != "" && rest[0] != '#':
		return "", errors.New("text behind a closing quote")
	}
	return value, nil
}

// cutQuoted takes what stands before the next quote.
func cutQuoted(s string, quote byte) (value, rest string, closed bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == quote:
			return b.String(), s[i+1:], true
		case c == '\\' && quote == '"' && i+1 < len(s):
			i++
			b.WriteString(escaped(s[i]))
		default:
			b.WriteByte(c)
		}
	}
	return "", "", false
}

// escaped is what a backslash and c mean.
func escaped(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case '"', '\\', '$', '`':
		return string(rune(c))
	}
	return string([]byte{'\\', c})
}
