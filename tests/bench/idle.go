package main

import (
	"maps"
)

var (
	woken     = &figure{title: "idle: wake-ups of all own processes", in: resting}
	wokenEach = &figure{title: "idle: wake-ups of each", in: resting}
	idleCPU   = &figure{title: "idle: CPU of all", unit: "ms", in: resting}
)

// idle is what the suite's own processes do while nothing happens: by default
// for long enough that what somebody does each minute is seen.
func idle(t *tree) error {
	if err := t.mature(maps.Keys(t.lives)); err != nil {
		return err
	}
	all := append(supervisors(), loggersOf()...)
	slept, used := total(all, wakeups), total(all, cpu)
	if err := t.quiet(t.bench.window); err != nil {
		return err
	}
	slept, used = total(all, wakeups)-slept, total(all, cpu)-used
	t.note(woken, float64(slept))
	t.note(wokenEach, float64(slept)/float64(len(all)))
	t.note(idleCPU, milliseconds(used))
	return nil
}
