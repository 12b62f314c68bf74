package chain

import (
	"errors"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// s6text is how s6-envdir makes a value of the text of a file.
type s6text struct {
	keepBlanks, verbatim, whole bool
	null                        string // what stands for NUL
}

func (s s6text) value(text string) string {
	const most = 4095
	if !s.whole && len(text) > most {
		text = text[:most]
	}
	switch {
	case s.verbatim && !s.keepBlanks:
		text = strings.TrimSuffix(text, "\n")
	case !s.verbatim:
		text, _, _ = strings.Cut(text, "\n")
		if !s.keepBlanks {
			text = strings.TrimRight(text, " \t\r")
		}
	}
	return strings.ReplaceAll(text, "\x00", s.null)
}

func s6envdir(c *call) int {
	s, insist := s6text{null: "\n"}, true
	args, ok := options(c.args, "IinfLc:", func(letter byte, value string) bool {
		switch letter {
		case 'I', 'i':
			insist = letter == 'i'
		case 'n':
			s.keepBlanks = true
		case 'f':
			s.verbatim = true
		case 'L':
			s.whole = true
		case 'c':
			s.null = value[:min(len(value), 1)]
		default:
			return false
		}
		return true
	})
	if !ok || len(args) < 2 {
		return c.usage(exitUsage, "[ -I | -i ] [ -n ] [ -f ] [ -L ] [ -c nullchar ] dir prog...")
	}
	err := error(unix.EINVAL)
	if s.null != "" {
		err = s6variables(c, args[0], s)
	}
	if err != nil && (insist || err != unix.ENOENT) {
		return c.fatal(exitSystem, "unable to envdir "+args[0]+": "+systemReason(err))
	}
	return c.execS6(args[1:])
}

func s6variables(c *call, dir string, s s6text) error {
	err := variables(dir, func(name, text string) {
		switch {
		case strings.Contains(name, "="):
		case text == "":
			c.env.unset(name)
		default:
			c.env.set(name, s.value(text))
		}
	}, func(name string, err error) error {
		switch {
		case strings.Contains(name, "="):
			return nil
		case err == unix.ENOENT:
			return unix.EIDRM // so that it is not taken for a directory that is not there
		}
		return err
	})
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}
