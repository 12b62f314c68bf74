package main

import (
	"path/filepath"
	"syscall"
	"time"
)

// svdir is ours, with its programs in the directory bin. Where it is dense svscan
// hosts all services itself.
type svdir struct {
	bin   string
	dense bool
}

func (svdir) name() string { return ours }

func (s svdir) programs() []string {
	return []string{s.program("svscan"), s.program("supervise"), s.program("svctl"), s.program("svlog")}
}

func (s svdir) scan(dir string, n int) []string {
	if s.dense {
		return []string{s.program("svscan"), "-dense", dir}
	}
	return []string{s.program("svscan"), dir}
}

func (svdir) rescan(dir string) []string { return nil }

func (svdir) period() time.Duration { return 0 }

func (s svdir) query(services []string) [][]string {
	return [][]string{append([]string{s.program("svctl"), "status"}, services...)}
}

func (s svdir) logger(dir string, m manner) []string { return multilog(s.program("svlog"), dir, m) }

func (svdir) stop(t *tree) error { return syscall.Kill(t.scanner, syscall.SIGTERM) }

func (s svdir) program(name string) string { return filepath.Join(s.bin, name) }
