package setting

import (
	"errors"
	"strings"
)

// Make is a directory that is to be there before a start.
type Make struct {
	Path string // its placeholders are left for Expand
	Mode int    // -1: 0755 for a new one, an old one keeps its own
	// User and Group are names or numbers; empty: a new one is ours, an old one
	// keeps its own.
	User, Group string
}

var errMake = errors.New("not PATH [MODE [USER[:GROUP]]], as /run/web 0750 www:www")

// ParseMake reads an item of set/dirs: PATH [MODE [USER[:GROUP]]]. PATH has no
// blanks.
func ParseMake(value string) (Make, error) {
	words := strings.Fields(value)
	m := Make{Mode: -1}
	switch len(words) {
	case 3:
		u, err := ParseUser(words[2])
		if err != nil || len(u.Groups) > 1 || u.Numeric {
			return Make{}, errMake
		}
		m.User = u.Name
		if len(u.Groups) == 1 {
			m.Group = u.Groups[0]
		}
		fallthrough
	case 2:
		mode, err := parseOctal(words[1], 0o7777)
		if err != nil {
			return Make{}, errMake
		}
		m.Mode = mode
		fallthrough
	case 1:
		m.Path = words[0]
	default:
		return Make{}, errMake
	}
	return m, CheckPlaceholders(m.Path)
}
