package setting

import (
	"errors"
	"strings"
)

// Placeholders are those that Expand knows beside %%.
const Placeholders = "inpugd"

// Expand puts in what the placeholders of text stand for, as of gives it for
// their letter: %i instance, %n name, %p pid, %u user, %g group, %d service
// directory; %% is a percent sign.
func Expand(text string, of func(letter byte) (string, error)) (string, error) {
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

// first is the first character of text, fit to be shown.
func first(text string) string {
	for _, r := range text {
		return shown(string(r))
	}
	return ""
}

// CheckPlaceholders says whether Expand knows all that is in text.
func CheckPlaceholders(text string) error {
	_, err := Expand(text, func(byte) (string, error) { return "", nil })
	return err
}

func checkTemplate(text string) error {
	line, err := Line(text)
	if err != nil {
		return err
	}
	return CheckPlaceholders(line)
}
