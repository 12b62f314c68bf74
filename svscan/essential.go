package svscan

import (
	"strconv"
	"strings"

	"github.com/svdir/svdir/svscan/scandir"

	"golang.org/x/sys/unix"
)

const exitName = scandir.Dir + "/" + scandir.Exit

// essentialEnded is the line with which a supervise tells that a service has ended
// whose end is that of all: its exit code, and its name.
func (s *scanner) essentialEnded(line string) {
	_, rest, _ := strings.Cut(line, " ")
	code, name, _ := strings.Cut(rest, " ")
	if exit, err := strconv.ParseUint(code, 10, 8); err == nil && name != "" {
		s.endBy(name, int(exit))
	}
}

// endBy begins the orderly end with that exit code. The first cause counts.
func (s *scanner) endBy(name string, code int) {
	if s.stopAt != 0 {
		return
	}
	s.warn(scandir.Shown(name) + " is essential and has ended with " + strconv.Itoa(code) + ", stopping everything")
	if s.lock >= 0 {
		_ = replaceAt(s.home(), exitName, scandir.Cause{Service: name, Code: code}.AppendText(nil)) // best effort: it was said
	}
	s.exitCode = code
	s.stop()
}

// forgetExit removes what the last svscan has ended by.
func (s *scanner) forgetExit() {
	if s.lock >= 0 {
		_ = unix.Unlinkat(s.home(), exitName, 0) // usually it is not there
	}
}
