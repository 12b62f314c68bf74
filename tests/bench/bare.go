package main

import (
	_ "embed"
	"path/filepath"
	"syscall"
	"time"
)

// bare is no suite: one small program that forks and executes every run, and
// does nothing else. What it needs is the floor, which no suite is below.
type bare struct{}

//go:embed service/bare.c
var bareSource string

func (bare) name() string { return floor }

func (bare) programs() []string { return []string{"gcc"} }

func (bare) scan(t *tree) []string { return []string{filepath.Join(t.bench.dir, floor), t.scan} }

func (bare) rescan(dir string) []string { return nil }

func (bare) period() time.Duration { return 0 }

func (bare) query(services []string) [][]string { return nil }

func (bare) down(service string) []string { return nil }

func (bare) up(service string) []string { return nil }

func (bare) logger(dir string, m manner) []string { return multilog("multilog", dir, m) }

// stop ends all of its process group, in which the services and loggers are.
func (bare) stop(t *tree) error { return syscall.Kill(-t.scanner, syscall.SIGTERM) }
