package svscan

import (
	"os"
	"strings"
)

// logDirVariable tells default loggers where the logs of the whole tree are.
const logDirVariable = "SV_LOG_DIR"

// resolveLogDir makes -log-dir absolute while our working directory is that in
// which it was said. After a reexec it is not: the image before us has left the
// value in the environment.
func (s *scanner) resolveLogDir() error {
	dir := s.config.logDir
	switch {
	case dir == "":
		return nil
	case s.reexecs > 0:
		s.logDir = os.Getenv(logDirVariable)
	}
	if s.logDir != "" {
		return nil
	}
	var err error
	s.logDir, err = absolute(dir)
	return err
}

// withLogDir is env with the directory of all logs, where one was named.
func (s *scanner) withLogDir(env []string) []string {
	if s.logDir == "" {
		return env
	}
	var with []string
	for _, pair := range env {
		if !strings.HasPrefix(pair, logDirVariable+"=") {
			with = append(with, pair)
		}
	}
	return append(with, logDirVariable+"="+s.logDir)
}
