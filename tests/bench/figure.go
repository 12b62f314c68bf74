package main

import (
	"slices"
	"strings"
	"time"
)

// best stands for the peer with the best median.
const best = "best"

// figure is one line of the table. Less is better in most of them.
type figure struct {
	title, unit string
	more        bool // is better
	bars        []bar
	samples     map[string][]float64 // by the name of the suite
}

// bar is what ours may be at most, or must be at least where more is better: so
// many times what the suite against has; without against so many units.
type bar struct {
	times   float64
	against string
	in      *figure // another figure whose line is the measure, else nil
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

// peer is the suite other than ours with the best median, "" if there is none.
func (f *figure) peer() string {
	first := ""
	for suite := range f.samples {
		if suite != ours && (first == "" || f.better(f.quartile(suite, 2), f.quartile(first, 2))) {
			first = suite
		}
	}
	return first
}

// better says that a is better than b.
func (f *figure) better(a, b float64) bool { return a < b != f.more && a != b }

// ratio is how many times the median of suite in g ours is in f; ok is false if
// either is missing or the division makes no sense.
func (f *figure) ratio(g *figure, suite string) (times float64, ok bool) {
	if len(f.samples[ours]) == 0 || len(g.samples[suite]) == 0 || g.quartile(suite, 2) == 0 {
		return 0, false
	}
	return f.quartile(ours, 2) / g.quartile(suite, 2), true
}

// verdict is the bars in words, and whether ours is within them.
func (f *figure) verdict() string {
	words := make([]string, len(f.bars))
	for i, b := range f.bars {
		words[i] = f.judge(b)
	}
	return strings.Join(words, ", ")
}

func (f *figure) judge(b bar) string {
	text := short(b.times) + " " + f.unit
	var value float64
	known := len(f.samples[ours]) > 0
	switch {
	case b.against == "":
		if known {
			value = f.quartile(ours, 2)
		}
	case b.in != nil:
		text = short(b.times) + " x " + b.in.title
		value, known = f.ratio(b.in, b.against)
	default:
		text = short(b.times) + " x " + b.against
		suite := b.against
		if suite == best {
			suite = f.peer()
		}
		value, known = f.ratio(f, suite)
	}
	switch {
	case !known:
		return text
	case f.better(b.times, value):
		return text + ": MISSED"
	}
	return text + ": met"
}
