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

func (s svdir) name() string {
	if s.dense {
		return dense
	}
	return ours
}

func (s svdir) programs() []string {
	return []string{s.program("svscan"), s.program("supervise"), s.program("svctl"), s.program("svlog")}
}

func (s svdir) scan(t *tree) []string {
	command := []string{s.program("svscan")}
	if s.dense {
		command = append(command, "-dense")
	}
	if t.scene.apart {
		command = append(command, "-run", filepath.Join(t.home, "run"))
	}
	return append(command, t.scan)
}

func (svdir) rescan(dir string) []string { return nil }

func (svdir) period() time.Duration { return 0 }

func (s svdir) query(services []string) [][]string {
	return [][]string{append([]string{s.program("svctl"), "status"}, services...)}
}

func (s svdir) down(service string) []string { return []string{s.program("svctl"), "down", service} }

func (s svdir) up(service string) []string { return []string{s.program("svctl"), "up", service} }

func (s svdir) logger(dir string, m manner) []string { return multilog(s.program("svlog"), dir, m) }

func (svdir) stop(t *tree) error { return syscall.Kill(t.scanner, syscall.SIGTERM) }

func (s svdir) program(name string) string { return filepath.Join(s.bin, name) }
