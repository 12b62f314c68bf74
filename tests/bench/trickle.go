package main

import (
	"errors"
	"time"
)

var trickled = &figure{title: "log a line a write, 1000 a second", unit: "CPU us/line"}

// trickle is what a line costs the logger that comes alone.
func trickle(t *tree) error {
	const count = 2000
	l, err := t.startLogger(stamped)
	if l == nil {
		return err
	}
	lines := newText(100)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	before := l.cpu()
	for n := 0; n < count && err == nil; n++ {
		<-tick.C
		err = l.write(lines.next(100))
	}
	used, ended := l.end()
	if err = errors.Join(err, ended); err != nil {
		return err
	}
	t.note(trickled, float64((used-before).Nanoseconds())/1e3/count)
	return nil
}
