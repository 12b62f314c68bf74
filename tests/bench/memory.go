package main

import (
	"errors"
	"slices"
)

var (
	privately  = &figure{title: "private memory of supervisors per logged service", unit: "kB"}
	withLogger = &figure{title: "the same and the suite's own logger", unit: "kB"}
	loggerOnly = &figure{title: "private memory of an idle logger", unit: "kB", bars: []bar{{620, "", nil}}}
)

// memory is what the suite's own processes, the scanner included, hold that they
// share with nobody, per service with a logger. The service and multilog, the
// same under all suites, are not counted; what the suite's own logger would add
// is, in the second figure, and alone in the third.
func memory(t *tree) error {
	own := float64(total(supervisors(), private)) / float64(len(t.names))
	logger, err := idleLogger(t)
	if err != nil {
		return err
	}
	t.note(privately, own)
	t.note(withLogger, own+logger)
	t.note(loggerOnly, logger)
	return nil
}

// idleLogger is the private memory in kB of a logger of the suite that has taken
// a line and is idle: the median of a few, which share their program as the
// loggers of a tree do.
func idleLogger(t *tree) (float64, error) {
	const few = 5
	var held []int
	var all []*logger
	var err error
	for i := 0; i < few && err == nil; i++ {
		var l *logger
		if l, err = t.startLogger(stamped); l != nil {
			all = append(all, l)
		}
	}
	for _, l := range all {
		held = append(held, private(l.process.Process.Pid))
	}
	for _, l := range all {
		_, ended := l.end()
		err = errors.Join(err, ended)
	}
	if err != nil {
		return 0, err
	}
	slices.Sort(held)
	return float64(held[few/2]), nil
}
