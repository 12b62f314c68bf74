package main

import (
	"fmt"
	"slices"
	"time"
)

// best stands for the peer with the lowest median.
const best = "best"

// figure is one line of the table. Less is better in all of them.
type figure struct {
	title, unit string
	// bar is the most that ours may be: so many times what the suite against
	// has; without against so many units; 0 for no bar.
	bar     float64
	against string
	samples map[string][]float64 // by the name of the suite
}

// note adds a sample to a figure.
func (t *tree) note(f *figure, sample float64) {
	if f.samples == nil {
		f.samples = map[string][]float64{}
	}
	f.samples[t.suite.name()] = append(f.samples[t.suite.name()], sample)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// quartile is the sample below which q quarters of the others lie, so 2 is the
// median.
func (f *figure) quartile(suite string, q int) float64 {
	sorted := slices.Sorted(slices.Values(f.samples[suite]))
	at := float64(q*(len(sorted)-1)) / 4
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (sorted[high]-sorted[low])*(at-float64(low))
}

// peer is the suite other than ours with the lowest median, "" if there is none.
func (f *figure) peer() string {
	lowest := ""
	for suite := range f.samples {
		if suite != ours && (lowest == "" || f.quartile(suite, 2) < f.quartile(lowest, 2)) {
			lowest = suite
		}
	}
	return lowest
}

// ratio is how many times the median of suite ours is; ok is false if either is
// missing or the division makes no sense.
func (f *figure) ratio(suite string) (times float64, ok bool) {
	if len(f.samples[ours]) == 0 || len(f.samples[suite]) == 0 || f.quartile(suite, 2) == 0 {
		return 0, false
	}
	return f.quartile(ours, 2) / f.quartile(suite, 2), true
}

// verdict is the bar in words, and whether ours is within it.
func (f *figure) verdict() string {
	if f.bar == 0 {
		return ""
	}
	bar := fmt.Sprintf("%g %s", f.bar, f.unit)
	var value float64
	known := len(f.samples[ours]) > 0
	if f.against == "" {
		if known {
			value = f.quartile(ours, 2)
		}
	} else {
		bar = fmt.Sprintf("%g x %s", f.bar, f.against)
		suite := f.against
		if suite == best {
			suite = f.peer()
		}
		value, known = f.ratio(suite)
	}
	switch {
	case !known:
		return bar
	case value <= f.bar:
		return bar + ": met"
	}
	return bar + ": MISSED"
}
