package servicedir

import (
	"bytes"
	"path"
	"strings"
)

// MaxProducers bounds how many services one logger reads: each needs a
// descriptor or two, of which a process has 1024 as a rule.
const MaxProducers = 500

// MaxProducersSize bounds the text of supervise/producers and consumer-for.
const MaxProducersSize = MaxProducers * 300

// ParseProducers reads consumer-for, or supervise/producers: one service a line.
// Blanks around it, empty lines, what begins with # and what was said before
// mean nothing.
func ParseProducers(text []byte) []string {
	var names []string
	seen := map[string]bool{}
	for line := range bytes.Lines(text) {
		name := strings.TrimSpace(string(line))
		if name == "" || name[0] == '#' || seen[name] || strings.IndexByte(name, 0) >= 0 {
			continue
		}
		if len(names) == MaxProducers {
			break
		}
		seen[name] = true
		names = append(names, name)
	}
	return names
}

// ParseNames reads the old form of a directory of names, and pipeline-name, as s6-rc
// has them: one name a line. Blanks before it, empty lines and what begins with #
// mean nothing; a blank after it is of the name.
func ParseNames(text []byte) []string {
	var names []string
	for line := range bytes.Lines(text) {
		name := strings.TrimLeft(strings.TrimSuffix(string(line), "\n"), " \t\r")
		if name != "" && name[0] != '#' && strings.IndexByte(name, 0) < 0 {
			names = append(names, name)
		}
	}
	return names
}

// MaxNames bounds how much is read of such a file.
const MaxNames = 64 << 10

// ProducerPath is the path of a service that the service at home, an absolute
// path, calls name: a name is beside home, a path that begins with no slash
// below it. Symbolic links do not matter: it is home as it was given that counts.
func ProducerPath(home, name string) string {
	switch {
	case name[0] == '/':
		return path.Clean(name)
	case strings.IndexByte(name, '/') < 0:
		return path.Join(path.Dir(home), name)
	}
	return path.Join(home, name)
}

// OfStderr follows the name of a service where a pipe is that of its standard
// error.
const OfStderr = ":stderr"

// PipeName is what the pipe of a service is called: words are parted by blanks, and
// no name may say that it is of the standard error of another.
func PipeName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r <= ' ' {
			return '_'
		}
		return r
	}, name)
	if short, like := strings.CutSuffix(name, OfStderr); like {
		return short + "_" + OfStderr[1:]
	}
	return name
}
