package setting

import (
	"errors"
	"strings"
)

var (
	errEmpty = errors.New("empty")
	errText  = errors.New("not text")
)

// lines takes a text apart at its newlines. An empty line is an empty item; the
// last newline ends the last one.
func lines(text string) ([]string, error) {
	if strings.IndexByte(text, 0) >= 0 {
		return nil, errText
	}
	if strings.Contains(text, "\r\n") || strings.HasSuffix(text, "\r") {
		return nil, errors.New("its lines end in CR LF")
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n"), nil
}

// ParseCommand reads set/command: a program and its arguments, one a line, as
// they stand: blanks count. An empty line is an empty argument. Its
// placeholders are left for Expand.
func ParseCommand(text string) ([]string, error) {
	argv, err := lines(text)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(argv[0]) == "" {
		return nil, errEmpty
	}
	for _, arg := range argv {
		if err := CheckPlaceholders(arg); err != nil {
			return nil, err
		}
	}
	return argv, nil
}

// ParseStyle reads set/style: as whose supervisor a service is treated.
func ParseStyle(value string) (string, error) {
	switch value {
	case "svdir", "daemontools", "runit", "s6":
		return value, nil
	}
	return "", errors.New("not svdir, daemontools, runit or s6")
}
