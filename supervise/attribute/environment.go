package attribute

import (
	"errors"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/svdir/svdir/supervise/setting"
)

// usualPath is PATH where nobody has set it.
const usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// environment is a list of NAME=value.
type environment []string

func (e environment) find(name string) int {
	return slices.IndexFunc(e, func(pair string) bool {
		return len(pair) > len(name) && pair[len(name)] == '=' && pair[:len(name)] == name
	})
}

func (e environment) get(name string) string {
	if i := e.find(name); i >= 0 {
		return e[i][len(name)+1:]
	}
	return ""
}

func (e *environment) unset(name string) {
	if i := e.find(name); i >= 0 {
		*e = slices.Delete(*e, i, i+1)
	}
}

func (e *environment) put(name, value string) {
	if i := e.find(name); i >= 0 {
		(*e)[i] = name + "=" + value
		return
	}
	*e = append(*e, name+"="+value)
}

// cleared is what clear-env leaves: who the service is.
func (e environment) cleared() environment {
	return slices.DeleteFunc(slices.Clone(e), func(pair string) bool {
		return !strings.HasPrefix(pair, "SV_") && !strings.HasPrefix(pair, "SVDIR=")
	})
}

// readEnvironment makes the environment of the service. What comes later wins:
// what we have, that of the tree, env-file, env; then path is put before PATH.
func (s *start) readEnvironment() error {
	tree := s.env.get("SVDIR")
	clear, err := s.flag("clear-env")
	if err != nil {
		return unusable("set/clear-env", err)
	}
	if clear {
		s.env = s.env.cleared()
	}
	if err := s.keepNotify(clear); err != nil {
		return err
	}
	for _, pair := range s.ports {
		if name, value, ok := strings.Cut(pair, "="); ok {
			s.env.put(name, value) // clear-env has taken it
		}
	}
	s.env.unset("PWD") // a shell would believe it
	if s.env.get("PATH") == "" {
		s.env.put("PATH", usualPath)
	}
	if tree != "" {
		const name = "/.svscan/env"
		if err := s.takeVariables(unix.AT_FDCWD, tree+name, tree+name); err != nil {
			return err
		}
	}
	s.keepExports()
	if err := s.takeFile(); err != nil {
		return unusable("set/env-file", err)
	}
	if err := s.takeVariables(s.set, "env", "set/env"); err != nil {
		return err
	}
	return s.extendPath()
}

// keepExports has what the oneshots that are needed have exported go before what is
// said for the whole tree, and stay where all else is cleared.
func (s *start) keepExports() {
	was := environment(os.Environ())
	for _, name := range strings.Fields(was.get("SV_EXPORTED")) {
		if was.find(name) >= 0 {
			s.env.put(name, was.get(name))
		} else {
			s.env.unset(name)
		}
	}
}

// takeVariables reads an environment directory.
func (s *start) takeVariables(dir int, name, shown string) error {
	all, err := items(dir, name, shown)
	if err != nil {
		return err
	}
	for _, i := range all {
		err := setting.CheckVariable(i.name)
		value, unset := setting.ParseVariable(i.text)
		if err == nil && unset {
			s.env.unset(i.name)
			continue
		}
		if err == nil {
			value, err = s.expand(value)
		}
		if err != nil {
			return unusable(shown+"/"+i.name, err)
		}
		s.env.put(i.name, value)
	}
	return nil
}

// takeFile reads the file that env-file names.
func (s *start) takeFile() error {
	file, err := s.line("env-file")
	if err != nil || !file.given {
		return err
	}
	name, err := s.expand(file.value)
	if err != nil {
		return err
	}
	text, err := readFile(unix.AT_FDCWD, name, maxText)
	if err == errMissing {
		err = unix.ENOENT
	}
	if err != nil {
		return about(name, err)
	}
	all, err := setting.ParseEnvFile(text)
	if err != nil {
		return about(name, err)
	}
	for _, v := range all {
		s.env.put(v.Name, v.Value)
	}
	return nil
}

// extendPath puts the directories of path before PATH.
func (s *start) extendPath() error {
	var dirs []string
	err := s.eachItem("path", func(i item) error {
		dir, err := setting.Line(i.text)
		if err == nil {
			dir, err = s.expand(dir)
		}
		if err == nil && strings.Contains(dir, ":") {
			err = errors.New("a colon cannot stand in PATH")
		}
		if !path.IsAbs(dir) {
			dir = path.Join(s.service, dir)
		}
		dirs = append(dirs, dir)
		return err
	})
	if err != nil || len(dirs) == 0 {
		return err
	}
	if old := s.env.get("PATH"); old != "" {
		dirs = append(dirs, old)
	}
	s.env.put("PATH", strings.Join(dirs, ":"))
	return nil
}

// nameSockets tells the program of the sockets that supervise gives it.
func (s *start) nameSockets() error {
	if s.options.Listen == "" {
		return nil
	}
	s.env.put("LISTEN_PID", strconv.Itoa(unix.Getpid())) // exec keeps it
	s.env.put("LISTEN_FDS", strconv.Itoa(1+strings.Count(s.options.Listen, ":")))
	s.env.put("LISTEN_FDNAMES", s.options.Listen)
	return nil
}

// expand puts in what the placeholders in text stand for.
func (s *start) expand(text string) (string, error) {
	return setting.Expand(text, s.placeholder, s.port)
}

// port is the number of the port of this name that supervise has chosen.
func (s *start) port(name string) (string, error) {
	at := s.ports.get(setting.PortVariable(name))
	if at == "" {
		return "", errors.New(setting.PortPlaceholder + name + "}: the service has no set/ports/" + name)
	}
	return at, nil
}

func (s *start) placeholder(letter byte) (string, error) {
	switch letter {
	case 'i':
		if s.instance == "" {
			return "", errors.New("%i: the service is not an instance, as web@1")
		}
		return s.instance, nil
	case 'n':
		return s.name, nil
	case 'p':
		return strconv.Itoa(unix.Getpid()), nil // exec keeps it
	case 'd':
		return s.service, nil
	}
	if err := s.readUser(); err != nil {
		return "", err
	}
	if letter == 'u' {
		return s.identity.user, nil
	}
	return s.identity.group, nil
}

// keepNotify leaves what supervise says of the notify socket and of the watchdog
// also where all else is cleared. The watchdog is that of this process.
func (s *start) keepNotify(cleared bool) error {
	was := environment(os.Environ())
	if was.get("WATCHDOG_USEC") == "" && was.get("NOTIFY_SOCKET") == "" {
		return nil
	}
	watched, err := s.flag("watchdog")
	if err != nil {
		return unusable("set/watchdog", err)
	}
	heard := watched
	if cleared && !watched {
		if heard, err = s.flag("notify-socket"); err != nil {
			return unusable("set/notify-socket", err)
		}
	}
	for _, name := range []string{"NOTIFY_SOCKET", "WATCHDOG_USEC"} {
		if value := was.get(name); heard && value != "" {
			s.env.put(name, value)
		}
	}
	if watched && s.env.get("WATCHDOG_USEC") != "" && !s.options.Beside {
		s.env.put("WATCHDOG_PID", strconv.Itoa(unix.Getpid())) // exec keeps it
	}
	return nil
}
