package main

import (
	"strconv"
	"syscall"
	"time"
)

// s6 is skarnet's, 2.11 in Debian 12.
type s6 struct{}

func (s6) name() string { return "s6" }

func (s6) programs() []string {
	return []string{"s6-svscan", "s6-supervise", "s6-svscanctl", "s6-svc", "s6-svstat", "s6-log"}
}

// scan raises the limit of 500, and leaves room for the services that are
// added later.
func (s6) scan(t *tree) []string {
	return []string{"s6-svscan", "-c", strconv.Itoa(2*len(t.names) + 10), t.scan}
}

func (s6) rescan(dir string) []string { return []string{"s6-svscanctl", "-a", dir} }

func (s6) period() time.Duration { return 0 }

// query is a command for each service: s6-svstat takes one.
func (s6) query(services []string) [][]string {
	commands := make([][]string, len(services))
	for i, service := range services {
		commands[i] = []string{"s6-svstat", service}
	}
	return commands
}

func (s6) down(service string) []string { return []string{"s6-svc", "-wD", "-d", service} }

func (s6) up(service string) []string { return []string{"s6-svc", "-wu", "-u", service} }

func (s6) logger(dir string, m manner) []string {
	command := []string{"s6-log", "--"}
	if m == selective {
		command = append(command, "-^DEBUG ", "-^TRACE ")
	}
	form := "t"
	if m == readable {
		form = "T"
	}
	return append(append(append(command, form), limits...), dir)
}

func (s6) stop(t *tree) error { return syscall.Kill(t.scanner, syscall.SIGTERM) }
