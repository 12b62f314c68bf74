package main

import (
	"slices"
	"strings"
	"syscall"
	"time"
)

// runit is Gerrit Pape's, 2.1.2.
type runit struct{}

func (runit) name() string { return "runit" }

func (runit) programs() []string { return []string{"runsvdir", "runsv", "sv", "svlogd"} }

func (runit) scan(t *tree) []string { return []string{"runsvdir", t.scan} }

func (runit) rescan(dir string) []string { return nil }

func (runit) period() time.Duration { return 5 * time.Second }

func (runit) query(services []string) [][]string {
	return [][]string{append([]string{"sv", "status"}, services...)}
}

func (runit) down(service string) []string { return []string{"sv", "stop", service} }

func (runit) up(service string) []string { return []string{"sv", "start", service} }

func (runit) logger(dir string, m manner) []string {
	if m == readable {
		return []string{"svlogd", "-tt", dir}
	}
	return []string{"svlogd", "-t", dir}
}

// svlogdConfig is the file config, by which svlogd is told of limits and
// patterns; the other loggers do not mind it.
func svlogdConfig(m manner) string {
	lines := slices.Clone(limits)
	if m == selective {
		lines = append(lines, "-DEBUG *", "-TRACE *")
	}
	return strings.Join(lines, "\n") + "\n"
}

func (runit) stop(t *tree) error { return syscall.Kill(t.scanner, syscall.SIGHUP) }
