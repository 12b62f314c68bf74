package main

import "errors"

// flooded is what a flood of lines of one width is measured by.
type flooded struct {
	width  int
	manner manner
	amount int // of bytes
	speed  *figure
	cost   *figure
}

const (
	perSecond = "MB/s"
	perGB     = "CPU s/GB"
)

// The amounts take the slowest some two seconds.
var (
	floodStamped = &flooded{100, stamped, 100e6,
		&figure{title: "log 100 B, TAI64N", unit: perSecond, more: true, bars: []bar{{4, "s6", nil}, {6, "daemontools", nil}}},
		&figure{title: "log 100 B, TAI64N", unit: perGB, bars: []bar{{1. / 4, "s6", nil}, {1. / 6, "daemontools", nil}}}}
	floodShort = &flooded{20, stamped, 40e6,
		&figure{title: "log 20 B, TAI64N", unit: perSecond, more: true, bars: []bar{{3, best, nil}}},
		&figure{title: "log 20 B, TAI64N", unit: perGB, bars: []bar{{1. / 3, best, nil}}}}
	floodReadable = &flooded{100, readable, 100e6,
		&figure{title: "log 100 B, readable time", unit: perSecond, more: true, bars: []bar{{4, "s6", nil}}},
		&figure{title: "log 100 B, readable time", unit: perGB, bars: []bar{{1. / 4, "s6", nil}}}}
	floodSelective = &flooded{100, selective, 100e6,
		&figure{title: "log 100 B, two patterns", unit: perSecond, more: true, bars: []bar{{1. / 2, ours, floodStamped.speed}}},
		&figure{title: "log 100 B, two patterns", unit: perGB, bars: []bar{{2, ours, floodStamped.cost}}}}
)

var floods = []*flooded{floodStamped, floodShort, floodReadable, floodSelective}

// flood is how fast lines are logged that come as fast as they are taken, and
// what that costs the logger.
func flood(t *tree) error {
	for _, f := range floods {
		if err := t.flood(f); err != nil && !errors.Is(err, errNone) {
			return err
		}
	}
	return nil
}

func (t *tree) flood(f *flooded) error {
	l, err := t.startLogger(f.manner)
	if l == nil {
		return err
	}
	before, began := l.cpu(), monotonic()
	lines := newText(f.width)
	for left := f.amount; left > 0 && err == nil; left -= block {
		err = l.write(lines.next(min(left, block)))
	}
	used, ended := l.end()
	if err = errors.Join(err, ended); err != nil {
		return err
	}
	t.note(f.speed, float64(f.amount)/1e6/(monotonic()-began).Seconds())
	t.note(f.cost, (used-before).Seconds()*1e9/float64(f.amount))
	return nil
}

// figures are those of all floods, as they are printed.
func figures(floods []*flooded) []*figure {
	var all []*figure
	for _, f := range floods {
		all = append(all, f.speed, f.cost)
	}
	return all
}
