package main

import (
	"fmt"
	"slices"
	"time"
)

// figure is one line of the table. Less is better in most of them.
type figure struct {
	title, unit string
	in          *scene               // whose number of services is told, nil where it does not matter
	base        *figure              // whose peers ours are compared with, nil for its own
	more        bool                 // is better
	samples     map[string][]float64 // by the name of the suite
}

// note adds a sample to a figure.
func (t *tree) note(f *figure, sample float64) {
	if f.samples == nil {
		f.samples = map[string][]float64{}
	}
	f.samples[t.suite.name()] = append(f.samples[t.suite.name()], sample)
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// label is the title with the number of services, at most so many, and the unit.
func (f *figure) label(most int) string {
	text := f.title
	if f.in != nil {
		text += fmt.Sprintf(", N=%d", f.in.size(most))
	}
	if f.unit != "" {
		text += ", " + f.unit
	}
	return text
}

// quartile is the sample below which q quarters of the others lie, so 2 is the
// median.
func (f *figure) quartile(suite string, q int) float64 {
	sorted := slices.Sorted(slices.Values(f.samples[suite]))
	at := float64(q*(len(sorted)-1)) / 4
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (sorted[high]-sorted[low])*(at-float64(low))
}

// measure is the figure whose peers ours are compared with.
func (f *figure) measure() *figure {
	if f.base != nil {
		return f.base
	}
	return f
}

// peer is the peer with the best median, "" if there is none.
func (f *figure) peer() string {
	first := ""
	for suite := range f.samples {
		if isPeer(suite) && (first == "" || f.better(f.quartile(suite, 2), f.quartile(first, 2))) {
			first = suite
		}
	}
	return first
}

// better says that a is better than b.
func (f *figure) better(a, b float64) bool { return a < b != f.more && a != b }

// ratio is how many times the median of against one of ours is; ok is false if
// either is missing or the division makes no sense.
func (f *figure) ratio(suite, against string) (times float64, ok bool) {
	g := f.measure()
	if len(f.samples[suite]) == 0 || len(g.samples[against]) == 0 || g.quartile(against, 2) <= 0 {
		return 0, false
	}
	return f.quartile(suite, 2) / g.quartile(against, 2), true
}
