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
	floodStamped   = newFlooded("log 100 B, TAI64N", 100, stamped, 100e6)
	floodShort     = newFlooded("log 20 B, TAI64N", 20, stamped, 40e6)
	floodReadable  = newFlooded("log 100 B, readable time", 100, readable, 100e6)
	floodSelective = newFlooded("log 100 B, two patterns", 100, selective, 100e6)
	floods         = []*flooded{floodStamped, floodShort, floodReadable, floodSelective}

	selectiveShare = &figure{title: "log 100 B, two patterns: share of the speed without", more: true}
)

func newFlooded(title string, width int, m manner, amount int) *flooded {
	return &flooded{width, m, amount,
		&figure{title: title, unit: perSecond, more: true},
		&figure{title: title, unit: perGB}}
}

// flood is how fast lines are logged that come as fast as they are taken, and
// what that costs the logger.
func flood(t *tree) error {
	speeds := map[*flooded]float64{}
	for _, f := range floods {
		speed, err := t.flood(f)
		if err != nil && !errors.Is(err, errNone) {
			return err
		}
		speeds[f] = speed
	}
	t.note(selectiveShare, speeds[floodSelective]/speeds[floodStamped])
	return nil
}

// flood measures one flood, and tells its speed again.
func (t *tree) flood(f *flooded) (float64, error) {
	l, err := t.startLogger(f.manner)
	if l == nil {
		return 0, err
	}
	before, began := l.cpu(), monotonic()
	lines := newText(f.width)
	for left := f.amount; left > 0 && err == nil; left -= block {
		err = l.write(lines.next(min(left, block)))
	}
	used, ended := l.end()
	if err = errors.Join(err, ended); err != nil {
		return 0, err
	}
	speed := float64(f.amount) / 1e6 / (monotonic() - began).Seconds()
	t.note(f.speed, speed)
	t.note(f.cost, (used-before).Seconds()*1e9/float64(f.amount))
	return speed, nil
}

// floodFigures are those of all floods, as they are printed.
func floodFigures() []*figure {
	var all []*figure
	for _, f := range floods {
		all = append(all, f.speed, f.cost)
	}
	return append(all, selectiveShare)
}
