package setting

import (
	"errors"
	"strings"
)

// Placeholders are those of one letter that Expand knows beside %%.
const Placeholders = "inpugd"

// PortPlaceholder begins the one of a port, which ends in a brace: %{port:http}.
const PortPlaceholder = "%{port:"

// Expand puts in what the placeholders of text stand for, as of gives it for
// their letter: %i instance, %n name, %p pid, %u user, %g group, %d service
// directory; and as port gives it for the name of an item of set/ports. %% is a
// percent sign.
func Expand(text string, of func(letter byte) (string, error), port func(name string) (string, error)) (string, error) {
	at := strings.IndexByte(text, '%')
	if at < 0 {
		return text, nil
	}
	var b strings.Builder
	for ; at >= 0; at = strings.IndexByte(text, '%') {
		b.WriteString(text[:at])
		if len(text) == at+1 {
			return "", errors.New("a % at the end: write %% for a percent sign")
		}
		if text[at+1] == '{' {
			value, after, err := expandPort(text[at:], port)
			if err != nil {
				return "", err
			}
			b.WriteString(value)
			text = after
			continue
		}
		letter, rest := text[at+1], text[at+1:]
		text = rest[1:]
		switch {
		case letter == '%':
			b.WriteByte('%')
		case strings.IndexByte(Placeholders, letter) < 0:
			return "", errors.New("unknown placeholder %" + first(rest) + ": write %% for a percent sign")
		default:
			value, err := of(letter)
			if err != nil {
				return "", err
			}
			b.WriteString(value)
		}
	}
	b.WriteString(text)
	return b.String(), nil
}

// ExpandPorts puts in the ports of text alone: in a URL a percent sign means something
// else, but never before a brace.
func ExpandPorts(text string, port func(name string) (string, error)) (string, error) {
	var b strings.Builder
	for at := strings.Index(text, "%{"); at >= 0; at = strings.Index(text, "%{") {
		value, after, err := expandPort(text[at:], port)
		if err != nil {
			return "", err
		}
		b.WriteString(text[:at])
		b.WriteString(value)
		text = after
	}
	b.WriteString(text)
	return b.String(), nil
}

var errPlaceholder = errors.New("a %{ that does not begin %{port:NAME}: write %% for a percent sign")

// expandPort takes the placeholder with which text begins.
func expandPort(text string, port func(name string) (string, error)) (value, after string, err error) {
	rest, ours := strings.CutPrefix(text, PortPlaceholder)
	name, after, closed := strings.Cut(rest, "}")
	if !ours || !closed || CheckPortName(name) != nil {
		return "", "", errPlaceholder
	}
	value, err = port(name)
	return value, after, err
}

// PortNames are the ports that a text has placeholders of.
func PortNames(text string) (names []string) {
	for {
		_, rest, found := strings.Cut(text, PortPlaceholder)
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return names
		}
		names, text = append(names, name), after
	}
}

// first is the first character of text, fit to be shown.
func first(text string) string {
	for _, r := range text {
		return shown(string(r))
	}
	return ""
}

// CheckPlaceholders says whether Expand knows all that is in text.
func CheckPlaceholders(text string) error {
	_, err := Expand(text, func(byte) (string, error) { return "", nil }, anyPort)
	return err
}

// anyPort stands for a port that is not chosen yet.
func anyPort(string) (string, error) { return "1", nil }

func checkTemplate(text string) error {
	line, err := Line(text)
	if err != nil {
		return err
	}
	return CheckPlaceholders(line)
}
