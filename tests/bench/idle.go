package main

import (
	"maps"
	"time"
)

var (
	woken   = &figure{title: "idle: wake-ups a minute", unit: ""}
	idleCPU = &figure{title: "idle: CPU a minute", unit: "ms"}
)

// idle is what the suite's own processes do while nothing happens.
func idle(t *tree) error {
	if err := t.mature(maps.Keys(t.lives)); err != nil {
		return err
	}
	own := supervisors()
	slept, used := total(own, wakeups), total(own, cpu)
	if err := t.quiet(t.bench.window); err != nil {
		return err
	}
	slept, used = total(own, wakeups)-slept, total(own, cpu)-used
	minutes := float64(t.bench.window) / float64(time.Minute)
	t.note(woken, float64(slept)/minutes)
	t.note(idleCPU, milliseconds(used)/minutes)
	return nil
}
