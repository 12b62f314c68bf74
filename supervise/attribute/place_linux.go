package attribute

import (
	"errors"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

func (s *start) readChroot() (err error) {
	if !s.unbound {
		s.chroot, err = s.line("chroot")
	}
	return err
}

func (s *start) changeRoot() error {
	if !s.chroot.given {
		return nil
	}
	if err := unix.Chroot(s.chroot.value); err != nil {
		return about(s.chroot.value, err)
	}
	return unix.Chdir("/") // else we would still be outside
}

func (s *start) readDirectory() error {
	line, err := s.line("cwd")
	if err != nil || !line.given {
		return err
	}
	s.cwd.given = true
	prefix := ""
	if rest, ok := strings.CutPrefix(line.value, "@servicedir@"); ok {
		prefix, line.value = s.service, rest
	} else if rest, ok := strings.CutPrefix(line.value, "@gitroot@"); ok {
		line.value = rest
		if prefix, err = gitRoot(s.home); err != nil {
			return err
		}
	}
	rest, err := s.expand(line.value)
	s.cwd.value = prefix + rest
	return err
}

// gitRoot is the nearest directory, dir or above it, that has a .git: a
// directory, or a file in a worktree.
func gitRoot(dir string) (string, error) {
	for at := dir; path.IsAbs(at); at = path.Dir(at) {
		if unix.Access(path.Join(at, ".git"), unix.F_OK) == nil {
			return at, nil
		}
		if at == "/" {
			break
		}
	}
	return "", errors.New("@gitroot@: no .git in " + dir + " nor above it")
}

func (s *start) changeDirectory() error {
	if !s.cwd.given {
		return nil
	}
	if err := unix.Chdir(s.cwd.value); err != nil {
		return about(s.cwd.value, err)
	}
	return nil
}
