package main

import (
	"syscall"
	"time"
)

// daemontools is djb's, 0.76.
type daemontools struct{}

func (daemontools) name() string { return "daemontools" }

func (daemontools) programs() []string { return []string{"svscan", "supervise", "svc", "svstat"} }

func (daemontools) scan(t *tree) []string { return []string{"svscan", t.scan} }

func (daemontools) rescan(dir string) []string { return nil }

func (daemontools) period() time.Duration { return 5 * time.Second }

func (daemontools) query(services []string) [][]string {
	return [][]string{append([]string{"svstat"}, services...)}
}

// Nothing of it waits for what it asked for.
func (daemontools) down(service string) []string { return nil }

func (daemontools) up(service string) []string { return nil }

func (daemontools) logger(dir string, m manner) []string {
	if m == readable {
		return nil
	}
	return multilog("multilog", dir, m)
}

// stop is the order in which no log line is lost: first what would start them
// again, then the services, then their loggers.
func (daemontools) stop(t *tree) error {
	if err := syscall.Kill(t.scanner, syscall.SIGTERM); err != nil {
		return err
	}
	if err := t.run("svc", append([]string{"-dx"}, t.services()...)...); err != nil {
		return err
	}
	if t.scene.loggers == none {
		return nil
	}
	return t.run("svc", append([]string{"-dx"}, t.loggers()...)...)
}
