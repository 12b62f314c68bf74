package main

import (
	"syscall"
	"time"
)

// runit is Gerrit Pape's, 2.1.2.
type runit struct{}

func (runit) name() string { return "runit" }

func (runit) programs() []string { return []string{"runsvdir", "runsv", "sv"} }

func (runit) scan(dir string, n int) []string { return []string{"runsvdir", dir} }

func (runit) rescan(dir string) []string { return nil }

func (runit) period() time.Duration { return 5 * time.Second }

func (runit) query(services []string) [][]string {
	return [][]string{append([]string{"sv", "status"}, services...)}
}

func (runit) logger(dir string) []string { return []string{"svlogd", "-t", dir} }

func (runit) stop(t *tree) error { return syscall.Kill(t.scanner, syscall.SIGHUP) }
